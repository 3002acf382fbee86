package org.gatun.tensor.cpu.math;

/**
 * The regularised incomplete gamma functions {@code P(a, x) = integral of t^(a-1) e^-t from 0 to x, over gamma(a)}, and {@code Q = 1 - P},
 * at most 2 ulp. Up to a of 10,000 the series of P for x below a, and the continued fraction of Q above, with about 100 bits, because
 * {@code x^a e^-x / gamma(a + 1)} has an exponent of the size of a, and the smaller of P and Q is computed and the other one its
 * complement; beyond, Temme's expansion around x = a by the error function.
 */
public final class ScalarGammaInc {
    private static final double LARGE = 1e4;
    /** From here on relative distances of x from a that count are small. */
    private static final double LARGEST = 1e8;
    /** Below this exponent a power of e is 0. */
    private static final double UNDERFLOW = 760;
    /** Where Stirling's series is taken. */
    private static final double STIRLING_FROM = 10;
    /** Below this x the continued fraction converges slowly. */
    private static final double FRACTION_FROM = 1.5;

    private static final double TINY = 0x1p-10;
    /** Far more than the continued fraction takes, at x = a = LARGE. */
    private static final int MOST_TERMS = 100_000;

    private static final double NEGLIGIBLE = 0x1p-64;
    private static final double HUGE = 0x1p400;
    private static final DoubleDouble HALF_LOG_2_PI =
            new DoubleDouble(ScalarMath.HALF_LOG_2_PI, -3.8782941580672414e-17);
    private static final DoubleDouble EULER = new DoubleDouble(0.5772156649015329, -4.942915152430645e-18);
    private static final double SQRT_2_PI = 2.5066282746310002;

    /** {@code B(2k) / (2k (2k - 1))} from k = 2 on; the first is 1/12. */
    private static final double[] STIRLING = {
        -0.002777777777777778,
        0.0007936507936507937,
        -0.0005952380952380953,
        0.0008417508417508417,
        -0.0019175269175269176,
        0.00641025641025641,
        -0.029550653594771242,
        0.17964437236883057,
        -1.3924322169059011,
        13.402864044168393
    };

    /** The coefficients of {@code lgamma(1 + a) / a} after the first, which is -gamma: {@code (-1)^k zeta(k) / k}. */
    private static final double[] LGAMMA = {
        0.8224670334241132,
        -0.40068563438653143,
        0.27058080842778454,
        -0.20738555102867398,
        0.1695571769974082,
        -0.1440498967688461
    };

    /** Temme's functions C0, C1, ... in powers of eta. */
    private static final double[][] TEMME = {
        {
            -0.3333333333333333,
            0.08333333333333333,
            -0.014814814814814815,
            0.0011574074074074073,
            0.0003527336860670194,
            -0.0001787551440329218,
            3.919263178522438e-05,
            -2.185448510679992e-06,
            -1.85406221071516e-06,
            8.296711340953087e-07,
            -1.7665952736826078e-07,
            6.707853543401498e-09,
            1.0261809784240309e-08,
            -4.382036018453353e-09,
            9.14769958223679e-10,
            -2.5514193994946248e-11,
            -5.830772132550426e-11,
            2.4361948020667415e-11,
            -5.0276692801141755e-12,
            1.1004392031956135e-13,
            3.371763262400985e-13,
            -1.392388722418162e-13
        },
        {
            -0.001851851851851852,
            -0.003472222222222222,
            0.0026455026455026454,
            -0.0009902263374485596,
            0.00020576131687242798,
            -4.018775720164609e-07,
            -1.8098550334489977e-05,
            7.64916091608111e-06,
            -1.6120900894563446e-06,
            4.647127802807434e-09,
            1.378633446915721e-07,
            -5.752545603517705e-08,
            1.1951628599778148e-08
        },
        {
            0.004133597883597883,
            -0.0026813271604938273,
            0.0007716049382716049,
            2.0093878600823047e-06,
            -0.0001073665322636516,
            5.2923448829120125e-05,
            -1.2760635188618728e-05,
            3.423578734096138e-08,
            1.3721957309062934e-06
        },
        {0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885}
    };

    private ScalarGammaInc() {}

    /** {@code P(a, x)}; NaN for negative arguments and where both are 0 or both infinite. */
    public static double lower(double a, double x) {
        return isLimit(a, x) ? limit(a, x) : of(a, x, false);
    }

