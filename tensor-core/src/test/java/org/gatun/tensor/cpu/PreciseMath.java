package org.gatun.tensor.cpu;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The elementary functions to more than 40 significant digits, by their series. Slow, and plain enough to check by eye: what
 * the double precision kernels are measured against.
 */
final class PreciseMath {
    static final MathContext DIGITS = new MathContext(60);

    private static final BigDecimal TWO = BigDecimal.TWO;
    private static final BigDecimal HALF = new BigDecimal("0.5");
    /** Terms below this part of a sum are left out. */
    private static final BigDecimal NEGLIGIBLE = BigDecimal.ONE.movePointLeft(65);
    /** e to this power, or its inverse, is far beyond the doubles: greater arguments are taken for it. */
    private static final BigDecimal HUGE_EXPONENT = new BigDecimal(5000);

    /** The remainder of the largest double by pi still has 60 digits. */
    private static final MathContext PI_DIGITS = new MathContext(460);

    private static final BigDecimal HALF_PI_LONG = machin();
    static final BigDecimal PI = HALF_PI_LONG.multiply(TWO, DIGITS);
    private static final BigDecimal LN10 = logByCorrection(BigDecimal.TEN);
    private static final BigDecimal LN2 = log(TWO);
    private static final BigDecimal TWO_BY_SQRT_PI = TWO.divide(PI.sqrt(DIGITS), DIGITS);

    private PreciseMath() {}

    /** pi/2 = 8 atan(1/5) - 2 atan(1/239). */
    private static BigDecimal machin() {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal fifth = new BigDecimal("0.2");
        BigDecimal small = BigDecimal.ONE.divide(new BigDecimal(239), PI_DIGITS);
        for (int n = 0; n < 330; n++) {
            BigDecimal divisor = new BigDecimal((n % 2 == 0 ? 1 : -1) * (2 * n + 1));
            sum = sum.add(
                    new BigDecimal(8).multiply(fifth.pow(2 * n + 1, PI_DIGITS)).divide(divisor, PI_DIGITS));
            sum = sum.subtract(TWO.multiply(small.pow(2 * n + 1, PI_DIGITS)).divide(divisor, PI_DIGITS));
        }
        return sum.round(PI_DIGITS);
    }

    static BigDecimal exp(BigDecimal x) {
        BigDecimal c = x.min(HUGE_EXPONENT).max(HUGE_EXPONENT.negate());
        int halvings = 0;
        while (c.abs().compareTo(HALF) > 0) {
            c = c.multiply(HALF, DIGITS);
            halvings++;
        }
        BigDecimal y = expm1Series(c).add(BigDecimal.ONE, DIGITS);
        for (int i = 0; i < halvings; i++) {
            y = y.multiply(y, DIGITS);
        }
        return y;
    }

    static BigDecimal expm1(BigDecimal x) {
        return x.abs().compareTo(HALF) <= 0 ? expm1Series(x) : exp(x).subtract(BigDecimal.ONE, DIGITS);
    }

