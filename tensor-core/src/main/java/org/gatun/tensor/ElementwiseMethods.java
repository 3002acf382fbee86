package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The elementwise methods of {@link Tensor}: one line each, so that the class of tensors itself stays short. Every function
 * works on any shape, layout and device, and is differentiable to any order in both modes unless it says otherwise.
 */
public abstract sealed class ElementwiseMethods permits ReductionMethods {
    ElementwiseMethods() {}

    /** -x, elementwise, as {@code torch.neg}. */
    public final Tensor neg() {
        return Arithmetic.unary(UnaryFn.NEG, self());
    }

    /** {@code |x|}; the derivative at 0 is 0, elementwise, as {@code torch.abs}. */
    public final Tensor abs() {
        return Arithmetic.unary(UnaryFn.ABS, self());
    }

    /** -1, 0 or 1; 0 for NaN. Its derivative is 0, elementwise, as {@code torch.sign}. */
    public final Tensor sign() {
        return Arithmetic.unary(UnaryFn.SIGN, self());
    }

    /** {@code x * x}, elementwise, as {@code torch.square}. */
    public final Tensor square() {
        return Arithmetic.unary(UnaryFn.SQUARE, self());
    }

    /** {@code max(x, 0)}; the derivative at 0 is 0, elementwise, as {@code torch.relu}. */
    public final Tensor relu() {
        return Arithmetic.unary(UnaryFn.RELU, self());
    }

    /** The square root, NaN below 0, elementwise, as {@code torch.sqrt}. Integers are taken as F32. */
    public final Tensor sqrt() {
        return Arithmetic.unary(UnaryFn.SQRT, self());
    }

    /** {@code 1 / sqrt(x)}, elementwise, as {@code torch.rsqrt}. Integers are taken as F32. */
    public final Tensor rsqrt() {
        return Arithmetic.unary(UnaryFn.RSQRT, self());
    }

    /** {@code 1 / x}, elementwise, as {@code torch.reciprocal}. Integers are taken as F32. */
    public final Tensor reciprocal() {
        return Arithmetic.unary(UnaryFn.RECIPROCAL, self());
    }

    /** {@code e^x}, elementwise, as {@code torch.exp}. Integers are taken as F32. */
    public final Tensor exp() {
        return Arithmetic.unary(UnaryFn.EXP, self());
    }

    /** {@code 2^x}, elementwise, as {@code torch.exp2}. Integers are taken as F32. */
    public final Tensor exp2() {
        return Arithmetic.unary(UnaryFn.EXP2, self());
    }

    /** {@code e^x - 1}, accurate near 0, elementwise, as {@code torch.expm1}. Integers are taken as F32. */
    public final Tensor expm1() {
        return Arithmetic.unary(UnaryFn.EXPM1, self());
    }

    /** The natural logarithm; NaN below 0, -inf at 0, elementwise, as {@code torch.log}. Integers are taken as F32. */
    public final Tensor log() {
        return Arithmetic.unary(UnaryFn.LOG, self());
    }

    /** The logarithm to base 2, elementwise, as {@code torch.log2}. Integers are taken as F32. */
    public final Tensor log2() {
        return Arithmetic.unary(UnaryFn.LOG2, self());
    }

    /** The logarithm to base 10, elementwise, as {@code torch.log10}. Integers are taken as F32. */
    public final Tensor log10() {
        return Arithmetic.unary(UnaryFn.LOG10, self());
    }

    /** {@code log(1 + x)}, accurate near 0, elementwise, as {@code torch.log1p}. Integers are taken as F32. */
    public final Tensor log1p() {
        return Arithmetic.unary(UnaryFn.LOG1P, self());
    }

    /** The sine of an angle in radians, elementwise, as {@code torch.sin}. Integers are taken as F32. */
    public final Tensor sin() {
        return Arithmetic.unary(UnaryFn.SIN, self());
    }

    /** The cosine of an angle in radians, elementwise, as {@code torch.cos}. Integers are taken as F32. */
    public final Tensor cos() {
        return Arithmetic.unary(UnaryFn.COS, self());
    }

