package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} that compute with two or three tensors elementwise, or with a tensor and a number. Every one
 * promotes dtypes, broadcasts, and is differentiable to any order in both modes unless it says otherwise.
 */
public abstract sealed class ArithmeticMethods extends FunctionMethods permits ComparisonMethods {
    ArithmeticMethods() {}

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

    /**
     * The quotient as an integer, as {@code torch.div} with a {@code rounding_mode}: {@link #truncDivide(Tensor)} or {@link
     * #floorDivide(Tensor)}.
     */
    public final Tensor div(Tensor other, RoundingMode mode) {
        return Arithmetic.binary("div", Arithmetic.rounded(mode), self(), other);
    }

    /** The quotient by a number as an integer, as {@link #div(Tensor, RoundingMode)}. */
    public final Tensor div(double other, RoundingMode mode) {
        return Arithmetic.binary("div", Arithmetic.rounded(mode), self(), other);
    }

    /** The quotient by a number as an integer, as {@link #div(Tensor, RoundingMode)}. */
    public final Tensor div(long other, RoundingMode mode) {
        return Arithmetic.binary("div", Arithmetic.rounded(mode), self(), other);
    }

    /** {@code this^other} in F64, as {@code torch.float_power}. */
    public final Tensor floatPower(Tensor other) {
        Arithmetic.requireCommonShape("floatPower", self(), other);
        return self().to(DType.F64).pow(other.to(DType.F64));
    }

    /** {@code this^other} in F64, as {@code torch.float_power}. */
    public final Tensor floatPower(double other) {
        return self().to(DType.F64).pow(other);
    }

    /**
     * {@code |this|} with the sign of other, that of a zero or NaN too, elementwise, as {@code torch.copysign}. The derivative at 0 is
     * 0. Integers are taken as F32.
     */
    public final Tensor copysign(Tensor other) {
        return Arithmetic.binary("copysign", BinaryFn.COPYSIGN, self(), other);
    }

    /** {@code |this|} with the sign of a number, as {@link #copysign(Tensor)}. */
    public final Tensor copysign(double other) {
        return Arithmetic.binary("copysign", BinaryFn.COPYSIGN, self(), other);
    }

    /**
     * The number of the dtype that is next to this in the direction of other, elementwise, as {@code torch.nextafter}. Its derivative,
     * which PyTorch refuses, is 1 by this and 0 by other.
     */
    public final Tensor nextafter(Tensor other) {
        return Arithmetic.binary("nextafter", BinaryFn.NEXTAFTER, self(), other);
    }

    /** {@code this * 2^other}, elementwise, as {@code torch.ldexp}, but without overflow where the result has none. Integers are taken as F32. */
    public final Tensor ldexp(Tensor other) {
        return Pointwise.floating("ldexp", Pointwise.LDEXP, self(), other);
    }

    /** The larger number, the other where one is NaN, elementwise, as {@code torch.fmax}; at a tie this gets the gradient. */
    public final Tensor fmax(Tensor other) {
        return Pointwise.fmax(self(), other);
    }

    /** The smaller number, the other where one is NaN, elementwise, as {@code torch.fmin}; at a tie this gets the gradient. */
    public final Tensor fmin(Tensor other) {
        return Pointwise.fmin(self(), other);
    }

    /** {@code log(e^this + e^other)} without overflow, elementwise, as {@code torch.logaddexp}. Integers are taken as F32. */
    public final Tensor logaddexp(Tensor other) {
        return Pointwise.floating("logaddexp", Pointwise.LOG_ADD_EXP, self(), other);
    }

    /** {@code log2(2^this + 2^other)} without overflow, elementwise, as {@code torch.logaddexp2}. Integers are taken as F32. */
    public final Tensor logaddexp2(Tensor other) {
        return Pointwise.floating("logaddexp2", Pointwise.LOG_ADD_EXP_2, self(), other);
    }

    /**
     * {@code this * log(other)}, 0 where this is 0 and other a number, elementwise, as {@code torch.xlogy}. Integers are taken as F32.
     * Where that makes it 0, both derivatives are 0 (PyTorch's by other is NaN there).
     */
    public final Tensor xlogy(Tensor other) {
        return Pointwise.floating("xlogy", Pointwise.XLOGY, self(), other);
    }

    /** {@link #xlogy(Tensor)} of a number. */
    public final Tensor xlogy(double other) {
        return Pointwise.floating("xlogy", Pointwise.XLOGY, other, self());
    }

    /** 0 below 0, {@code values} at 0, 1 above, and 0 for NaN, elementwise, as {@code torch.heaviside}. The derivative by this is 0. */
    public final Tensor heaviside(Tensor values) {
        return Pointwise.heaviside(self(), values);
    }

    /**
     * {@code this + weight (end - this)}, elementwise, as {@code torch.lerp}: this at weight 0 and {@code end} at weight 1, exactly.
     * Integers are taken as F32.
     */
    public final Tensor lerp(Tensor end, double weight) {
        return Pointwise.floating("lerp", Pointwise.LERP, weight, self(), end);
    }

    /** As {@link #lerp(Tensor, double)}, with a weight for each element. */
    public final Tensor lerp(Tensor end, Tensor weight) {
        return Pointwise.floating("lerp", Pointwise.LERP, self(), end, weight);
    }

    /** {@code this + a * b}, elementwise, as {@code torch.addcmul}. */
    public final Tensor addcmul(Tensor a, Tensor b) {
        Arithmetic.requireCommonShape("addcmul", self(), a, b);
        return CastPolicy.PROMOTE.apply(in -> in[0].add(in[1].mul(in[2])), self(), a, b);
    }

    /** {@code this + value * a * b}, elementwise, as {@code torch.addcmul}. Integers are taken as F32. */
    public final Tensor addcmul(Tensor a, Tensor b, double value) {
        return CastPolicy.PROMOTE.apply(
                in -> Pointwise.floating("addcmul", Pointwise.ADDCMUL, value, in), self(), a, b);
    }

    /** {@code this + a / b}, elementwise, as {@code torch.addcdiv}. Integers are taken as F32. */
    public final Tensor addcdiv(Tensor a, Tensor b) {
        return addcdiv(a, b, 1);
    }

    /** {@code this + value * a / b}, elementwise, as {@code torch.addcdiv}. Integers are taken as F32. */
    public final Tensor addcdiv(Tensor a, Tensor b, double value) {
        return CastPolicy.PROMOTE.apply(
                in -> Pointwise.floating("addcdiv", Pointwise.ADDCDIV, value, in), self(), a, b);
    }
}
