package org.gatun.tensor.cpu;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * The gamma function and its relatives, the zeta function of Hurwitz, and inverses of the error function to more than 30 significant
 * digits: Stirling's series and the formula of Euler and Maclaurin far out, recurrences down from there, and Newton's iteration.
 */
final class PreciseSpecial {
    private static final MathContext DIGITS = PreciseMath.DIGITS;
    private static final BigDecimal HALF = new BigDecimal("0.5");
    /** From here on the series below have all digits before their terms grow again. */
    private static final int LARGE = 30;

    private static final int TERMS = 40;
    /** The Bernoulli numbers of order 2, 4, 6, ... */
    private static final BigDecimal[] BERNOULLI = bernoulli();

    private static final BigDecimal HALF_LOG_2_PI =
            PreciseMath.log(PreciseMath.PI.multiply(BigDecimal.TWO)).multiply(HALF);
    private static final BigDecimal HALF_SQRT_PI = PreciseMath.PI.sqrt(DIGITS).multiply(HALF);
    private static final BigDecimal SQRT_2 = BigDecimal.TWO.sqrt(DIGITS);

    private PreciseSpecial() {}

    /** From sum over k of (n + 1 choose k) B(k) = 0, in exact fractions. */
    private static BigDecimal[] bernoulli() {
        int most = 2 * TERMS;
        var above = new BigInteger[most + 1];
        var below = new BigInteger[most + 1];
        for (int n = 0; n <= most; n++) {
            BigInteger a = BigInteger.ZERO;
            BigInteger b = BigInteger.ONE;
            BigInteger choose = BigInteger.ONE;
            for (int k = 0; k < n; k++) {
                a = a.multiply(below[k]).add(choose.multiply(above[k]).multiply(b));
                b = b.multiply(below[k]);
                BigInteger common = a.gcd(b);
                a = a.divide(common);
                b = b.divide(common);
                choose = choose.multiply(BigInteger.valueOf(n + 1L - k)).divide(BigInteger.valueOf(k + 1L));
            }
            above[n] = n == 0 ? BigInteger.ONE : a.negate();
            below[n] = n == 0 ? BigInteger.ONE : b.multiply(BigInteger.valueOf(n + 1L));
        }
        var numbers = new BigDecimal[TERMS];
        for (int j = 0; j < TERMS; j++) {
            numbers[j] = new BigDecimal(above[2 * j + 2]).divide(new BigDecimal(below[2 * j + 2]), DIGITS);
        }
        return numbers;
    }

    private static BigDecimal decimal(long n) {
        return new BigDecimal(n);
    }

    /** The cube root by Newton's iteration. */
    static BigDecimal cbrt(BigDecimal x) {
        BigDecimal t = new BigDecimal(StrictMath.cbrt(x.doubleValue()));
        for (int i = 0; i < 2; i++) {
            BigDecimal cube = t.pow(3, DIGITS);
            t = t.subtract(cube.subtract(x).divide(t.multiply(t, DIGITS).multiply(decimal(3)), DIGITS), DIGITS);
        }
        return t;
    }

    /** erfc(-x / sqrt 2) / 2. */
    static BigDecimal ndtr(BigDecimal x) {
        return PreciseMath.erfc(x.negate().divide(SQRT_2, DIGITS)).multiply(HALF);
    }

    static BigDecimal erfinv(BigDecimal x) {
        BigDecimal a = x.abs();
        BigDecimal w = a.compareTo(HALF) < 0 ? inverseOfErf(a) : inverseOfErfc(BigDecimal.ONE.subtract(a));
        return x.signum() < 0 ? w.negate() : w;
    }

    static BigDecimal ndtri(BigDecimal p) {
        BigDecimal t = p.min(BigDecimal.ONE.subtract(p)).multiply(BigDecimal.TWO);
        BigDecimal w = t.compareTo(HALF) < 0 ? inverseOfErfc(t) : inverseOfErf(BigDecimal.ONE.subtract(t));
        BigDecimal z = w.multiply(SQRT_2, DIGITS);
        return p.compareTo(HALF) < 0 ? z.negate() : z;
    }

    /** By Newton's iteration from the first terms of the series. */
    private static BigDecimal inverseOfErf(BigDecimal x) {
        double z = x.doubleValue() * x.doubleValue();
        BigDecimal w = x.multiply(new BigDecimal(0.8862269 * (1 + 0.2618 * z + 0.1439 * z * z)), DIGITS);
        for (int i = 0; i < 20; i++) {
            BigDecimal step =
                    PreciseMath.erf(w).subtract(x).multiply(HALF_SQRT_PI).multiply(gaussian(w), DIGITS);
            w = w.subtract(step, DIGITS);
            if (isNegligible(step, w)) {
                return w;
            }
        }
        throw new AssertionError("no inverse of erf at " + x);
    }

