package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The methods of {@link Tensor} that are functions of each element: powers of it, exponentials, trigonometric and special functions,
 * rounding. Every one works on any shape, layout and device, and is differentiable to any order in both modes unless it says
 * otherwise. {@link Special} has the rarer special functions.
 */
public abstract sealed class FunctionMethods permits ArithmeticMethods {
    FunctionMethods() {}

    /** This as the tensor that it is. */
    final Tensor self() {
        return (Tensor) this;
    }

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

    /** The cube root, of negative numbers too, elementwise, as {@code jax.numpy.cbrt}. Integers are taken as F32. */
    public final Tensor cbrt() {
        return Arithmetic.unary(UnaryFn.CBRT, self());
    }

    /** {@code sin(pi x) / (pi x)}, 1 at 0, elementwise, as {@code torch.sinc}. Integers are taken as F32. */
    public final Tensor sinc() {
        return Pointwise.floating("sinc", Pointwise.SINC_REGION, self());
    }

    /** The inverse of {@link #erf}: infinite at -1 and 1, NaN beyond, elementwise, as {@code torch.erfinv}. Integers are taken as F32. */
    public final Tensor erfinv() {
        return Arithmetic.unary(UnaryFn.ERFINV, self());
    }

    /**
     * {@code log |gamma(x)|}, infinite at 0, -1, -2, ..., elementwise, as {@code torch.lgamma}. Integers are taken as F32. Its
     * derivative is {@link #digamma}.
     */
    public final Tensor lgamma() {
        return Arithmetic.unary(UnaryFn.LGAMMA, self());
    }

    /** The derivative of {@link #lgamma}, NaN at -1, -2, ..., elementwise, as {@code torch.digamma}. Integers are taken as F32. */
    public final Tensor digamma() {
        return Arithmetic.unary(UnaryFn.DIGAMMA, self());
    }

    /**
     * The derivative of order {@code n} of {@link #digamma}, elementwise, as {@code torch.polygamma}: {@link Special#polygamma}.
     *
     * @throws IllegalArgumentException when n is negative
     */
    public final Tensor polygamma(int n) {
        return Polygamma.of(n, self());
    }

    /**
     * The logarithm of the gamma function of p dimensions, as {@code torch.mvlgamma}: {@link Special#multigammaln}.
     *
     * @throws IllegalArgumentException when p is less than 1 or more than 65536
     */
    public final Tensor mvlgamma(int p) {
        return Pointwise.multigammaln("mvlgamma", self(), p);
    }

    /** {@code log(x / (1 - x))}, the inverse of {@link #sigmoid}, elementwise, as {@code torch.logit}. Integers are taken as F32. */
    public final Tensor logit() {
        return Pointwise.floating("logit", Pointwise.LOGIT, self());
    }

    /** {@link #logit()} of x limited to the range from {@code eps} to {@code 1 - eps}. */
    public final Tensor logit(double eps) {
        return Limits.clamp("logit", self(), eps, 1 - eps).logit();
    }

    /** An angle in degrees in radians, {@code x pi / 180}, elementwise, as {@code torch.deg2rad}. Integers are taken as F32. */
    public final Tensor deg2rad() {
        return Arithmetic.binary("deg2rad", BinaryFn.MUL, self(), Math.PI / 180);
    }

    /** An angle in radians in degrees, {@code x 180 / pi}, elementwise, as {@code torch.rad2deg}. Integers are taken as F32. */
    public final Tensor rad2deg() {
        return Arithmetic.binary("rad2deg", BinaryFn.MUL, self(), 180 / Math.PI);
    }

    /** x itself, as {@code torch.positive}. A view. */
    public final Tensor positive() {
        Arithmetic.requireArithmetic("positive", UnaryFn.NEG, self());
        return self().view();
    }

    /** Another name of {@link #sign}, as {@code torch.sgn} of real numbers. */
    public final Tensor sgn() {
        Arithmetic.requireArithmetic("sgn", UnaryFn.SIGN, self());
        return sign();
    }

    /** Another name of {@link #trunc}, as {@code torch.fix}. */
    public final Tensor fix() {
        return trunc();
    }

    /** {@code x - trunc(x)}, with the sign of x, elementwise; 0 for integers. The derivative is 1. As {@code torch.frac}. */
    public final Tensor frac() {
        return Arithmetic.binary("frac", BinaryFn.SUB, self(), trunc());
    }

    /**
     * The nearest number of so many decimals, halves to even, elementwise, as {@code torch.round}: {@code round(x 10^decimals) /
     * 10^decimals}. A negative number counts digits before the point. Integers stay as they are. The derivative is 0.
     *
     * @throws DTypeException when decimals is negative and this is of integers
     */
    public final Tensor round(int decimals) {
        return Pointwise.round(self(), decimals);
    }

    /** The mantissa and the exponent of each element, as {@code torch.frexp}: {@code x = mantissa * 2^exponent}. Integers are taken as F32. */
    public final Frexp frexp() {
        return Pointwise.frexp(self());
    }
}
