package org.gatun.tensor.cpu.math;

/**
 * The functions of one {@code double} that {@link Math} lacks. Each is within 2 ulp, and right at NaN, infinities
 * and signed zeros. They serve the path without the Vector API, in F32 too (computed in double precision, rounded once), and
 * the rare lanes that a vector function hands over.
 */
public final class ScalarMath {
    /** {@code log(2 pi) / 2}, the constant of Stirling's formula and of the normal density. */
    public static final double HALF_LOG_2_PI = 0.9189385332046728;

    private static final double LN2 = 0.6931471805599453;
    /** log 2 to 21 bits. */
    private static final double LN2_HIGH = 0x1.62e43p-1;

    private static final double LN2_LOW = -1.904654299957768e-09;
    private static final double LOG2_E = 1.4426950408889634;

    /** {@code erf(x) / x} in powers of {@code x^2}, minimax on [0, 1]. */
    private static final double[] ERF = {
        1.1283791670955126,
        -0.3761263890318375,
        0.11283791670954857,
        -0.026866170645072907,
        0.005223977624780965,
        -0.0008548326978747702,
        0.00012055331037093965,
        -1.4925593511401867e-05,
        1.6460972886829844e-06,
        -1.6350025936209924e-07,
        1.4657884472637242e-08,
        -1.1365683248456953e-09,
        5.945290031037285e-11
    };

    /** {@code (1 + 2x) e^(x^2) erfc(x) - 5/4} in powers of {@code q = (x - 4) / (x + 4)}, for x from 0.5 to infinity. */
    private static final double[] ERFCX = {
        -0.01700488137444749,
        -0.1396211168405625,
        0.015379652102619884,
        0.06809705425468875,
        -0.10103906603631306,
        0.09373283499852214,
        -0.066330365812005,
        0.03716751553402437,
        -0.01619773406049114,
        0.00503197001619697,
        -0.0007577732685684664,
        -0.00019925695092427674,
        0.00015062158407125643,
        -2.4398113706890203e-05,
        -1.1221769226204889e-05,
        5.706631632697629e-06,
        2.9336072037548933e-07,
        -8.197118704318532e-07,
        7.508104584231185e-08,
        1.034253504648148e-07,
        -1.8148570361331108e-08,
        -9.712058383942141e-09,
        1.8830509767409798e-09
    };

    /** {@code sqrt(pi) x erfcx(x)} in powers of {@code 1 / x^2}: -1/2, (1 3)/4, -(1 3 5)/8, ... */
    private static final double[] ERFCX_SERIES = {1, -0.5, 0.75, -1.875, 6.5625, -29.53125, 162.421875};

    private static final double ASYMPTOTIC = 26;
    private static final double ONE_BY_SQRT_PI = 0.5641895835477563;

    /** Beyond this erfc is below half the smallest double. */
    private static final double ERFC_ZERO = 27.3;

    private ScalarMath() {}

    /** {@code 2^x}. */
    public static double exp2(double x) {
        return Math.pow(2, x);
    }

    /** {@code a^b}, with IEEE's {@code 1^b = 1} for every b and {@code (-1)^(+-inf) = 1}, where Java has NaN. */
    public static double pow(double a, double b) {
        if (a == 1 || (a == -1 && Double.isInfinite(b))) {
            return 1;
        }
        boolean ordinary = a != 0 && Double.isFinite(a) && Double.isFinite(b) && (a > 0 || b == Math.rint(b));
        if (!ordinary) {
            return Math.pow(a, b);
        }
        double magnitude = ScalarPower.positive(Math.abs(a), b);
        return a < 0 && Math.abs(b % 2) == 1 ? -magnitude : magnitude;
    }

    /** The logarithm to base 2; exact at powers of two. */
    public static double log2(double x) {
        if (!(x >= Double.MIN_NORMAL) || x == Double.POSITIVE_INFINITY) {
            return x > 0 && x < Double.MIN_NORMAL ? log2(x * 0x1p54) - 54 : Math.log(x);
        }
        int exponent = Math.getExponent(x);
        double mantissa = Math.scalb(x, -exponent);
        if (mantissa > 1.4142135623730951) {
            mantissa *= 0.5;
            exponent++;
        }
        return Math.fma(Math.log(mantissa), LOG2_E, exponent);
    }

    /** The inverse hyperbolic sine. */
    public static double asinh(double x) {
        double a = Math.abs(x);
        if (a > 0x1p28) {
            return Math.copySign(Math.log(a) + LN2, x);
        }
        double square = a * a;
        return Math.copySign(Math.log1p(a + square / (1 + Math.sqrt(square + 1))), x);
    }