    /** {@code Q(a, x)}; NaN for negative arguments and where both are 0 or both infinite. */
    public static double upper(double a, double x) {
        return isLimit(a, x) ? 1 - limit(a, x) : of(a, x, true);
    }

    private static boolean isLimit(double a, double x) {
        return !(a > 0 && x > 0 && Double.isFinite(a) && Double.isFinite(x));
    }

    private static double limit(double a, double x) {
        if (!(a >= 0 && x >= 0) || (a == 0 && x == 0) || (Double.isInfinite(a) && Double.isInfinite(x))) {
            return Double.NaN;
        }
        return a == 0 || Double.isInfinite(x) ? 1 : 0;
    }

    private static double of(double a, double x, boolean upper) {
        if (a >= LARGE) {
            return temme(a, x, upper);
        }
        // about the logarithm of x^a e^-x / gamma(a + 1)
        double size = a < 1 ? a * Math.log(x) - x : a - x + a * (Math.log(x) - Math.log(a));
        if (size < -2 * UNDERFLOW) {
            return (x > a) == upper ? 0 : 1;
        }
        if (x < FRACTION_FROM && a < TINY && upper) {
            return upperOfTiny(a, x);
        }
        DoubleDouble exponent = exponent(a, x);
        boolean byFraction = x >= FRACTION_FROM && x >= a;
        DoubleDouble factor = byFraction ? fraction(a, x).times(a) : series(a, x);
        return byFraction == upper ? DoubleDouble.scaledExp(exponent, factor) : complement(exponent, factor);
    }

    private static double complement(DoubleDouble exponent, DoubleDouble factor) {
        return exponent.high() < -700
                ? 1
                : DoubleDouble.ONE.minus(exponent.exp().times(factor)).value();
    }

    /** {@code log(x^a e^-x / gamma(a + 1))}. */
    private static DoubleDouble exponent(double a, double x) {
        return DoubleDouble.of(x).log().times(a).plus(-x).minus(lgamma1p(a));
    }

    /** {@code log gamma(1 + a)} for a > 0: Stirling's formula at z = a + n, and the logarithm of {@code (a + 1) ... (a + n)}. */
    private static DoubleDouble lgamma1p(double a) {
        DoubleDouble product = DoubleDouble.ONE;
        DoubleDouble z = DoubleDouble.of(a);
        while (z.high() < STIRLING_FROM) {
            z = z.plus(1);
            product = product.times(z);
        }
        DoubleDouble first = DoubleDouble.ONE.over(z.times(12));
        double square = 1 / (z.high() * z.high());
        double correction = square / z.high() * ScalarMath.polynomial(STIRLING, 0, square);
        return z.plus(0.5)
                .times(z.log())
                .minus(z)
                .plus(HALF_LOG_2_PI)
                .plus(first)
                .plus(correction)
                .minus(product.log());
    }

    /** {@code 1 + x/(a+1) + x^2/((a+1)(a+2)) + ...}, high and low parts apart, so that quotients need not wait for each other. */
    private static DoubleDouble series(double a, double x) {
        double term = 1;
        double termLow = 0;
        double sum = 1;
        double sumLow = 0;
        for (double n = 1; term > sum * NEGLIGIBLE; n++) {
            double divisor = a + n;
            double shift = divisor - a;
            double divisorLow = a - (divisor - shift) + (n - shift);
            double ratio = x / divisor;
            double ratioLow = (Math.fma(-ratio, divisor, x) - ratio * divisorLow) / divisor;
            double product = term * ratio;
            termLow = Math.fma(term, ratio, -product) + (term * ratioLow + termLow * ratio);
            term = product;
            double next = sum + term;
            double added = next - sum;
            sumLow += sum - (next - added) + (term - added) + termLow;
            sum = next;
        }
        return DoubleDouble.sum(sum, sumLow);
    }

