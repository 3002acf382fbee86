#pragma once
#include "doubledouble.cuh"
#include "erf.cuh"
// The regularised incomplete gamma functions.

static constexpr double gammaincLarge = 1e4;

// From here on relative distances of x from a that count are small.
static constexpr double gammaincLargest = 1e8;

// Below this exponent a power of e is 0.
static constexpr double gammaincUnderflow = 760;

// Where Stirling's series is taken.
static constexpr double gammaincStirlingFrom = 10;

// Below this x the continued fraction converges slowly.
static constexpr double gammaincFractionFrom = 1.5;

static constexpr double gammaincTiny = 0x1p-10;

// Far more than the continued fraction takes, at x = a = LARGE.
static constexpr int gammaincMostTerms = 100000;

static constexpr double gammaincNegligible = 0x1p-64;

static constexpr double gammaincHuge = 0x1p400;

static constexpr double gammaincSqrt2Pi = 2.5066282746310002;

// B(2k) / (2k (2k - 1)) from k = 2 on; the first is 1/12.
static __device__ const double gammaincStirling[] = {
    -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
    -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242, 0.17964437236883057, -1.3924322169059011,
    13.402864044168393,
};

// The coefficients of lgamma(1 + a) / a after the first, which is -gamma: (-1)^k zeta(k) / k.
static __device__ const double gammaincLgamma[] = {
    0.8224670334241132, -0.40068563438653143, 0.27058080842778454, -0.20738555102867398, 0.1695571769974082,
    -0.1440498967688461,
};

// Temme's functions C0, C1, ... in powers of eta.
static __device__ const double gammaincTemme0[] = {
    -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
    -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06, -1.85406221071516e-06,
    8.296711340953087e-07, -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08,
    -4.382036018453353e-09, 9.14769958223679e-10, -2.5514193994946248e-11, -5.830772132550426e-11,
    2.4361948020667415e-11, -5.0276692801141755e-12, 1.1004392031956135e-13, 3.371763262400985e-13,
    -1.392388722418162e-13,
};
static __device__ const double gammaincTemme1[] = {
    -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596,
    0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06,
    -1.6120900894563446e-06, 4.647127802807434e-09, 1.378633446915721e-07, -5.752545603517705e-08,
    1.1951628599778148e-08,
};
static __device__ const double gammaincTemme2[] = {
    0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06,
    -0.0001073665322636516, 5.2923448829120125e-05, -1.2760635188618728e-05, 3.423578734096138e-08,
    1.3721957309062934e-06,
};
static __device__ const double gammaincTemme3[] = {
    0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
};

static __device__ inline double gammaincOf(double a, double x);
static __device__ inline double gammainccOf(double a, double x);
static __device__ inline bool gammaincIsLimit(double a, double x);
static __device__ inline double gammaincLimit(double a, double x);
static __device__ inline double gammaincSide(double a, double x, bool upper);
static __device__ inline double gammaincComplement(DoubleDouble exponent, DoubleDouble factor);
static __device__ inline DoubleDouble gammaincExponent(double a, double x);
static __device__ inline DoubleDouble gammaincLgamma1p(double a);
static __device__ inline DoubleDouble gammaincSeries(double a, double x);
static __device__ inline DoubleDouble gammaincFraction(double a, double x);
static __device__ inline double gammaincUpperOfTiny(double a, double x);
static __device__ inline double gammaincTemme(double a, double x, bool upper);

// P(a, x); NaN for negative arguments and where both are 0 or both infinite.
static __device__ inline double gammaincOf(double a, double x) {
    return gammaincIsLimit(a, x) ? gammaincLimit(a, x) : gammaincSide(a, x, false);
}

// Q(a, x); NaN for negative arguments and where both are 0 or both infinite.
static __device__ inline double gammainccOf(double a, double x) {
    return gammaincIsLimit(a, x) ? 1 - gammaincLimit(a, x) : gammaincSide(a, x, true);
}

static __device__ inline bool gammaincIsLimit(double a, double x) {
    return !(a > 0 && x > 0 && isfinite(a) && isfinite(x));
}