    /** x + x^2/2! + x^3/3! + ... */
    private static BigDecimal expm1Series(BigDecimal x) {
        BigDecimal term = x;
        BigDecimal sum = x;
        for (int n = 2; matters(term, sum); n++) {
            term = term.multiply(x, DIGITS).divide(new BigDecimal(n), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /** 2 to the power x. */
    static BigDecimal exp2(BigDecimal x) {
        return exp(x.multiply(LN2, DIGITS));
    }

    /** The natural logarithm of x > 0. */
    static BigDecimal log(BigDecimal x) {
        BigDecimal less = x.subtract(BigDecimal.ONE);
        if (less.abs().compareTo(HALF) < 0) {
            return log1p(less);
        }
        int exponent = x.precision() - x.scale() - 1;
        BigDecimal mantissa = x.movePointLeft(exponent);
        return logByCorrection(mantissa).add(LN10.multiply(new BigDecimal(exponent)), DIGITS);
    }

    /** log(x) = t + log(x e^-t) for t close to it. */
    private static BigDecimal logByCorrection(BigDecimal x) {
        BigDecimal t = new BigDecimal(Math.log(x.doubleValue()));
        return t.add(log1p(x.multiply(exp(t.negate()), DIGITS).subtract(BigDecimal.ONE)), DIGITS);
    }

    /** log(1 + x) for x > -1: near 0, 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...) with s = x / (2 + x). */
    static BigDecimal log1p(BigDecimal x) {
        if (x.abs().compareTo(HALF) > 0) {
            return log(x.add(BigDecimal.ONE));
        }
        BigDecimal s = x.divide(TWO.add(x), DIGITS);
        BigDecimal square = s.multiply(s, DIGITS);
        BigDecimal power = s;
        BigDecimal sum = s;
        for (int n = 3; matters(power, sum); n += 2) {
            power = power.multiply(square, DIGITS);
            sum = sum.add(power.divide(new BigDecimal(n), DIGITS), DIGITS);
        }
        return sum.multiply(TWO);
    }

    static BigDecimal log2(BigDecimal x) {
        return log(x).divide(LN2, DIGITS);
    }

    static BigDecimal log10(BigDecimal x) {
        return log(x).divide(LN10, DIGITS);
    }

    static BigDecimal sin(BigDecimal x) {
        return sinOfQuadrant(x, 0);
    }

    static BigDecimal cos(BigDecimal x) {
        return sinOfQuadrant(x, 1);
    }

    static BigDecimal tan(BigDecimal x) {
        return sin(x).divide(cos(x), DIGITS);
    }

    /** sin(x + quadrant pi/2), from x = k pi/2 + r. */
    private static BigDecimal sinOfQuadrant(BigDecimal x, int quadrant) {
        int digits = DIGITS.getPrecision() + Math.max(0, x.precision() - x.scale()) + 30;
        BigDecimal halfPi = HALF_PI_LONG.round(new MathContext(digits));
        BigDecimal k = x.divide(halfPi, new MathContext(digits)).setScale(0, RoundingMode.HALF_EVEN);
        BigDecimal r = x.subtract(k.multiply(halfPi)).round(DIGITS);
        int turn = k.toBigInteger().intValue() + quadrant & 3;
        BigDecimal y = turn % 2 == 0 ? alternating(r, r, 1) : alternating(BigDecimal.ONE, r, 0);
        return turn < 2 ? y : y.negate();
    }

    /** first - first r^2 / ((n+1)(n+2)) + ...: the sine from r with n = 1, the cosine from 1 with n = 0. */
    private static BigDecimal alternating(BigDecimal first, BigDecimal r, int n) {
        BigDecimal square = r.multiply(r, DIGITS).negate();
        BigDecimal term = first;
        BigDecimal sum = first;
        for (int i = n + 1; matters(term, sum); i += 2) {
            term = term.multiply(square, DIGITS).divide(new BigDecimal((long) i * (i + 1)), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /** atan(x) = t + atan((x - tan t) / (1 + x tan t)) for t close to it, where the last is by its series. */
    static BigDecimal atan(BigDecimal x) {
        BigDecimal t = new BigDecimal(Math.atan(x.doubleValue()));
        BigDecimal tan = tan(t);
        BigDecimal d = x.subtract(tan).divide(BigDecimal.ONE.add(x.multiply(tan)), DIGITS);
        BigDecimal square = d.multiply(d, DIGITS).negate();
        BigDecimal power = d;
        BigDecimal sum = d;
        for (int n = 3; n < 12; n += 2) {
            power = power.multiply(square, DIGITS);
            sum = sum.add(power.divide(new BigDecimal(n), DIGITS), DIGITS);
        }
        return t.add(sum, DIGITS);
    }

    static BigDecimal asin(BigDecimal x) {
        BigDecimal square = BigDecimal.ONE.subtract(x.multiply(x));
        return square.signum() == 0 ? PI.multiply(HALF).multiply(x) : atan(x.divide(square.sqrt(DIGITS), DIGITS));
    }

    static BigDecimal acos(BigDecimal x) {
        BigDecimal sum = BigDecimal.ONE.add(x);
        return sum.signum() == 0
                ? PI
                : atan(BigDecimal.ONE.subtract(x).divide(sum, DIGITS).sqrt(DIGITS))
                        .multiply(TWO);
    }

    /** The angle of the point (x, y), which is not on an axis. */
    static BigDecimal atan2(BigDecimal y, BigDecimal x) {
        BigDecimal angle = atan(y.divide(x, DIGITS));
        return x.signum() > 0 ? angle : angle.add(y.signum() > 0 ? PI : PI.negate(), DIGITS);
    }

    /** sign(x) (m + m / (m + 1)) / 2 with m = e^|x| - 1. */
    static BigDecimal sinh(BigDecimal x) {
        BigDecimal m = expm1(x.abs());
        BigDecimal y = m.add(m.divide(m.add(BigDecimal.ONE), DIGITS)).multiply(HALF, DIGITS);
        return x.signum() < 0 ? y.negate() : y;
    }

    static BigDecimal cosh(BigDecimal x) {
        BigDecimal e = exp(x);
        return e.add(BigDecimal.ONE.divide(e, DIGITS)).multiply(HALF, DIGITS);
    }

    /** m / (m + 2) with m = e^2x - 1, where m is close to -1 at the least. */
    static BigDecimal tanh(BigDecimal x) {
        BigDecimal m = expm1(x.multiply(TWO));
        return m.divide(m.add(TWO), DIGITS);
    }

    /** sign(x) log(1 + a + a^2 / (1 + sqrt(1 + a^2))) with a = |x|. */
    static BigDecimal asinh(BigDecimal x) {
        BigDecimal a = x.abs();
        BigDecimal square = a.multiply(a, DIGITS);
        BigDecimal root = BigDecimal.ONE.add(square, DIGITS).sqrt(DIGITS);
        BigDecimal y = log1p(a.add(square.divide(BigDecimal.ONE.add(root), DIGITS)));
        return x.signum() < 0 ? y.negate() : y;
    }

    /** log(1 + t + sqrt(t (t + 2))) with t = x - 1, for x of 1 and more. */
    static BigDecimal acosh(BigDecimal x) {
        BigDecimal t = x.subtract(BigDecimal.ONE);
        return log1p(t.add(t.multiply(t.add(TWO), DIGITS).sqrt(DIGITS)));
    }

    /** log(1 + 2x / (1 - x)) / 2 for x between -1 and 1. */
    static BigDecimal atanh(BigDecimal x) {
        return log1p(x.multiply(TWO).divide(BigDecimal.ONE.subtract(x), DIGITS)).multiply(HALF);
    }

    static BigDecimal sigmoid(BigDecimal x) {
        return BigDecimal.ONE.divide(BigDecimal.ONE.add(exp(x.negate())), DIGITS);
    }

    /** max(x, 0) + log(1 + e^-|x|). */
    static BigDecimal softplus(BigDecimal x) {
        return x.max(BigDecimal.ZERO).add(log1p(exp(x.abs().negate())), DIGITS);
    }

    /** 2/sqrt(pi) e^(-x^2) (x + 2x^3/3 + 4x^5/(3 5) + ...), whose terms have one sign; 1 - erfc(x) for large x. */
    static BigDecimal erf(BigDecimal x) {
        if (x.abs().compareTo(TWO) > 0) {
            BigDecimal rest = BigDecimal.ONE.subtract(erfcFraction(x.abs()));
            return x.signum() < 0 ? rest.negate() : rest;
        }
        BigDecimal twice = x.multiply(x, DIGITS).multiply(TWO);
        BigDecimal term = x;
        BigDecimal sum = x;
        for (int n = 3; matters(term, sum); n += 2) {
            term = term.multiply(twice, DIGITS).divide(new BigDecimal(n), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum.multiply(gaussian(x), DIGITS).multiply(TWO_BY_SQRT_PI, DIGITS);
    }

    static BigDecimal erfc(BigDecimal x) {
        return x.compareTo(TWO) > 0 ? erfcFraction(x) : BigDecimal.ONE.subtract(erf(x), DIGITS);
    }

    /** e^(x^2) erfc(x). */
    static BigDecimal erfcx(BigDecimal x) {
        return x.compareTo(TWO) > 0
                ? TWO_BY_SQRT_PI.multiply(HALF).divide(fraction(x), DIGITS)
                : erfc(x).multiply(exp(x.multiply(x)), DIGITS);
    }

    /** e^(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))) for x of 2 and more. */
    private static BigDecimal erfcFraction(BigDecimal x) {
        BigDecimal c = x.min(HUGE_EXPONENT);
        return gaussian(c).multiply(TWO_BY_SQRT_PI).multiply(HALF).divide(fraction(c), DIGITS);
    }

    private static BigDecimal fraction(BigDecimal x) {
        int terms = (int) (2400 / (x.doubleValue() * x.doubleValue())) + 20;
        BigDecimal fraction = x;
        for (int n = terms; n > 0; n--) {
            fraction = x.add(new BigDecimal(n).multiply(HALF).divide(fraction, DIGITS), DIGITS);
        }
        return fraction;
    }

    /** e^(-x^2). */
    private static BigDecimal gaussian(BigDecimal x) {
        return exp(x.multiply(x).negate());
    }

    /** a to the power b for a > 0. */
    static BigDecimal pow(BigDecimal a, BigDecimal b) {
        return exp(b.multiply(log(a)).round(DIGITS));
    }

    static BigDecimal hypot(BigDecimal a, BigDecimal b) {
        return a.multiply(a, DIGITS).add(b.multiply(b, DIGITS), DIGITS).sqrt(DIGITS);
    }

    private static boolean matters(BigDecimal term, BigDecimal sum) {
        return term.abs().compareTo(sum.abs().multiply(NEGLIGIBLE)) > 0;
    }
}