    /**
     * {@code 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...)))}: numerators and denominators of its convergents by their
     * recurrence, without a division, until the next convergent, which differs by the product of the partial numerators over two
     * denominators, is the same.
     */
    private static DoubleDouble fraction(double a, double x) {
        DoubleDouble b = DoubleDouble.sum(x, -a).plus(1);
        DoubleDouble top = DoubleDouble.of(0);
        DoubleDouble nextTop = DoubleDouble.ONE;
        DoubleDouble bottom = DoubleDouble.ONE;
        DoubleDouble nextBottom = b;
        double product = 1;
        for (int k = 1; k < MOST_TERMS; k++) {
            DoubleDouble above = DoubleDouble.sum(a, -k).times(k);
            b = b.plus(2);
            DoubleDouble t = b.times(nextTop).plus(above.times(top));
            top = nextTop;
            nextTop = t;
            DoubleDouble u = b.times(nextBottom).plus(above.times(bottom));
            bottom = nextBottom;
            nextBottom = u;
            product *= above.high();
            if (Math.abs(product) < NEGLIGIBLE * Math.abs(nextTop.high() * bottom.high())) {
                break;
            }
            if (nextBottom.high() > HUGE) {
                top = top.scaled(1 / HUGE);
                nextTop = nextTop.scaled(1 / HUGE);
                bottom = bottom.scaled(1 / HUGE);
                nextBottom = nextBottom.scaled(1 / HUGE);
                product = product / HUGE / HUGE;
            }
        }
        return nextTop.over(nextBottom);
    }

    /**
     * {@code Q = 1 - x^a / gamma(1 + a) (1 + a sum)}, a number of the size of a: {@code -a (v (e^(a v) - 1) / (a v) + e^(a v) sum)} with
     * {@code v = log x - lgamma(1 + a) / a} and {@code sum = -x / (a + 1) + x^2 / (2! (a + 2)) - ...}.
     */
    private static double upperOfTiny(double a, double x) {
        DoubleDouble v = DoubleDouble.of(x).log().plus(EULER).plus(-a * ScalarMath.polynomial(LGAMMA, 0, a));
        // (e^u - 1) / u
        DoubleDouble u = v.times(a);
        DoubleDouble next = DoubleDouble.ONE;
        DoubleDouble ratio = next;
        for (int k = 2; Math.abs(next.high()) > NEGLIGIBLE; k++) {
            next = next.times(u).over(DoubleDouble.of(k));
            ratio = ratio.plus(next);
        }
        DoubleDouble power = u.times(ratio).plus(1);
        DoubleDouble term = DoubleDouble.ONE;
        DoubleDouble sum = DoubleDouble.of(0);
        for (int n = 1; n == 1 || Math.abs(term.high()) > NEGLIGIBLE * Math.abs(sum.high()); n++) {
            term = term.times(-x).over(DoubleDouble.of(n));
            sum = sum.plus(term.over(DoubleDouble.sum(a, n)));
        }
        return -a * v.times(ratio).plus(power.times(sum)).value();
    }

    /** {@code erfc(+-eta sqrt(a / 2)) / 2 +- e^(-a eta^2 / 2) / sqrt(2 pi a) (C0(eta) + C1(eta) / a + ...)}. */
    private static double temme(double a, double x, boolean upper) {
        boolean above = x > a;
        double distance = (x - a) / a;
        // a eta^2 / 2
        DoubleDouble half;
        if (Math.abs(distance) > 0.75) {
            half = DoubleDouble.of(2 * UNDERFLOW);
        } else if (a < LARGEST) {
            DoubleDouble logs =
                    DoubleDouble.of(x).log().minus(DoubleDouble.of(a).log());
            half = DoubleDouble.sum(x, -a).minus(logs.times(a));
        } else {
            DoubleDouble mu = DoubleDouble.sum(x, -a).over(DoubleDouble.of(a));
            double m = mu.high();
            double rest = m * m * (0.25 - m * (0.2 - m * (1 / 6.0 - m / 7)));
            DoubleDouble ratio =
                    DoubleDouble.sum(0.5, 0).minus(mu.times(DoubleDouble.THIRD)).plus(rest);
            half = mu.times(mu).times(ratio).times(a);
        }
        if (half.high() > UNDERFLOW) {
            return above == upper ? 0 : 1;
        }
        DoubleDouble y = half.sqrt();
        double eta = Math.copySign(y.high() * Math.sqrt(2 / a), distance);
        double series = 0;
        for (int k = TEMME.length - 1; k >= 0; k--) {
            series = series / a + ScalarMath.polynomial(TEMME[k], 0, eta);
        }
        double rest = Math.exp(-half.high()) * (1 - half.low()) / (SQRT_2_PI * Math.sqrt(a)) * series;
        // of the two the one on the side of x
        double small = ScalarErf.halfOfErfc(y.high(), y.low()) + (above ? rest : -rest);
        return above == upper ? small : 1 - small;
    }
}
