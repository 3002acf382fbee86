package org.gatun.tensor.cpu;

import java.math.BigDecimal;
import java.math.MathContext;

/** The regularised incomplete gamma functions to more than 30 digits: the series of the lower one, the continued fraction of the upper. */
final class PreciseGammaInc {
    private static final MathContext DIGITS = PreciseMath.DIGITS;
    private static final BigDecimal ONE = BigDecimal.ONE;
    /** Below this a, the first order in a has all digits that a double shows. */
    private static final BigDecimal TINY = new BigDecimal("1e-25");

    private PreciseGammaInc() {}

    /** Q(a, x) if upper, else P(a, x), for a of at most a million. */
    static BigDecimal value(BigDecimal a, BigDecimal x, boolean upper) {
        if (x.compareTo(BigDecimal.TWO) >= 0 && x.compareTo(a) >= 0) {
            BigDecimal q = power(a, x).multiply(a, DIGITS).multiply(fraction(a, x), DIGITS);
            return upper ? q : ONE.subtract(q);
        }
        if (a.compareTo(TINY) < 0) {
            BigDecimal q = a.multiply(exponentialIntegral(x), DIGITS);
            return upper ? q : ONE.subtract(q);
        }
        BigDecimal p = power(a, x).multiply(series(a, x), DIGITS);
        return upper ? ONE.subtract(p) : p;
    }

    /** At x = a, whatever their size: {@code 1/2 -+ (1/3 + 1/(540 a) - 25/(6048 a^2)) / sqrt(2 pi a)}. */
    static BigDecimal atMean(BigDecimal a, boolean upper) {
        BigDecimal root = a.multiply(PreciseMath.PI).multiply(BigDecimal.TWO).sqrt(DIGITS);
        BigDecimal sum = ONE.divide(new BigDecimal(3), DIGITS)
                .add(ONE.divide(a.multiply(new BigDecimal(540)), DIGITS))
                .subtract(new BigDecimal(25).divide(a.multiply(a).multiply(new BigDecimal(6048)), DIGITS));
        BigDecimal distance = sum.divide(root, DIGITS);
        BigDecimal half = new BigDecimal("0.5");
        return upper ? half.subtract(distance) : half.add(distance);
    }

    /** {@code x^a e^-x / gamma(a + 1)}. */
    private static BigDecimal power(BigDecimal a, BigDecimal x) {
        BigDecimal log = a.multiply(PreciseMath.log(x), DIGITS).subtract(x);
        BigDecimal gamma = a.compareTo(TINY) < 0 ? BigDecimal.ZERO : PreciseSpecial.lgamma(a.add(ONE));
        return PreciseMath.exp(log.subtract(gamma).round(DIGITS));
    }

    /** {@code 1 + x/(a+1) + x^2/((a+1)(a+2)) + ...}. */
    private static BigDecimal series(BigDecimal a, BigDecimal x) {
        BigDecimal term = ONE;
        BigDecimal sum = ONE;
        for (BigDecimal b = a.add(ONE); isFelt(term, sum); b = b.add(ONE)) {
            term = term.multiply(x, DIGITS).divide(b, DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /** {@code E1(x) = -gamma - log(x) + x - x^2/(2 2!) + ...}. */
    private static BigDecimal exponentialIntegral(BigDecimal x) {
        BigDecimal sum = PreciseSpecial.digamma(ONE).subtract(PreciseMath.log(x));
        BigDecimal term = ONE;
        for (int n = 1; n < 100; n++) {
            BigDecimal order = new BigDecimal(n);
            term = term.multiply(x.negate(), DIGITS).divide(order, DIGITS);
            sum = sum.subtract(term.divide(order, DIGITS));
        }
        return sum;
    }

    /** {@code 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...))}, by Lentz's algorithm. */
    private static BigDecimal fraction(BigDecimal a, BigDecimal x) {
        BigDecimal b = x.add(ONE).subtract(a);
        BigDecimal c = new BigDecimal("1e100");
        BigDecimal d = ONE.divide(b, DIGITS);
        BigDecimal product = d;
        for (int k = 1; ; k++) {
            BigDecimal above = a.subtract(new BigDecimal(k)).multiply(new BigDecimal(k));
            b = b.add(BigDecimal.TWO);
            d = ONE.divide(b.add(above.multiply(d), DIGITS), DIGITS);
            c = b.add(above.divide(c, DIGITS), DIGITS);
            BigDecimal ratio = c.multiply(d, DIGITS);
            product = product.multiply(ratio, DIGITS);
            if (!isFelt(ratio.subtract(ONE), ONE)) {
                return product;
            }
        }
    }

    private static boolean isFelt(BigDecimal term, BigDecimal sum) {
        return term.abs().compareTo(sum.abs().movePointLeft(45)) > 0;
    }
}
