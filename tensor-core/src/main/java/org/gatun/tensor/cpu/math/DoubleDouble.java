package org.gatun.tensor.cpu.math;

/**
 * A number of about 105 bits as the sum of two doubles, the second at most half an ulp of the first, for functions whose results would lose
 * many digits otherwise. The algorithms are those of Dekker and Knuth; finite numbers only.
 */
record DoubleDouble(double high, double low) {
    static final DoubleDouble ONE = new DoubleDouble(1, 0);
    static final DoubleDouble LN_2 = new DoubleDouble(0.6931471805599453, 2.3190468138462996e-17);
    private static final double SQRT_2 = 1.4142135623730951;
    /** What a term of a series may be of its sum. */
    private static final double NEGLIGIBLE = 0x1p-104;

    static DoubleDouble of(double x) {
        return new DoubleDouble(x, 0);
    }

    /** {@code a + b} exactly. */
    static DoubleDouble sum(double a, double b) {
        double s = a + b;
        double t = s - a;
        return new DoubleDouble(s, a - (s - t) + (b - t));
    }

    /** Two numbers of which the second is small, so that their sum's rounding is exact. */
    private static DoubleDouble normal(double high, double low) {
        double s = high + low;
        return new DoubleDouble(s, high - s + low);
    }

    DoubleDouble plus(double y) {
        DoubleDouble s = sum(high, y);
        return normal(s.high, s.low + low);
    }

    DoubleDouble plus(DoubleDouble y) {
        DoubleDouble s = sum(high, y.high);
        DoubleDouble t = sum(low, y.low);
        DoubleDouble u = normal(s.high, s.low + t.high);
        return normal(u.high, u.low + t.low);
    }

    DoubleDouble minus(DoubleDouble y) {
        return plus(y.negated());
    }

    DoubleDouble negated() {
        return new DoubleDouble(-high, -low);
    }

    DoubleDouble times(double y) {
        double p = high * y;
        return normal(p, Math.fma(high, y, -p) + low * y);
    }

    DoubleDouble times(DoubleDouble y) {
        double p = high * y.high;
        return normal(p, Math.fma(high, y.high, -p) + (high * y.low + low * y.high));
    }

    DoubleDouble over(DoubleDouble y) {
        double q = high / y.high;
        DoubleDouble rest = minus(y.times(q));
        double r = rest.high / y.high;
        DoubleDouble last = rest.minus(y.times(r));
        return normal(q, r).plus(last.high / y.high);
    }

    DoubleDouble scaled(double powerOfTwo) {
        return new DoubleDouble(high * powerOfTwo, low * powerOfTwo);
    }

    DoubleDouble sqrt() {
        double root = Math.sqrt(high);
        double rest = minus(of(root).times(root)).high;
        return root == 0 ? this : normal(root, rest / (2 * root));
    }

    double value() {
        return high + low;
    }

    /** The logarithm of a positive number: {@code 2 atanh((m - 1) / (m + 1))} of its mantissa, and the exponent. */
    DoubleDouble log() {
        if (high < Double.MIN_NORMAL) {
            return scaled(0x1p60).log().minus(LN_2.times(60));
        }
        int exponent = Math.getExponent(high);
        DoubleDouble mantissa = new DoubleDouble(Math.scalb(high, -exponent), Math.scalb(low, -exponent));
        if (mantissa.high > SQRT_2) {
            mantissa = mantissa.scaled(0.5);
            exponent++;
        }
        DoubleDouble s = mantissa.plus(-1).over(mantissa.plus(1));
        DoubleDouble square = s.times(s);
        DoubleDouble power = s;
        DoubleDouble sum = s;
        for (int k = 3; Math.abs(power.high) > Math.abs(sum.high) * NEGLIGIBLE; k += 2) {
            power = power.times(square);
            sum = sum.plus(power.over(of(k)));
        }
        return sum.scaled(2).plus(LN_2.times(exponent));
    }

    /** {@code e^x} times another number, rounded once where that is subnormal. */
    static double scaledExp(DoubleDouble x, DoubleDouble factor) {
        if (!(Math.abs(x.high) < 2000)) {
            return x.high > 0 ? Double.POSITIVE_INFINITY : 0;
        }
        double whole = Math.rint(x.high / LN_2.high);
        DoubleDouble product = expOfSmall(x.minus(LN_2.times(whole))).times(factor);
        // the double next to it, not the sum of two roundings
        return Math.scalb(product.value(), (int) whole);
    }

    /** {@code e^x}, where that is a normal number. */
    DoubleDouble exp() {
        double whole = Math.rint(high / LN_2.high);
        DoubleDouble y = expOfSmall(minus(LN_2.times(whole)));
        return new DoubleDouble(Math.scalb(y.high, (int) whole), Math.scalb(y.low, (int) whole));
    }

    /** The series of {@code e^(x / 16)}, four times squared. */
    private static DoubleDouble expOfSmall(DoubleDouble x) {
        DoubleDouble t = x.scaled(0.0625);
        DoubleDouble term = t;
        DoubleDouble sum = t;
        for (int k = 2; Math.abs(term.high) > NEGLIGIBLE * 0.0625; k++) {
            term = term.times(t).over(of(k));
            sum = sum.plus(term);
        }
        // (1 + m)^2 - 1 = 2 m + m^2
        for (int i = 0; i < 4; i++) {
            sum = sum.scaled(2).plus(sum.times(sum));
        }
        return sum.plus(1);
    }
}
