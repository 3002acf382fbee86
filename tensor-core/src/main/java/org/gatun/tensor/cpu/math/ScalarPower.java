package org.gatun.tensor.cpu.math;

/**
 * The power of two doubles, at most 1.5 ulp: {@link F64Power#pow} on single values. ({@link Math#pow} may be 2.5 ulp off where the base is
 * close to 1 and the exponent large, {@link StrictMath#pow} hundreds.)
 */
final class ScalarPower {
    /** {@code (atanh(s) / s - 1 - s^2/3) / s^4} in powers of {@code s^2}. */
    private static final double[] ATANH = {
        0.2,
        0.14285714285714682,
        0.11111111110827943,
        0.09090909167696401,
        0.07692297481259215,
        0.06667402346923655,
        0.05853118169745603,
        0.05861589311938259
    };

    private static final double THIRD = 0.3333333333333333;
    private static final double THIRD_LOW = 1.850371707708594e-17;
    /** 2 / log 2. */
    private static final double TWICE_LOG2_E = 2.8853900817779268;

    private static final double TWICE_LOG2_E_LOW = 4.0710547481862066e-17;
    private static final double LN2 = 0.6931471805599453;
    private static final double LN2_LOW = 2.3190468138462996e-17;
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double LARGEST_EXPONENT = 1100;

    private ScalarPower() {}

    /** {@code a^b} for finite a > 0 and finite b: 2 to the power {@code b log2(a)}, where the logarithm and the product have low parts. */
    static double positive(double a, double b) {
        boolean tiny = a < Double.MIN_NORMAL;
        double scaled = tiny ? a * 0x1p54 : a;
        int n = Math.getExponent(scaled);
        double mantissa = Math.scalb(scaled, -n);
        if (mantissa >= SQRT_2) {
            mantissa *= 0.5;
            n++;
        }
        double k = tiny ? n - 54 : n;
        double f = mantissa - 1;

        // log(1 + f) = 2 atanh(s) = 2 s (1 + z (1/3 + z P(z))) with s = f / (2 + f) and z = s^2
        double divisor = 2 + f;
        double divisorLow = 2 - divisor + f;
        double s = f / divisor;
        double sLow = (Math.fma(-s, divisor, f) - s * divisorLow) / divisor;
        double z = s * s;
        double zLow = Math.fma(s, s, -z) + 2 * s * sLow;
        double p = ScalarMath.polynomial(ATANH, 0, z) * z;
        double t = THIRD + p;
        double tLow = THIRD - t + p + THIRD_LOW;
        double u = z * t;
        double uLow = Math.fma(z, t, -u) + z * tLow + zLow * t;
        double v = s * u;
        double vLow = Math.fma(s, u, -v) + s * uLow + sLow * u;
        double atanh = s + v;
        double atanhLow = s - atanh + v + (vLow + sLow);

        double w = atanh * TWICE_LOG2_E;
        double wLow = Math.fma(atanh, TWICE_LOG2_E, -w) + atanh * TWICE_LOG2_E_LOW + atanhLow * TWICE_LOG2_E;
        double log = k + w;
        double logLow = k - log + w + wLow;

        double exponent = log * b;
        if (!(Math.abs(exponent) < LARGEST_EXPONENT)) {
            return exponent > 0 ? Double.POSITIVE_INFINITY : 0;
        }
        return exp2(exponent, Math.fma(log, b, -exponent) + logLow * b);
    }

    /** {@code 2^(x + low)}. */
    private static double exp2(double x, double low) {
        double whole = Math.rint(x);
        double rest = x - whole;
        // 2^(rest + low) = e^(r + rLow) = e^r (1 + rLow)
        double r = rest * LN2;
        double rLow = Math.fma(rest, LN2, -r) + rest * LN2_LOW + low * LN2;
        double y = Math.exp(r);
        return Math.scalb(Math.fma(y, rLow, y), (int) whole);
    }
}