    /** By Newton's iteration on the logarithm, which is nearly a parabola, from Winitzki's formula. */
    private static BigDecimal inverseOfErfc(BigDecimal t) {
        double log =
                PreciseMath.log(t.multiply(BigDecimal.TWO.subtract(t), DIGITS)).doubleValue();
        double mean = 2 / (Math.PI * 0.147) + log / 2;
        BigDecimal w = new BigDecimal(Math.sqrt(Math.sqrt(mean * mean - log / 0.147) - mean));
        for (int i = 0; i < 20; i++) {
            BigDecimal y = PreciseMath.erfc(w);
            BigDecimal step = PreciseMath.log(y.divide(t, DIGITS))
                    .multiply(y)
                    .multiply(HALF_SQRT_PI)
                    .multiply(gaussian(w), DIGITS);
            w = w.add(step, DIGITS);
            if (isNegligible(step, w)) {
                return w;
            }
        }
        throw new AssertionError("no inverse of erfc at " + t);
    }

    /** Whether the next step, about the square of this one, is beyond 35 digits. */
    private static boolean isNegligible(BigDecimal step, BigDecimal w) {
        return step.abs().compareTo(w.abs().movePointLeft(19)) <= 0;
    }

    /** e^(w^2). */
    private static BigDecimal gaussian(BigDecimal w) {
        return PreciseMath.exp(w.multiply(w));
    }

    /** log |gamma(x)| for x that is not a pole. */
    static BigDecimal lgamma(BigDecimal x) {
        if (x.signum() < 0) {
            BigDecimal sine = sineOfPiTimes(x).abs();
            BigDecimal quotient = PreciseMath.PI.divide(x.abs().multiply(sine), DIGITS);
            return PreciseMath.log(quotient).subtract(lgamma(x.negate()), DIGITS);
        }
        BigDecimal product = BigDecimal.ONE;
        BigDecimal z = x;
        while (z.compareTo(decimal(LARGE)) < 0) {
            product = product.multiply(z, DIGITS);
            z = z.add(BigDecimal.ONE);
        }
        BigDecimal sum = z.subtract(HALF)
                .multiply(PreciseMath.log(z))
                .subtract(z)
                .add(HALF_LOG_2_PI)
                .add(stirling(z, true))
                .subtract(PreciseMath.log(product));
        return sum.round(DIGITS);
    }

    /** sum over j of B(2j) / (2j (2j - 1) z^(2j - 1)), or of its derivative's terms B(2j) / (2j z^2j). */
    private static BigDecimal stirling(BigDecimal z, boolean ofLogarithm) {
        BigDecimal inverse = BigDecimal.ONE.divide(z, DIGITS);
        BigDecimal square = inverse.multiply(inverse, DIGITS);
        BigDecimal power = ofLogarithm ? inverse : square;
        BigDecimal sum = BigDecimal.ZERO;
        for (int j = 1; j <= TERMS; j++) {
            BigDecimal divisor = ofLogarithm ? decimal(2L * j * (2 * j - 1)) : decimal(2L * j);
            sum = sum.add(BERNOULLI[j - 1].multiply(power).divide(divisor, DIGITS), DIGITS);
            power = power.multiply(square, DIGITS);
        }
        return sum;
    }

    /** The sine of pi times the distance to the nearest integer, with the sign that the integer leaves out. */
    private static BigDecimal sineOfPiTimes(BigDecimal x) {
        return PreciseMath.sin(fraction(x).multiply(PreciseMath.PI, DIGITS));
    }

    private static BigDecimal fraction(BigDecimal x) {
        return x.subtract(x.setScale(0, java.math.RoundingMode.HALF_EVEN));
    }

    /** The modified Bessel function of order 0 or 1. */
    static BigDecimal bessel(int order, BigDecimal x) {
        return x.abs().compareTo(decimal(150)) < 0
                ? besselSeries(order, x)
                : besselFarOut(order, x).multiply(PreciseMath.exp(x.abs()), DIGITS);
    }

    /** {@code e^-|x| I(x)}. */
    static BigDecimal scaledBessel(int order, BigDecimal x) {
        return x.abs().compareTo(decimal(150)) < 0
                ? besselSeries(order, x).multiply(PreciseMath.exp(x.abs().negate()), DIGITS)
                : besselFarOut(order, x);
    }

