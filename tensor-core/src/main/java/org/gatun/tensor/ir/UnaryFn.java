package org.gatun.tensor.ir;

import org.gatun.tensor.DType;

/**
 * Elementwise functions of one operand. The result has the operand's dtype. Functions that are not {@link #isArithmetic
 * arithmetic} take floating dtypes only; the public methods cast integers to F32 first, as PyTorch does.
 */
public enum UnaryFn {
    /** {@code -x}. */
    NEG(true),
    /** {@code |x|}. */
    ABS(true),
    /** -1, 0 or 1; 0 for NaN. */
    SIGN(true),
    /** {@code x * x}. */
    SQUARE(true),
    /** {@code max(x, 0)}; NaN stays NaN. */
    RELU(true),
    /** The square root; NaN below 0. */
    SQRT(false),
    /** {@code 1 / sqrt(x)}. */
    RSQRT(false),
    /** The cube root, of negative numbers too. */
    CBRT(false),
    /** {@code 1 / x}. */
    RECIPROCAL(false),
    /** {@code e^x}. */
    EXP(false),
    /** {@code 2^x}. */
    EXP2(false),
    /** {@code e^x - 1}, accurate near 0. */
    EXPM1(false),
    /** The natural logarithm: NaN below 0, -inf at 0. */
    LOG(false),
    /** The logarithm to base 2. */
    LOG2(false),
    /** The logarithm to base 10. */
    LOG10(false),
    /** {@code log(1 + x)}, accurate near 0. */
    LOG1P(false),
    /** The sine of an angle in radians. */
    SIN(false),
    /** The cosine of an angle in radians. */
    COS(false),
    /** The tangent of an angle in radians. */
    TAN(false),
    /** The inverse sine, in radians. */
    ASIN(false),
    /** The inverse cosine, in radians. */
    ACOS(false),
    /** The inverse tangent, in radians. */
    ATAN(false),
    /** The hyperbolic sine. */
    SINH(false),
    /** The hyperbolic cosine. */
    COSH(false),
    /** The hyperbolic tangent. */
    TANH(false),
    /** The inverse hyperbolic sine. */
    ASINH(false),
    /** The inverse hyperbolic cosine; NaN below 1. */
    ACOSH(false),
    /** The inverse hyperbolic tangent. */
    ATANH(false),
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID(false),
    /** {@code log(1 + e^x)}, without overflow. */
    SOFTPLUS(false),
    /** The error function {@code 2/sqrt(pi) * integral of e^(-t^2) from 0 to x}. */
    ERF(false),
    /** {@code 1 - erf(x)}, accurate for large x. */
    ERFC(false),
    /** {@code e^(x^2) erfc(x)}, which neither underflows nor cancels for large x. */
    ERFCX(false),
    /** The inverse of the error function: infinite at -1 and 1, NaN beyond. */
    ERFINV(false),
    /** The normal distribution function {@code erfc(-x / sqrt 2) / 2}. */
    NDTR(false),
    /** The inverse of the normal distribution function: infinite at 0 and 1, NaN outside. */
    NDTRI(false),
    /** {@code log |gamma(x)|}; infinite at 0, -1, -2, ... */
    LGAMMA(false),
    /** The derivative of {@link #LGAMMA}; NaN at -1, -2, ... */
    DIGAMMA(false),
    /** The modified Bessel function of the first kind of order 0. */
    I0(false),
    /** {@code e^-|x| I0(x)}, which does not overflow. */
    I0E(false),
    /** The modified Bessel function of the first kind of order 1. */
    I1(false),
    /** {@code e^-|x| I1(x)}, which does not overflow. */
    I1E(false),
    /** The largest integer not above x. */
    FLOOR(false),
    /** The smallest integer not below x. */
    CEIL(false),
    /** The nearest integer, halves to even. */
    ROUND(false),
    /** The integer part, towards 0. */
    TRUNC(false);

    private final boolean arithmetic;

    UnaryFn(boolean arithmetic) {
        this.arithmetic = arithmetic;
    }

    /** Whether the function is defined on integers too. */
    public boolean isArithmetic() {
        return arithmetic;
    }

    /** Whether the function accepts operands of {@code dtype}: arithmetic functions all but BOOL, others floating types. */
    public boolean accepts(DType dtype) {
        return dtype.isFloating() || (arithmetic && dtype != DType.BOOL);
    }
}
