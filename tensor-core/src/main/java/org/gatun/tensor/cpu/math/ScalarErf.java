package org.gatun.tensor.cpu.math;

/** Relatives of the error function: its scaled complement, the normal distribution function, and the inverses of both. */
public final class ScalarErf {
    private static final double TWO_BY_SQRT_PI = 1.1283791670955126;
    private static final double HALF_SQRT_PI = 0.886226925452758;
    private static final double HALF_SQRT_PI_LOW = -3.8332932499128993e-17;
    private static final double SQRT_HALF = 0.7071067811865476;
    private static final double SQRT_HALF_LOW = -4.833646656726457e-17;
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double SQRT_2_LOW = -9.667293313452913e-17;
    /** Below this erfcx overflows. */
    private static final double ERFCX_INFINITE = -26.7;
    /** The square of a smaller number does not count beside 1. */
    private static final double TINY = 0x1p-28;

    /** {@code erfinv(x) / x} in powers of {@code x^2}, error 2^-25 up to 0.5: where the iteration starts. */
    private static final double[] CENTER = {
        0.8862269068731944,
        0.23201855955835318,
        0.12735023236037368,
        0.0896648636636644,
        0.04435940092946046,
        0.10992227136325335
    };

    // The w with erfc(w) = e^(-r^2), error 2^-21 for r from 0.83 to 4, and from 4 to the end of the range.
    private static final double[] NEAR_ABOVE = {-0.02002340517, 0.145582899, 0.4251090354, 1.79862445, 0.4456209151};
    private static final double[] NEAR_BELOW = {1, 1.128959119, 1.815350986, 0.4452658654};
    private static final double[] FAR_ABOVE = {-0.689761678, 1.514505762, -0.3022194368, -0.4708126224, -0.02974356104};
    private static final double[] FAR_BELOW = {1, -0.3697052062, -0.4711098211, -0.02974138176, -1.003987522e-08};

    private ScalarErf() {}

    /** {@code e^(x^2) erfc(x)}, at most 2 ulp. */
    public static double erfcx(double x) {
        if (x >= 0.5) {
            return ScalarMath.scaledTail(x);
        }
        if (!(x > ERFCX_INFINITE)) {
            return Double.isNaN(x) ? x : Double.POSITIVE_INFINITY;
        }
        double square = x * x;
        double low = Math.fma(x, x, -square);
        double power = Math.exp(square);
        double e = Double.isInfinite(power) ? power : Math.fma(power, low, power);
        return x > -0.5 ? e * (1 - ScalarMath.erf(x)) : 2 * e - ScalarMath.scaledTail(-x);
    }

    /** The normal distribution function {@code erfc(-x / sqrt 2) / 2}, at most 2 ulp: the rounding of the quotient is put back. */
    public static double ndtr(double x) {
        double w = -x * SQRT_HALF;
        if (w < 0.5) {
            return w > -0.5 ? 0.5 - 0.5 * ScalarMath.erf(w) : 1 - 0.5 * ScalarMath.erfc(-w);
        }
        double low = Math.fma(-x, SQRT_HALF, -w) - x * SQRT_HALF_LOW;
        return ScalarMath.tail(w, low, 0.5);
    }

    /** {@code erfc(x + low) / 2} for x of 0 and more. */
    static double halfOfErfc(double x, double low) {
        return x < 0.5 ? 0.5 - 0.5 * ScalarMath.erf(x) : ScalarMath.tail(x, low, 0.5);
    }

    /** The inverse of the error function, at most 3 ulp: infinite at -1 and 1, NaN beyond. */
    public static double erfinv(double x) {
        double a = Math.abs(x);
        if (a <= 0.5) {
            return inverseAtCenter(x);
        }
        if (!(a < 1)) {
            return a == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return Math.copySign(inverseOfTail(1 - a), x);
    }

    /** The inverse of the normal distribution function, at most 3 ulp: infinite at 0 and 1, NaN outside. */
    public static double ndtri(double p) {
        if (!(p > 0 && p < 1)) {
            return p == 0 ? Double.NEGATIVE_INFINITY : p == 1 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double w = p < 0.25
                ? -inverseOfTail(2 * p)
                : p > 0.75 ? inverseOfTail(2 * (1 - p)) : inverseAtCenter(2 * (p - 0.5));
        return Math.fma(w, SQRT_2, w * SQRT_2_LOW);
    }

    /** The w with {@code erf(w) = x}, for x of 0.5 at most: a polynomial and a step of Halley's. */
    private static double inverseAtCenter(double x) {
        if (Math.abs(x) < TINY) {
            return x == 0 ? x : Math.fma(x, HALF_SQRT_PI, x * HALF_SQRT_PI_LOW);
        }
        double w = x * ScalarMath.polynomial(CENTER, 0, x * x);
        double step = (ScalarMath.erf(w) - x) / (TWO_BY_SQRT_PI * Math.exp(-w * w));
        return w - step / (1 + w * step);
    }

    /**
     * The w with {@code erfc(w) = t}, for t of 0.5 at most: a step of Halley's on the logarithm of that equation, {@code w^2 -
     * log(erfcx(w)) + log(t) = 0}, which has no small numbers in it.
     */
    private static double inverseOfTail(double t) {
        double size = -Math.log(t);
        double r = Math.sqrt(size);
        double w = r < 4
                ? ScalarMath.polynomial(NEAR_ABOVE, 0, r) / ScalarMath.polynomial(NEAR_BELOW, 0, r)
                : ScalarMath.polynomial(FAR_ABOVE, 0, r) / ScalarMath.polynomial(FAR_BELOW, 0, r);
        double scaled = erfcx(w);
        double slope = TWO_BY_SQRT_PI / scaled;
        double step = (Math.fma(w, w, -size) - Math.log(scaled)) / slope;
        return w - step / (1 + 0.5 * step * (2 * w - slope));
    }
}