    /** The tangent of an angle in radians, elementwise, as {@code torch.tan}. Integers are taken as F32. */
    public final Tensor tan() {
        return Arithmetic.unary(UnaryFn.TAN, self());
    }

    /** The inverse sine in radians, NaN outside [-1, 1], elementwise, as {@code torch.asin}. Integers are taken as F32. */
    public final Tensor asin() {
        return Arithmetic.unary(UnaryFn.ASIN, self());
    }

    /** The inverse cosine in radians, NaN outside [-1, 1], elementwise, as {@code torch.acos}. Integers are taken as F32. */
    public final Tensor acos() {
        return Arithmetic.unary(UnaryFn.ACOS, self());
    }

    /** The inverse tangent in radians, elementwise, as {@code torch.atan}. Integers are taken as F32. */
    public final Tensor atan() {
        return Arithmetic.unary(UnaryFn.ATAN, self());
    }

    /** The hyperbolic sine, elementwise, as {@code torch.sinh}. Integers are taken as F32. */
    public final Tensor sinh() {
        return Arithmetic.unary(UnaryFn.SINH, self());
    }

    /** The hyperbolic cosine, elementwise, as {@code torch.cosh}. Integers are taken as F32. */
    public final Tensor cosh() {
        return Arithmetic.unary(UnaryFn.COSH, self());
    }

    /** The hyperbolic tangent, elementwise, as {@code torch.tanh}. Integers are taken as F32. */
    public final Tensor tanh() {
        return Arithmetic.unary(UnaryFn.TANH, self());
    }

    /** The inverse hyperbolic sine, elementwise, as {@code torch.asinh}. Integers are taken as F32. */
    public final Tensor asinh() {
        return Arithmetic.unary(UnaryFn.ASINH, self());
    }

    /** The inverse hyperbolic cosine, NaN below 1, elementwise, as {@code torch.acosh}. Integers are taken as F32. */
    public final Tensor acosh() {
        return Arithmetic.unary(UnaryFn.ACOSH, self());
    }

    /** The inverse hyperbolic tangent, elementwise, as {@code torch.atanh}. Integers are taken as F32. */
    public final Tensor atanh() {
        return Arithmetic.unary(UnaryFn.ATANH, self());
    }

    /** {@code 1 / (1 + e^-x)}, elementwise, as {@code torch.sigmoid}. Integers are taken as F32. */
    public final Tensor sigmoid() {
        return Arithmetic.unary(UnaryFn.SIGMOID, self());
    }

    /** {@code log(1 + e^x)}, without overflow, elementwise, as {@code torch.nn.functional.softplus}. Integers are taken as F32. */
    public final Tensor softplus() {
        return Arithmetic.unary(UnaryFn.SOFTPLUS, self());
    }

    /** The error function, elementwise, as {@code torch.erf}. Integers are taken as F32. */
    public final Tensor erf() {
        return Arithmetic.unary(UnaryFn.ERF, self());
    }

    /** {@code 1 - erf(x)}, accurate for large x, elementwise, as {@code torch.erfc}. Integers are taken as F32. */
    public final Tensor erfc() {
        return Arithmetic.unary(UnaryFn.ERFC, self());
    }

    /** The largest integer not above x, elementwise; integers stay as they are. The derivative is 0. As {@code torch.floor}. */
    public final Tensor floor() {
        return Arithmetic.rounding(UnaryFn.FLOOR, self());
    }

    /** The smallest integer not below x, elementwise; integers stay as they are. The derivative is 0. As {@code torch.ceil}. */
    public final Tensor ceil() {
        return Arithmetic.rounding(UnaryFn.CEIL, self());
    }

    /** The nearest integer, halves to even, elementwise; integers stay as they are. The derivative is 0. As {@code torch.round}. */
    public final Tensor round() {
        return Arithmetic.rounding(UnaryFn.ROUND, self());
    }

    /** The integer part, towards 0, elementwise; integers stay as they are. The derivative is 0. As {@code torch.trunc}. */
    public final Tensor trunc() {
        return Arithmetic.rounding(UnaryFn.TRUNC, self());
    }