static __device__ inline double gammaincLimit(double a, double x) {
    if (!(a >= 0 && x >= 0) || (a == 0 && x == 0) || (isinf(a) && isinf(x))) {
        return nanOf(0.0);
    }
    return a == 0 || isinf(x) ? 1 : 0;
}

static __device__ inline double gammaincSide(double a, double x, bool upper) {
    if (a >= gammaincLarge) {
        return gammaincTemme(a, x, upper);
    }
    // about the logarithm of x^a e^-x / gamma(a + 1)
    double size = a < 1 ? a * log(x) - x : a - x + a * (log(x) - log(a));
    if (size < -2 * gammaincUnderflow) {
        return (x > a) == upper ? 0 : 1;
    }
    if (x < gammaincFractionFrom && a < gammaincTiny && upper) {
        return gammaincUpperOfTiny(a, x);
    }
    DoubleDouble exponent = gammaincExponent(a, x);
    bool byFraction = x >= gammaincFractionFrom && x >= a;
    DoubleDouble factor = byFraction ? gammaincFraction(a, x).times(a) : gammaincSeries(a, x);
    return byFraction == upper ? ddScaledExp(exponent, factor) : gammaincComplement(exponent, factor);
}

static __device__ inline double gammaincComplement(DoubleDouble exponent, DoubleDouble factor) {
    return exponent.high < -700
            ? 1
            : ddOf(1).minus(exponent.exp().times(factor)).value();
}

// log(x^a e^-x / gamma(a + 1)).
static __device__ inline DoubleDouble gammaincExponent(double a, double x) {
    return ddOf(x).log().times(a).plus(-x).minus(gammaincLgamma1p(a));
}

// log gamma(1 + a) for a > 0: Stirling's formula at z = a + n, and the logarithm of (a + 1) ... (a + n).
static __device__ inline DoubleDouble gammaincLgamma1p(double a) {
    DoubleDouble product = ddOf(1);
    DoubleDouble z = ddOf(a);
    while (z.high < gammaincStirlingFrom) {
        z = z.plus(1);
        product = product.times(z);
    }
    DoubleDouble first = ddOf(1).over(z.times(12));
    double square = 1 / (z.high * z.high);
    double correction = square / z.high * polynomial(gammaincStirling, 0, square);
    return z.plus(0.5)
            .times(z.log())
            .minus(z)
            .plus(DoubleDouble{0.9189385332046728, -3.8782941580672414e-17})
            .plus(first)
            .plus(correction)
            .minus(product.log());
}

// 1 + x/(a+1) + x^2/((a+1)(a+2)) + ..., high and low parts apart, so that quotients need not wait for each other.
static __device__ inline DoubleDouble gammaincSeries(double a, double x) {
    double term = 1;
    double termLow = 0;
    double sum = 1;
    double sumLow = 0;
    for (double n = 1; term > sum * gammaincNegligible; n++) {
        double divisor = a + n;
        double shift = divisor - a;
        double divisorLow = a - (divisor - shift) + (n - shift);
        double ratio = x / divisor;
        double ratioLow = (fma(-ratio, divisor, x) - ratio * divisorLow) / divisor;
        double product = term * ratio;
        termLow = fma(term, ratio, -product) + (term * ratioLow + termLow * ratio);
        term = product;
        double next = sum + term;
        double added = next - sum;
        sumLow += sum - (next - added) + (term - added) + termLow;
        sum = next;
    }
    return ddSum(sum, sumLow);
}

// 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...))): numerators and denominators of its
// convergents by their recurrence, without a division, until the next convergent, which differs by the product of
// the partial numerators over two denominators, is the same.
static __device__ inline DoubleDouble gammaincFraction(double a, double x) {
    DoubleDouble b = ddSum(x, -a).plus(1);
    DoubleDouble top = ddOf(0);
    DoubleDouble nextTop = ddOf(1);
    DoubleDouble bottom = ddOf(1);
    DoubleDouble nextBottom = b;
    double product = 1;
    for (int k = 1; k < gammaincMostTerms; k++) {
        DoubleDouble above = ddSum(a, -k).times(k);
        b = b.plus(2);
        DoubleDouble t = b.times(nextTop).plus(above.times(top));
        top = nextTop;
        nextTop = t;
        DoubleDouble u = b.times(nextBottom).plus(above.times(bottom));
        bottom = nextBottom;
        nextBottom = u;
        product *= above.high;
        if (fabs(product) < gammaincNegligible * fabs(nextTop.high * bottom.high)) {
            break;
        }
        if (nextBottom.high > gammaincHuge) {
            top = top.scaled(1 / gammaincHuge);
            nextTop = nextTop.scaled(1 / gammaincHuge);
            bottom = bottom.scaled(1 / gammaincHuge);
            nextBottom = nextBottom.scaled(1 / gammaincHuge);
            product = product / gammaincHuge / gammaincHuge;
        }
    }
    return nextTop.over(nextBottom);
}

