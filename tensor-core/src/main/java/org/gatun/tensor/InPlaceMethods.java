package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The methods of {@link Tensor} that change it in place, and through it every view of the same memory. They exist on concrete
 * tensors and parameters; a tensor that an interpreter follows refuses, because what was computed from it would no longer fit.
 * Other operands broadcast to this shape, never the other way round; their values are converted to this dtype, which must be of
 * the same category or a higher one. So a {@code double} changes floating tensors only, and a {@code long} must lie within the
 * range of an integer dtype. Nothing is recorded: an operand that a tape follows is refused too. Each method returns this
 * tensor.
 */
public abstract sealed class InPlaceMethods extends ProductMethods permits Tensor {
    InPlaceMethods() {}

    /** {@code this += other}. */
    public final Tensor add_(Tensor other) {
        return InPlace.binary("add_", BinaryFn.ADD, self(), other);
    }

    /** {@code this += other}. */
    public final Tensor add_(double other) {
        return InPlace.binary("add_", BinaryFn.ADD, self(), other);
    }

    /** {@code this += other}. */
    public final Tensor add_(long other) {
        return InPlace.binary("add_", BinaryFn.ADD, self(), other);
    }

    /** {@code this -= other}. */
    public final Tensor sub_(Tensor other) {
        return InPlace.binary("sub_", BinaryFn.SUB, self(), other);
    }

    /** {@code this -= other}. */
    public final Tensor sub_(double other) {
        return InPlace.binary("sub_", BinaryFn.SUB, self(), other);
    }

    /** {@code this -= other}. */
    public final Tensor sub_(long other) {
        return InPlace.binary("sub_", BinaryFn.SUB, self(), other);
    }

    /** {@code this *= other}. */
    public final Tensor mul_(Tensor other) {
        return InPlace.binary("mul_", BinaryFn.MUL, self(), other);
    }

    /** {@code this *= other}. */
    public final Tensor mul_(double other) {
        return InPlace.binary("mul_", BinaryFn.MUL, self(), other);
    }

    /** {@code this *= other}. */
    public final Tensor mul_(long other) {
        return InPlace.binary("mul_", BinaryFn.MUL, self(), other);
    }

    /** {@code this /= other}; floating dtypes only. */
    public final Tensor div_(Tensor other) {
        return InPlace.binary("div_", BinaryFn.DIV, self(), other);
    }

    /** {@code this /= other}; floating dtypes only. */
    public final Tensor div_(double other) {
        return InPlace.binary("div_", BinaryFn.DIV, self(), other);
    }

    /** {@code this = this^exponent}, elementwise. */
    public final Tensor pow_(double exponent) {
        return InPlace.binary("pow_", BinaryFn.POW, self(), exponent);
    }

    /** Each element x replaced by {@code -x}. */
    public final Tensor neg_() {
        return InPlace.unary("neg_", UnaryFn.NEG, self());
    }

    /** Each element x replaced by {@code |x|}. */
    public final Tensor abs_() {
        return InPlace.unary("abs_", UnaryFn.ABS, self());
    }

    /** Each element x replaced by {@code e^x}. */
    public final Tensor exp_() {
        return InPlace.unary("exp_", UnaryFn.EXP, self());
    }

    /** Each element x replaced by the square root of x. */
    public final Tensor sqrt_() {
        return InPlace.unary("sqrt_", UnaryFn.SQRT, self());
    }

    /** Each element x replaced by {@code max(x, 0)}. */
    public final Tensor relu_() {
        return InPlace.unary("relu_", UnaryFn.RELU, self());
    }

    /** Each element x replaced by {@code 1 / (1 + e^-x)}. */
    public final Tensor sigmoid_() {
        return InPlace.unary("sigmoid_", UnaryFn.SIGMOID, self());
    }

    /** Each element x replaced by the hyperbolic tangent of x. */
    public final Tensor tanh_() {
        return InPlace.unary("tanh_", UnaryFn.TANH, self());
    }

    /** {@code this = this^exponent}, elementwise. */
    public final Tensor pow_(long exponent) {
        return InPlace.binary("pow_", BinaryFn.POW, self(), exponent);
    }

    /** Each element limited to the range from {@code min} to {@code max}, as {@link Tensor#clamp(double, double)}; NaN stays. */
    public final Tensor clamp_(double min, double max) {
        return InPlace.clamp(self(), min, max);
    }

    /** As {@link #clamp_(double, double)}, exact for every {@code long} where this is of integers. */
    public final Tensor clamp_(long min, long max) {
        return InPlace.clamp(self(), min, max);
    }

    /**
     * Each element replaced by {@code value} converted to this dtype, as {@code torch.Tensor.fill_}.
     *
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public final Tensor fill_(double value) {
        return InPlace.fill("fill_", self(), value);
    }

    /** Each element replaced by {@code value} converted to this dtype, exact for I64. */
    public final Tensor fill_(long value) {
        return InPlace.fill("fill_", self(), value);
    }

    /** Each element replaced by 0. */
    public final Tensor zero_() {
        return InPlace.fill("zero_", self(), 0L);
    }

    /** The elements of {@code source}, broadcast and converted to this dtype, as {@code torch.Tensor.copy_}. */
    public final Tensor copy_(Tensor source) {
        return InPlace.copy("copy_", self(), source);
    }

    /**
     * {@code value} where {@code mask} (BOOL) is true, as {@code torch.Tensor.masked_fill_}.
     *
     * @throws DTypeException when the mask is not BOOL, or the value outside this integer dtype's range
     */
    public final Tensor maskedFill_(Tensor mask, double value) {
        return InPlace.maskedFill(self(), mask, value);
    }

    /** As {@link #maskedFill_(Tensor, double)}, exact for I64. */
    public final Tensor maskedFill_(Tensor mask, long value) {
        return InPlace.maskedFill(self(), mask, value);
    }
}