    /** {@code this + other}. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor add(Tensor other) {
        return Arithmetic.binary("add", BinaryFn.ADD, self(), other);
    }

    /** {@code this + other}. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor add(double other) {
        return Arithmetic.binary("add", BinaryFn.ADD, self(), other);
    }

    /** {@code this + other}. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor add(long other) {
        return Arithmetic.binary("add", BinaryFn.ADD, self(), other);
    }

    /** {@code this - other}. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor sub(Tensor other) {
        return Arithmetic.binary("sub", BinaryFn.SUB, self(), other);
    }

    /** {@code this - other}. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor sub(double other) {
        return Arithmetic.binary("sub", BinaryFn.SUB, self(), other);
    }

    /** {@code this - other}. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor sub(long other) {
        return Arithmetic.binary("sub", BinaryFn.SUB, self(), other);
    }

    /** {@code this * other}. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor mul(Tensor other) {
        return Arithmetic.binary("mul", BinaryFn.MUL, self(), other);
    }

    /** {@code this * other}. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor mul(double other) {
        return Arithmetic.binary("mul", BinaryFn.MUL, self(), other);
    }

    /** {@code this * other}. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor mul(long other) {
        return Arithmetic.binary("mul", BinaryFn.MUL, self(), other);
    }

    /** {@code this / other}; integers give F32. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor div(Tensor other) {
        return Arithmetic.binary("div", BinaryFn.DIV, self(), other);
    }

    /** {@code this / other}; integers give F32. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor div(double other) {
        return Arithmetic.binary("div", BinaryFn.DIV, self(), other);
    }

    /** {@code this / other}; integers give F32. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor div(long other) {
        return Arithmetic.binary("div", BinaryFn.DIV, self(), other);
    }

    /** {@code this / other} rounded to minus infinity. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor floorDivide(Tensor other) {
        return Arithmetic.binary("floorDivide", BinaryFn.FLOOR_DIVIDE, self(), other);
    }

    /** {@code this / other} rounded to minus infinity. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor floorDivide(double other) {
        return Arithmetic.binary("floorDivide", BinaryFn.FLOOR_DIVIDE, self(), other);
    }

    /** {@code this / other} rounded to minus infinity. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor floorDivide(long other) {
        return Arithmetic.binary("floorDivide", BinaryFn.FLOOR_DIVIDE, self(), other);
    }

    /** {@code this / other} rounded to zero. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor truncDivide(Tensor other) {
        return Arithmetic.binary("truncDivide", BinaryFn.TRUNC_DIVIDE, self(), other);
    }

    /** {@code this / other} rounded to zero. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor truncDivide(double other) {
        return Arithmetic.binary("truncDivide", BinaryFn.TRUNC_DIVIDE, self(), other);
    }

    /** {@code this / other} rounded to zero. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor truncDivide(long other) {
        return Arithmetic.binary("truncDivide", BinaryFn.TRUNC_DIVIDE, self(), other);
    }

    /** {@code this mod other} with the sign of the divisor. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor remainder(Tensor other) {
        return Arithmetic.binary("remainder", BinaryFn.REMAINDER, self(), other);
    }

    /** {@code this mod other} with the sign of the divisor. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor remainder(double other) {
        return Arithmetic.binary("remainder", BinaryFn.REMAINDER, self(), other);
    }

    /** {@code this mod other} with the sign of the divisor. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor remainder(long other) {
        return Arithmetic.binary("remainder", BinaryFn.REMAINDER, self(), other);
    }

    /** {@code this mod other} with the sign of the dividend. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor fmod(Tensor other) {
        return Arithmetic.binary("fmod", BinaryFn.FMOD, self(), other);
    }

    /** {@code this mod other} with the sign of the dividend. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor fmod(double other) {
        return Arithmetic.binary("fmod", BinaryFn.FMOD, self(), other);
    }

    /** {@code this mod other} with the sign of the dividend. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor fmod(long other) {
        return Arithmetic.binary("fmod", BinaryFn.FMOD, self(), other);
    }

    /** {@code this^other}. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor pow(Tensor other) {
        return Arithmetic.binary("pow", BinaryFn.POW, self(), other);
    }

    /** {@code this^other}. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor pow(double other) {
        return Arithmetic.binary("pow", BinaryFn.POW, self(), other);
    }

    /** {@code this^other}. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor pow(long other) {
        return Arithmetic.binary("pow", BinaryFn.POW, self(), other);
    }

    /** {@code max(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor maximum(Tensor other) {
        return Arithmetic.binary("maximum", BinaryFn.MAXIMUM, self(), other);
    }

    /** {@code max(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor maximum(double other) {
        return Arithmetic.binary("maximum", BinaryFn.MAXIMUM, self(), other);
    }

    /** {@code max(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor maximum(long other) {
        return Arithmetic.binary("maximum", BinaryFn.MAXIMUM, self(), other);
    }

    /** {@code min(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor minimum(Tensor other) {
        return Arithmetic.binary("minimum", BinaryFn.MINIMUM, self(), other);
    }

    /** {@code min(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor minimum(double other) {
        return Arithmetic.binary("minimum", BinaryFn.MINIMUM, self(), other);
    }

    /** {@code min(this, other)}; NaN if either is; at a tie each gets half of the gradient. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor minimum(long other) {
        return Arithmetic.binary("minimum", BinaryFn.MINIMUM, self(), other);
    }

    /** {@code atan2(this, other)}: the angle in radians of the point (x = other, y = this). Elementwise, with broadcasting and dtype promotion. */
    public final Tensor atan2(Tensor other) {
        return Arithmetic.binary("atan2", BinaryFn.ATAN2, self(), other);
    }