// Q = 1 - x^a / gamma(1 + a) (1 + a sum), a number of the size of a: -a (v (e^(a v) - 1) / (a v) + e^(a v) sum)
// with v = log x - lgamma(1 + a) / a and sum = -x / (a + 1) + x^2 / (2! (a + 2)) - ....
static __device__ inline double gammaincUpperOfTiny(double a, double x) {
    DoubleDouble v = ddOf(x).log().plus(DoubleDouble{0.5772156649015329, -4.942915152430645e-18}).plus(-a * polynomial(gammaincLgamma, 0, a));
    // (e^u - 1) / u
    DoubleDouble u = v.times(a);
    DoubleDouble next = ddOf(1);
    DoubleDouble ratio = next;
    for (int k = 2; fabs(next.high) > gammaincNegligible; k++) {
        next = next.times(u).over(ddOf(k));
        ratio = ratio.plus(next);
    }
    DoubleDouble power = u.times(ratio).plus(1);
    DoubleDouble term = ddOf(1);
    DoubleDouble sum = ddOf(0);
    for (int n = 1; n == 1 || fabs(term.high) > gammaincNegligible * fabs(sum.high); n++) {
        term = term.times(-x).over(ddOf(n));
        sum = sum.plus(term.over(ddSum(a, n)));
    }
    return -a * v.times(ratio).plus(power.times(sum)).value();
}

// erfc(+-eta sqrt(a / 2)) / 2 +- e^(-a eta^2 / 2) / sqrt(2 pi a) (C0(eta) + C1(eta) / a + ...).
static __device__ inline double gammaincTemme(double a, double x, bool upper) {
    bool above = x > a;
    double distance = (x - a) / a;
    // a eta^2 / 2
    DoubleDouble half;
    if (fabs(distance) > 0.75) {
        half = ddOf(2 * gammaincUnderflow);
    } else if (a < gammaincLargest) {
        DoubleDouble logs =
                ddOf(x).log().minus(ddOf(a).log());
        half = ddSum(x, -a).minus(logs.times(a));
    } else {
        DoubleDouble mu = ddSum(x, -a).over(ddOf(a));
        double m = mu.high;
        double rest = m * m * (0.25 - m * (0.2 - m * (1 / 6.0 - m / 7)));
        DoubleDouble ratio =
                ddSum(0.5, 0).minus(mu.times(ddThird())).plus(rest);
        half = mu.times(mu).times(ratio).times(a);
    }
    if (half.high > gammaincUnderflow) {
        return above == upper ? 0 : 1;
    }
    DoubleDouble y = half.sqrt();
    double eta = copysign(y.high * sqrt(2 / a), distance);
    double series = 0;
    series = series / a + polynomial(gammaincTemme3, 0, eta);
    series = series / a + polynomial(gammaincTemme2, 0, eta);
    series = series / a + polynomial(gammaincTemme1, 0, eta);
    series = series / a + polynomial(gammaincTemme0, 0, eta);
    double rest = exp(-half.high) * (1 - half.low) / (gammaincSqrt2Pi * sqrt(a)) * series;
    // of the two the one on the side of x
    double small = erfHalfOfErfc(y.high, y.low) + (above ? rest : -rest);
    return above == upper ? small : 1 - small;
}

static __device__ __forceinline__ float gammaincOf(float a, float x) {
    return (float)gammaincOf((double)a, (double)x);
}

static __device__ __forceinline__ float gammainccOf(float a, float x) {
    return (float)gammainccOf((double)a, (double)x);
}