    /** sum over k of (x/2)^(2k + n) / (k! (k + n)!). */
    private static BigDecimal besselSeries(int order, BigDecimal x) {
        BigDecimal half = x.multiply(HALF);
        BigDecimal square = half.multiply(half, DIGITS);
        BigDecimal term = order == 0 ? BigDecimal.ONE : half;
        BigDecimal sum = term;
        for (int k = 1; term.abs().compareTo(sum.abs().movePointLeft(50)) > 0; k++) {
            term = term.multiply(square, DIGITS).divide(decimal((long) k * (k + order)), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /** 1/sqrt(2 pi x) (1 - (m - 1)/(8x) + (m - 1)(m - 9)/(2! (8x)^2) - ...) with m = 4 n^2, for |x| of 150 and more. */
    private static BigDecimal besselFarOut(int order, BigDecimal x) {
        BigDecimal a = x.abs();
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = term;
        for (int k = 1; term.abs().compareTo(sum.movePointLeft(50)) > 0; k++) {
            long odd = 2L * k - 1;
            term = term.multiply(decimal(odd * odd - 4L * order), DIGITS).divide(a.multiply(decimal(8L * k)), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        BigDecimal root = PreciseMath.PI.multiply(a).multiply(BigDecimal.TWO).sqrt(DIGITS);
        BigDecimal y = sum.divide(root, DIGITS);
        return order == 1 && x.signum() < 0 ? y.negate() : y;
    }

    /** The derivative of {@link #lgamma} at x that is not a pole. */
    static BigDecimal digamma(BigDecimal x) {
        if (x.signum() < 0) {
            BigDecimal angle = fraction(x).multiply(PreciseMath.PI, DIGITS);
            BigDecimal cotangent = PreciseMath.cos(angle).divide(PreciseMath.sin(angle), DIGITS);
            return digamma(BigDecimal.ONE.subtract(x)).subtract(cotangent.multiply(PreciseMath.PI), DIGITS);
        }
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal z = x;
        while (z.compareTo(decimal(LARGE)) < 0) {
            sum = sum.add(BigDecimal.ONE.divide(z, DIGITS), DIGITS);
            z = z.add(BigDecimal.ONE);
        }
        return PreciseMath.log(z)
                .subtract(HALF.divide(z, DIGITS))
                .subtract(stirling(z, false))
                .subtract(sum, DIGITS);
    }

    /** sum over k of (q + k)^-s for s > 1, and q > 0 or, if s is an integer, not 0, -1, -2, ... */
    static BigDecimal zeta(BigDecimal s, BigDecimal q) {
        BigDecimal less = s.subtract(BigDecimal.ONE);
        BigDecimal large = decimal(LARGE).add(s.multiply(new BigDecimal("0.6")));
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal x = q;
        while (x.compareTo(large) < 0) {
            BigDecimal term = power(x, s);
            sum = sum.add(term, DIGITS);
            // The rest is less than the integral beside it.
            BigDecimal bound = term.abs().multiply(BigDecimal.ONE.add(x.abs().divide(less, DIGITS)));
            if (x.signum() > 0 && bound.compareTo(sum.abs().movePointLeft(45)) < 0) {
                return sum;
            }
            x = x.add(BigDecimal.ONE);
        }
        BigDecimal p = power(x, s);
        BigDecimal square = x.multiply(x, DIGITS);
        BigDecimal term = s.divide(x, DIGITS);
        BigDecimal rest = x.divide(less, DIGITS).add(HALF);
        for (int j = 1; j <= TERMS; j++) {
            BigDecimal order = decimal(2L * j);
            BigDecimal next = BERNOULLI[j - 1].multiply(term, DIGITS).divide(factorial(2 * j), DIGITS);
            rest = rest.add(next, DIGITS);
            if (next.abs().compareTo(rest.abs().movePointLeft(50)) < 0) {
                break;
            }
            BigDecimal two = s.add(order.subtract(BigDecimal.ONE)).multiply(s.add(order), DIGITS);
            term = term.multiply(two, DIGITS).divide(square, DIGITS);
        }
        return sum.add(p.multiply(rest, DIGITS), DIGITS);
    }

    private static BigDecimal factorial(int n) {
        BigInteger product = BigInteger.ONE;
        for (int k = 2; k <= n; k++) {
            product = product.multiply(BigInteger.valueOf(k));
        }
        return new BigDecimal(product);
    }

    /** x^-s. */
    private static BigDecimal power(BigDecimal x, BigDecimal s) {
        if (s.remainder(BigDecimal.ONE).signum() == 0 && s.compareTo(decimal(1000)) < 0) {
            return BigDecimal.ONE.divide(x.pow(s.intValueExact(), DIGITS), DIGITS);
        }
        BigDecimal magnitude = PreciseMath.pow(x.abs(), s.negate());
        boolean odd = s.remainder(BigDecimal.TWO).abs().compareTo(BigDecimal.ONE) == 0;
        return x.signum() < 0 && odd ? magnitude.negate() : magnitude;
    }
}