    /** {@code atan2(this, other)}: the angle in radians of the point (x = other, y = this). Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor atan2(double other) {
        return Arithmetic.binary("atan2", BinaryFn.ATAN2, self(), other);
    }

    /** {@code atan2(this, other)}: the angle in radians of the point (x = other, y = this). Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor atan2(long other) {
        return Arithmetic.binary("atan2", BinaryFn.ATAN2, self(), other);
    }

    /** {@code sqrt(this^2 + other^2)} without overflow. Elementwise, with broadcasting and dtype promotion. */
    public final Tensor hypot(Tensor other) {
        return Arithmetic.binary("hypot", BinaryFn.HYPOT, self(), other);
    }

    /** {@code sqrt(this^2 + other^2)} without overflow. Elementwise; the scalar is weak: it leaves a floating dtype as it is. */
    public final Tensor hypot(double other) {
        return Arithmetic.binary("hypot", BinaryFn.HYPOT, self(), other);
    }

    /** {@code sqrt(this^2 + other^2)} without overflow. Elementwise; the scalar is weak: it leaves a numeric dtype as it is. */
    public final Tensor hypot(long other) {
        return Arithmetic.binary("hypot", BinaryFn.HYPOT, self(), other);
    }

    /** {@code this == other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor eq(Tensor other) {
        return Arithmetic.compare("eq", CompareFn.EQ, self(), other);
    }

    /** {@code this == other} as BOOL, elementwise. */
    public final Tensor eq(double other) {
        return Arithmetic.compare("eq", CompareFn.EQ, self(), other);
    }

    /** {@code this == other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor eq(long other) {
        return Arithmetic.compare("eq", CompareFn.EQ, self(), other);
    }

    /** {@code this != other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor ne(Tensor other) {
        return Arithmetic.compare("ne", CompareFn.NE, self(), other);
    }

    /** {@code this != other} as BOOL, elementwise. */
    public final Tensor ne(double other) {
        return Arithmetic.compare("ne", CompareFn.NE, self(), other);
    }

    /** {@code this != other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor ne(long other) {
        return Arithmetic.compare("ne", CompareFn.NE, self(), other);
    }

    /** {@code this < other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor lt(Tensor other) {
        return Arithmetic.compare("lt", CompareFn.LT, self(), other);
    }

    /** {@code this < other} as BOOL, elementwise. */
    public final Tensor lt(double other) {
        return Arithmetic.compare("lt", CompareFn.LT, self(), other);
    }

