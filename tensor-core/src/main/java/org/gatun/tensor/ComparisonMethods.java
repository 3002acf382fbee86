package org.gatun.tensor;

import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;

/** The methods of {@link Tensor} that compare elements, ask what they are, and compute with truth values and bits. */
public abstract sealed class ComparisonMethods extends ArithmeticMethods permits ElementwiseMethods {
    ComparisonMethods() {}

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

    /** As {@link #and(Tensor)}, with a number, which must be one of this integer dtype. */
    public final Tensor and(long other) {
        return Arithmetic.logic("and", LogicFn.AND, self(), other);
    }

    /** As {@link #or(Tensor)}, with a number, which must be one of this integer dtype. */
    public final Tensor or(long other) {
        return Arithmetic.logic("or", LogicFn.OR, self(), other);
    }

    /** As {@link #xor(Tensor)}, with a number, which must be one of this integer dtype. */
    public final Tensor xor(long other) {
        return Arithmetic.logic("xor", LogicFn.XOR, self(), other);
    }

    /**
     * {@code this << other} of integers, elementwise with broadcasting, as {@code torch.bitwise_left_shift}; 0 where other is negative
     * or not less than the number of bits.
     */
    public final Tensor bitwiseLeftShift(Tensor other) {
        return Arithmetic.logic("bitwiseLeftShift", LogicFn.SHIFT_LEFT, self(), other);
    }

    /** As {@link #bitwiseLeftShift(Tensor)}, with a number. */
    public final Tensor bitwiseLeftShift(long other) {
        return Arithmetic.logic("bitwiseLeftShift", LogicFn.SHIFT_LEFT, self(), other);
    }

    /**
     * {@code this >> other} of integers, keeping the sign, elementwise with broadcasting, as {@code torch.bitwise_right_shift}; 0 or -1
     * where other is negative or not less than the number of bits.
     */
    public final Tensor bitwiseRightShift(Tensor other) {
        return Arithmetic.logic("bitwiseRightShift", LogicFn.SHIFT_RIGHT, self(), other);
    }

    /** As {@link #bitwiseRightShift(Tensor)}, with a number. */
    public final Tensor bitwiseRightShift(long other) {
        return Arithmetic.logic("bitwiseRightShift", LogicFn.SHIFT_RIGHT, self(), other);
    }

    /** The greatest common divisor of integers, not negative; 0 of two zeros. Elementwise with broadcasting, as {@code torch.gcd}. */
    public final Tensor gcd(Tensor other) {
        return Arithmetic.logic("gcd", LogicFn.GCD, self(), other);
    }

    /** As {@link #gcd(Tensor)}, with a number, which must be one of this integer dtype. */
    public final Tensor gcd(long other) {
        return Arithmetic.logic("gcd", LogicFn.GCD, self(), other);
    }

    /**
     * The least common multiple of integers, not negative; 0 where one is 0. Elementwise with broadcasting, as {@code torch.lcm}. A
     * multiple beyond the dtype's range wraps around.
     */
    public final Tensor lcm(Tensor other) {
        return Pointwise.lcm(self(), other, Arithmetic.logic("lcm", LogicFn.GCD, self(), other));
    }

    /** As {@link #lcm(Tensor)}, with a number, which must be one of this integer dtype. */
    public final Tensor lcm(long other) {
        Tensor divisor = Arithmetic.logic("lcm", LogicFn.GCD, self(), other);
        return Pointwise.lcm(self(), Arithmetic.constant("lcm", self(), other), divisor);
    }

    /** Whether both are not 0, as BOOL, elementwise with broadcasting, as {@code torch.logical_and}. Any dtype; NaN is not 0. */
    public final Tensor logicalAnd(Tensor other) {
        return Arithmetic.truths("logicalAnd", LogicFn.AND, self(), other);
    }

    /** Whether either is not 0, as BOOL, elementwise with broadcasting, as {@code torch.logical_or}. Any dtype; NaN is not 0. */
    public final Tensor logicalOr(Tensor other) {
        return Arithmetic.truths("logicalOr", LogicFn.OR, self(), other);
    }

    /** Whether exactly one is not 0, as BOOL, elementwise with broadcasting, as {@code torch.logical_xor}. Any dtype; NaN is not 0. */
    public final Tensor logicalXor(Tensor other) {
        return Arithmetic.truths("logicalXor", LogicFn.XOR, self(), other);
    }

    /** Whether each element is 0, as BOOL, as {@code torch.logical_not}. Any dtype. */
    public final Tensor logicalNot() {
        return self().to(DType.BOOL).not();
    }

    /** Whether each element is infinity, as BOOL, as {@code torch.isposinf}. */
    public final Tensor isPosInf() {
        return self().dtype().isFloating() ? eq(Double.POSITIVE_INFINITY) : ne(self());
    }

    /** Whether each element is -infinity, as BOOL, as {@code torch.isneginf}. */
    public final Tensor isNegInf() {
        return self().dtype().isFloating() ? eq(Double.NEGATIVE_INFINITY) : ne(self());
    }

    /** Whether each element's sign bit is set, as BOOL, as {@code torch.signbit}: that of -0 is. */
    public final Tensor signbit() {
        return Pointwise.signbit(self());
    }

    /** {@link #isClose(Tensor, double, double, boolean)} with 1e-5 and 1e-8, where NaN is close to nothing. */
    public final Tensor isClose(Tensor other) {
        return isClose(other, 1e-5, 1e-8, false);
    }

    /**
     * Whether {@code |this - other| <= absolute + relative * |other|}, elementwise with broadcasting, as {@code torch.isclose}; infinities
     * are close to themselves only, integers are compared exactly.
     *
     * @param equalNan whether NaN is close to NaN
     */
    public final Tensor isClose(Tensor other, double relative, double absolute, boolean equalNan) {
        return Comparisons.isClose("isClose", self(), other, relative, absolute, equalNan);
    }
}
