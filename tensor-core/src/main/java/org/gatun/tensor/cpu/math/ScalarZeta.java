package org.gatun.tensor.cpu.math;

/**
 * The Hurwitz zeta function {@code 1/q^s + 1/(q+1)^s + 1/(q+2)^s + ...} of two doubles, at most 4 ulp for s > 1 and q > 0: terms
 * until they count no more or q is large, and then the formula of Euler and Maclaurin.
 */
public final class ScalarZeta {
    /** The Bernoulli numbers of even order 2j over (2j)!, from j = 1 on. */
    private static final double[] BERNOULLI = {
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-05,
        -8.267195767195768e-07,
        2.08767569878681e-08,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16,
        5.5090028283602295e-18,
        -1.3954464685812522e-19
    };

    private static final double NEGLIGIBLE = 0x1p-60;
    /** Below this a power may have lost digits to gradual underflow when its product with q has not. */
    private static final double SMALL = 1e-280;

    private ScalarZeta() {}

    /**
     * As {@code scipy.special.zeta(s, q)}: infinite at s = 1 and at the poles q = 0, -1, -2, ...; NaN for s below 1, and for q below
     * 0 unless s is an integer.
     */
    public static double zeta(double s, double q) {
        if (!(s > 1) || Double.isNaN(q)) {
            return s == 1 && !Double.isNaN(q) ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (q > 0) {
            return positive(s, q);
        }
        if (q == Math.floor(q)) {
            return Double.POSITIVE_INFINITY;
        }
        if (s != Math.rint(s) || Double.isInfinite(s)) {
            return Double.isInfinite(s) ? s : Double.NaN;
        }
        // the terms at and above the fractional part of q, and those below 0, which are a sum from the other side
        double above = positive(s, q - Math.floor(q));
        double below = positive(s, Math.ceil(q) - q) - positive(s, 1 - q);
        return s % 2 == 0 ? above + below : above - below;
    }

    private static double positive(double s, double q) {
        if (Double.isInfinite(s) || Double.isInfinite(q)) {
            return ScalarMath.pow(q, -s);
        }
        double large = 12 + 0.85 * s;
        double sum = 0;
        double sumLow = 0;
        double k = 0;
        double x = q;
        double xLow = 0;
        while (x < large) {
            double term = power(x, xLow, s);
            double next = sum + term;
            sumLow += sum > term ? sum - next + term : term - next + sum;
            sum = next;
            // What follows is less than the term's part in an integral.
            if (term * (1 + x / (s - 1)) <= sum * NEGLIGIBLE || Double.isInfinite(sum)) {
                return Double.isInfinite(sum) ? sum : sum + sumLow;
            }
            k++;
            x = q + k;
            xLow = q - (x - k);
        }
        double p = power(x, xLow, s);
        double root = p < SMALL ? ScalarMath.pow(x, -0.5 * s) : 1;
        if (root == 0) {
            return sum;
        }
        double inverse = 1 / (x * x);
        double term = s / x;
        double correction = 0.5;
        for (int j = 0; j < BERNOULLI.length; j++) {
            correction += BERNOULLI[j] * term;
            term *= (s + (2 * j + 1)) * (s + (2 * j + 2)) * inverse;
        }
        return p < SMALL
                ? sum + (root * x / (s - 1) * root + correction * root * root)
                : sum + (p * (x / (s - 1) + correction) + sumLow);
    }

    /** {@code (x + low)^-s}. */
    private static double power(double x, double low, double s) {
        double p = ScalarMath.pow(x, -s);
        return low == 0 ? p : Math.fma(p, -s * low / x, p);
    }
}