    /** The inverse hyperbolic cosine; NaN below 1. */
    public static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        if (x > 0x1p28) {
            return Math.log(x) + LN2;
        }
        double t = x - 1;
        double root = Math.sqrt(Math.fma(t, t, 2 * t));
        double sum = root + t;
        double low = root - sum + t;
        return Math.log1p(sum) + low / (1 + sum);
    }

    /** The hyperbolic cosine; unlike {@link Math#cosh} accurate where e^x overflows and its half does not. */
    public static double cosh(double x) {
        double a = Math.abs(x);
        return a < 709 ? Math.cosh(a) : halfOfExp(a);
    }

    /** The hyperbolic sine; unlike {@link Math#sinh} accurate where e^x overflows and its half does not. */
    public static double sinh(double x) {
        double a = Math.abs(x);
        return a < 709 ? Math.sinh(x) : Math.copySign(halfOfExp(a), x);
    }

    /** {@code e^x / 2 = e^(x - log 2)} for x of 709 and more, whose difference from the upper part of log 2 is exact. */
    private static double halfOfExp(double x) {
        return Math.exp(x - LN2_HIGH) * (1 - LN2_LOW);
    }

    /** The inverse hyperbolic tangent: infinite at -1 and 1, NaN beyond. */
    public static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }

    /** {@code 1 / (1 + e^-x)}. */
    public static double sigmoid(double x) {
        if (x < 0) {
            double e = Math.exp(x);
            return e / (1 + e);
        }
        return 1 / (1 + Math.exp(-x));
    }

    /** {@code log(1 + e^x)}. */
    public static double softplus(double x) {
        return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
    }

    /** The error function. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a < 1) {
            double z = x * x;
            // At -0 the sum of the two terms, of which the polynomial turns one to +0, would be +0.
            return x == 0 ? x : Math.fma(x, ERF[0], x * (z * polynomial(ERF, 1, z)));
        }
        return Math.copySign(1 - erfc(a), x);
    }

    /** The complementary error function {@code 1 - erf(x)}, accurate for large x. */
    public static double erfc(double x) {
        if (x < 0.5) {
            return x > -0.5 ? 1 - erf(x) : 2 - erfc(-x);
        }
        return tail(x, 0, 1);
    }

    /** {@code factor erfc(x + low)} for x from 0.5 on, a small {@code low}, and a factor that is a power of two. */
    static double tail(double x, double low, double factor) {
        if (!(x < ERFC_ZERO)) {
            return Double.isNaN(x) ? x : 0;
        }
        double p = polynomial(ERFCX, 0, (x - 4) / (x + 4));
        double g = 1.25 + p;
        double gLow = 1.25 - g + p;
        double divisor = 1 + 2 * x;
        double divisorLow = 2 * x - (divisor - 1);
        double quotient = g / divisor;
        double quotientLow = (Math.fma(-quotient, divisor, g) - quotient * divisorLow + gLow) / divisor;
        double square = x * x;
        double squareLow = Math.fma(x, x, -square);
        double e = Math.exp(-square);
        double rest = quotientLow - quotient * squareLow - low * ERF[0];
        // the product with what it and its second factor lost
        double product = e * quotient;
        double sum = product + (Math.fma(e, quotient, -product) + e * rest);
        return factor * sum;
    }

    /** {@code e^(x^2) erfc(x)} for x from 0.5 on, at most 2 ulp; far out by its asymptotic series. */
    static double scaledTail(double x) {
        if (x > ASYMPTOTIC) {
            double inverse = 1 / x;
            double series = polynomial(ERFCX_SERIES, 0, inverse * inverse);
            return ONE_BY_SQRT_PI / x * series;
        }
        return (1.25 + polynomial(ERFCX, 0, (x - 4) / (x + 4))) / (1 + 2 * x);
    }

    /** The coefficients from index {@code from} on, in powers of z. */
    static double polynomial(double[] coefficients, int from, double z) {
        double sum = coefficients[coefficients.length - 1];
        for (int i = coefficients.length - 2; i >= from; i--) {
            sum = Math.fma(sum, z, coefficients[i]);
        }
        return sum;
    }

    /** {@code a - b floor(a / b)}, exact before rounding; the sign of the divisor, as {@code torch.remainder}. */
    public static double remainder(double a, double b) {
        double mod = a % b;
        return mod != 0 && (mod < 0) != (b < 0) ? mod + b : mod;
    }

    /**
     * {@code a / b} rounded to minus infinity, as {@code torch.floor_divide}: from the exact remainder, so that a quotient which
     * division rounds up to an integer does not count as that integer. NaN if {@code a} is infinite.
     */
    public static double floorDivide(double a, double b) {
        double quotient = a / b;
        if (!(Math.abs(quotient) < 0x1p53)) {
            return Double.isInfinite(a) && b != 0 ? Double.NaN : Math.floor(quotient);
        }
        double truncated = truncate(quotient);
        double mod = Double.isInfinite(b) ? a : Math.fma(-truncated, b, a);
        return mod != 0 && (mod < 0) != (b < 0) ? truncated - 1 : truncated;
    }

    /** The integer part, towards 0, with the sign of the argument. */
    public static double truncate(double x) {
        return Math.copySign(Math.floor(Math.abs(x)), x);
    }
}
