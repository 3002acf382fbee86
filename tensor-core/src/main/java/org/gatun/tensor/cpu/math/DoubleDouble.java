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

    static final DoubleDouble THIRD = new DoubleDouble(0.3333333333333333, 1.850371707708594e-17);

    /** Tables are of multiples of 1 / PARTS. */
    private static final int PARTS = 64;

    private static final int LAST = 91;

    /** {@code PARTS / k} as a double, and the negative logarithm of that double, for mantissas from the root of 1/2 to that of 2. */
    private static final double[] INVERSES = new double[LAST + 1];

    private static final DoubleDouble[] LOGS = new DoubleDouble[LAST + 1];

    private static final int MOST_POWER = 23;

    /** {@code e^((k - MOST_POWER) / PARTS)}. */
    private static final DoubleDouble[] POWERS = new DoubleDouble[2 * MOST_POWER + 1];

    static {
        for (int k = 45; k <= LAST; k++) {
            INVERSES[k] = (double) PARTS / k;
            LOGS[k] = logBySeries(of(INVERSES[k])).negated();
        }
        for (int k = 0; k < POWERS.length; k++) {
            POWERS[k] = expBySeries((k - MOST_POWER) / (double) PARTS);
        }
    }

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
        double rest = Math.fma(-q, y.high, high) + (low - q * y.low);
        return normal(q, rest / y.high);
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

    /** The logarithm of a positive number: of its exponent, of a number of 6 bits beside its mantissa, and of the quotient of the two. */
    DoubleDouble log() {
        if (high < Double.MIN_NORMAL) {
            return scaled(0x1p60).log().minus(LN_2.times(60));
        }
        int exponent = Math.getExponent(high);
        double mantissa = Math.scalb(high, -exponent);
        if (mantissa > SQRT_2) {
            exponent++;
            mantissa *= 0.5;
        }
        int k = (int) Math.rint(mantissa * PARTS);
        DoubleDouble r = new DoubleDouble(mantissa, Math.scalb(low, -exponent))
                .times(INVERSES[k])
                .plus(-1);
        // 2 atanh(s) = 2 s + 2 s^3 / 3 + ...
        DoubleDouble s = r.over(r.plus(2));
        DoubleDouble square = s.times(s);
        double z = square.high;
        double rest = z * z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z / 15)))));
        DoubleDouble small = s.times(square.times(THIRD).plus(rest)).plus(s).scaled(2);
        return LN_2.times(exponent).plus(LOGS[k]).plus(small);
    }

    /** The logarithm of a number about 1 by the series of {@code 2 atanh((m - 1) / (m + 1))}. */
    private static DoubleDouble logBySeries(DoubleDouble m) {
        DoubleDouble s = m.plus(-1).over(m.plus(1));
        DoubleDouble square = s.times(s);
        DoubleDouble power = s;
        DoubleDouble sum = s;
        for (int k = 3; Math.abs(power.high) > Math.abs(sum.high) * NEGLIGIBLE; k += 2) {
            power = power.times(square);
            sum = sum.plus(power.over(of(k)));
        }
        return sum.scaled(2);
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

    /** {@code e^x} for x up to log(2) / 2: that of the nearest 64th, from a table, times that of the rest. */
    private static DoubleDouble expOfSmall(DoubleDouble x) {
        int k = (int) Math.rint(x.high * PARTS);
        DoubleDouble r = x.plus(-k / (double) PARTS);
        double t = r.high;
        double rest = t * t * t * (1.0 / 6 + t * (1.0 / 24 + t * (1.0 / 120 + t * (1.0 / 720 + t * (1.0 / 5040)))));
        DoubleDouble power = POWERS[k + MOST_POWER];
        return power.times(r.times(r).scaled(0.5).plus(rest).plus(r)).plus(power);
    }

    /** The series of {@code e^x}. */
    private static DoubleDouble expBySeries(double x) {
        DoubleDouble term = ONE;
        DoubleDouble sum = ONE;
        for (int k = 1; Math.abs(term.high) > NEGLIGIBLE; k++) {
            term = term.times(x).over(of(k));
            sum = sum.plus(term);
        }
        return sum;
    }
}