    /** {@code this < other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor lt(long other) {
        return Arithmetic.compare("lt", CompareFn.LT, self(), other);
    }

    /** {@code this <= other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor le(Tensor other) {
        return Arithmetic.compare("le", CompareFn.LE, self(), other);
    }

    /** {@code this <= other} as BOOL, elementwise. */
    public final Tensor le(double other) {
        return Arithmetic.compare("le", CompareFn.LE, self(), other);
    }

    /** {@code this <= other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor le(long other) {
        return Arithmetic.compare("le", CompareFn.LE, self(), other);
    }

    /** {@code this > other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor gt(Tensor other) {
        return Arithmetic.compare("gt", CompareFn.GT, self(), other);
    }

    /** {@code this > other} as BOOL, elementwise. */
    public final Tensor gt(double other) {
        return Arithmetic.compare("gt", CompareFn.GT, self(), other);
    }

    /** {@code this > other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor gt(long other) {
        return Arithmetic.compare("gt", CompareFn.GT, self(), other);
    }

    /** {@code this >= other} as BOOL, elementwise, with broadcasting and dtype promotion. */
    public final Tensor ge(Tensor other) {
        return Arithmetic.compare("ge", CompareFn.GE, self(), other);
    }

    /** {@code this >= other} as BOOL, elementwise. */
    public final Tensor ge(double other) {
        return Arithmetic.compare("ge", CompareFn.GE, self(), other);
    }

    /** {@code this >= other}, elementwise, as BOOL, exact for every {@code long} where this is of integers. */
    public final Tensor ge(long other) {
        return Arithmetic.compare("ge", CompareFn.GE, self(), other);
    }

    /** Logical and on BOOL, bit by bit on integers; elementwise with broadcasting. */
    public final Tensor and(Tensor other) {
        return Arithmetic.logic("and", LogicFn.AND, self(), other);
    }

    /** Logical or on BOOL, bit by bit on integers; elementwise with broadcasting. */
    public final Tensor or(Tensor other) {
        return Arithmetic.logic("or", LogicFn.OR, self(), other);
    }

    /** Exclusive or: logical on BOOL, bit by bit on integers; elementwise with broadcasting. */
    public final Tensor xor(Tensor other) {
        return Arithmetic.logic("xor", LogicFn.XOR, self(), other);
    }

    /** Logical not on BOOL, the complement of all bits on integers. */
    public final Tensor not() {
        return Arithmetic.not(self());
    }

    /** Whether each element is NaN, as BOOL. */
    public final Tensor isNan() {
        return Arithmetic.compare("isNan", CompareFn.NE, self(), self());
    }

    /** Whether each element is infinity or -infinity, as BOOL. */
    public final Tensor isInfinite() {
        return self().dtype().isFloating() ? abs().eq(Double.POSITIVE_INFINITY) : ne(self());
    }

    /** Whether each element is neither infinite nor NaN, as BOOL. */
    public final Tensor isFinite() {
        return self().dtype().isFloating() ? abs().lt(Double.POSITIVE_INFINITY) : eq(self());
    }

    /**
     * Elements limited to the range from {@code min} to {@code max}, as {@code torch.clamp}; NaN stays. The gradient passes at
     * the bounds. Where min is above max, every element becomes max.
     *
     * <p>Integers stay integers when both bounds are whole: a bound beyond their dtype's range then limits nothing. With a
     * fraction, they are taken as F32.
     *
     * @throws DTypeException when no integer of this dtype lies within the bounds
     */
    public final Tensor clamp(double min, double max) {
        return Arithmetic.clamp("clamp", self(), min, max);
    }

    /** As {@link #clamp(double, double)}, exact for every {@code long} where this is of integers. */
    public final Tensor clamp(long min, long max) {
        return Arithmetic.clamp("clamp", self(), min, max);
    }

    /**
     * {@code this ? a : b}, elementwise with broadcasting, as {@code torch.where}; this is BOOL and {@code a} and {@code b} are
     * promoted to one dtype.
     */
    public final Tensor where(Tensor a, Tensor b) {
        return Arithmetic.where(self(), a, b);
    }

    /** This as the tensor that it is. */
    final Tensor self() {
        return (Tensor) this;
    }
}
