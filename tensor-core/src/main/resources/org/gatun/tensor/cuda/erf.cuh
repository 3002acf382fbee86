#pragma once
#include "polynomial.cuh"
// The error function and its relatives.

// erf(x) / x in powers of x^2, minimax on [0, 1].
static __device__ const double erfErf[] = {
    1.1283791670955126, -0.3761263890318375, 0.11283791670954857, -0.026866170645072907, 0.005223977624780965,
    -0.0008548326978747702, 0.00012055331037093965, -1.4925593511401867e-05, 1.6460972886829844e-06,
    -1.6350025936209924e-07, 1.4657884472637242e-08, -1.1365683248456953e-09, 5.945290031037285e-11,
};

// (1 + 2x) e^(x^2) erfc(x) - 5/4 in powers of q = (x - 4) / (x + 4), for x from 0.5 to infinity.
static __device__ const double erfErfcx[] = {
    -0.01700488137444749, -0.1396211168405625, 0.015379652102619884, 0.06809705425468875, -0.10103906603631306,
    0.09373283499852214, -0.066330365812005, 0.03716751553402437, -0.01619773406049114, 0.00503197001619697,
    -0.0007577732685684664, -0.00019925695092427674, 0.00015062158407125643, -2.4398113706890203e-05,
    -1.1221769226204889e-05, 5.706631632697629e-06, 2.9336072037548933e-07, -8.197118704318532e-07,
    7.508104584231185e-08, 1.034253504648148e-07, -1.8148570361331108e-08, -9.712058383942141e-09,
    1.8830509767409798e-09,
};

// sqrt(pi) x erfcx(x) in powers of 1 / x^2: -1/2, (1 3)/4, -(1 3 5)/8, ...
static __device__ const double erfErfcxSeries[] = {
    1, -0.5, 0.75, -1.875, 6.5625, -29.53125, 162.421875,
};

static constexpr double erfAsymptotic = 26;

static constexpr double erfOneBySqrtPi = 0.5641895835477563;

// Beyond this erfc is below half the smallest double.
static constexpr double erfErfcZero = 27.3;

static __device__ __forceinline__ double erfOf(double x);
static __device__ inline double erfcOf(double x);
static __device__ inline double erfTail(double x, double low, double factor);
static __device__ inline double erfScaledTail(double x);

static __device__ __forceinline__ double erfOf(double x) {
    return erf(x);
}

// The complementary error function 1 - erf(x), accurate for large x.
static __device__ inline double erfcOf(double x) {
    if (x < 0.5) {
        return x > -0.5 ? 1 - erfOf(x) : 2 - erfTail(-x, 0, 1);
    }
    return erfTail(x, 0, 1);
}

// factor erfc(x + low) for x from 0.5 on, a small low, and a factor that is a power of two.
static __device__ inline double erfTail(double x, double low, double factor) {
    if (!(x < erfErfcZero)) {
        return isnan(x) ? x : 0;
    }
    double p = polynomial(erfErfcx, 0, (x - 4) / (x + 4));
    double g = 1.25 + p;
    double gLow = 1.25 - g + p;
    double divisor = 1 + 2 * x;
    double divisorLow = 2 * x - (divisor - 1);
    double quotient = g / divisor;
    double quotientLow = (fma(-quotient, divisor, g) - quotient * divisorLow + gLow) / divisor;
    double square = x * x;
    double squareLow = fma(x, x, -square);
    double e = exp(-square);
    double rest = quotientLow - quotient * squareLow - low * erfErf[0];
    // the product with what it and its second factor lost
    double product = e * quotient;
    double sum = product + (fma(e, quotient, -product) + e * rest);
    return factor * sum;
}

// e^(x^2) erfc(x) for x from 0.5 on, at most 2 ulp; far out by its asymptotic series.
static __device__ inline double erfScaledTail(double x) {
    if (x > erfAsymptotic) {
        double inverse = 1 / x;
        double series = polynomial(erfErfcxSeries, 0, inverse * inverse);
        return erfOneBySqrtPi / x * series;
    }
    return (1.25 + polynomial(erfErfcx, 0, (x - 4) / (x + 4))) / (1 + 2 * x);
}

static constexpr double erfTwoBySqrtPi = 1.1283791670955126;

static constexpr double erfHalfSqrtPi = 0.886226925452758;

static constexpr double erfHalfSqrtPiLow = -3.8332932499128993e-17;

static constexpr double erfSqrtHalf = 0.7071067811865476;

static constexpr double erfSqrtHalfLow = -4.833646656726457e-17;

static constexpr double erfSqrt2 = 1.4142135623730951;

static constexpr double erfSqrt2Low = -9.667293313452913e-17;

// Below this erfcx overflows.
static constexpr double erfErfcxInfinite = -26.7;

// The square of a smaller number does not count beside 1.
static constexpr double erfTiny = 0x1p-28;

// erfinv(x) / x in powers of x^2, error 2^-25 up to 0.5: where the iteration starts.
static __device__ const double erfCenter[] = {
    0.8862269068731944, 0.23201855955835318, 0.12735023236037368, 0.0896648636636644, 0.04435940092946046,
    0.10992227136325335,
};

// The w with erfc(w) = e^(-r^2), error 2^-21 for r from 0.83 to 4, and from 4 to the end of the range.
static __device__ const double erfNearAbove[] = {
    -0.02002340517, 0.145582899, 0.4251090354, 1.79862445, 0.4456209151,
};

static __device__ const double erfNearBelow[] = {
    1, 1.128959119, 1.815350986, 0.4452658654,
};

static __device__ const double erfFarAbove[] = {
    -0.689761678, 1.514505762, -0.3022194368, -0.4708126224, -0.02974356104,
};

static __device__ const double erfFarBelow[] = {
    1, -0.3697052062, -0.4711098211, -0.02974138176, -1.003987522e-08,
};

static __device__ inline double erfcxOf(double x);
static __device__ inline double ndtrOf(double x);
static __device__ inline double erfHalfOfErfc(double x, double low);
static __device__ inline double erfinvOf(double x);
static __device__ inline double ndtriOf(double p);
static __device__ inline double erfInverseAtCenter(double x);
static __device__ inline double erfInverseOfTail(double t);

// e^(x^2) erfc(x), at most 2 ulp.
static __device__ inline double erfcxOf(double x) {
    if (x >= 0.5) {
        return erfScaledTail(x);
    }
    if (!(x > erfErfcxInfinite)) {
        return isnan(x) ? x : infinityOf(0.0);
    }
    double square = x * x;
    double low = fma(x, x, -square);
    double power = exp(square);
    double e = isinf(power) ? power : fma(power, low, power);
    return x > -0.5 ? e * (1 - erfOf(x)) : 2 * e - erfScaledTail(-x);
}

// The normal distribution function erfc(-x / sqrt 2) / 2, at most 2 ulp: the rounding of the quotient is put back.
static __device__ inline double ndtrOf(double x) {
    double w = -x * erfSqrtHalf;
    if (w < 0.5) {
        return w > -0.5 ? 0.5 - 0.5 * erfOf(w) : 1 - 0.5 * erfcOf(-w);
    }
    double low = fma(-x, erfSqrtHalf, -w) - x * erfSqrtHalfLow;
    return erfTail(w, low, 0.5);
}

// erfc(x + low) / 2 for x of 0 and more.
static __device__ inline double erfHalfOfErfc(double x, double low) {
    return x < 0.5 ? 0.5 - 0.5 * erfOf(x) : erfTail(x, low, 0.5);
}

// The inverse of the error function, at most 3 ulp: infinite at -1 and 1, NaN beyond.
static __device__ inline double erfinvOf(double x) {
    double a = fabs(x);
    if (a <= 0.5) {
        return erfInverseAtCenter(x);
    }
    if (!(a < 1)) {
        return a == 1 ? x * infinityOf(0.0) : nanOf(0.0);
    }
    return copysign(erfInverseOfTail(1 - a), x);
}

// The inverse of the normal distribution function, at most 3 ulp: infinite at 0 and 1, NaN outside.
static __device__ inline double ndtriOf(double p) {
    if (!(p > 0 && p < 1)) {
        return p == 0 ? -infinityOf(0.0) : p == 1 ? infinityOf(0.0) : nanOf(0.0);
    }
    double w = p < 0.25
            ? -erfInverseOfTail(2 * p)
            : p > 0.75 ? erfInverseOfTail(2 * (1 - p)) : erfInverseAtCenter(2 * (p - 0.5));
    return fma(w, erfSqrt2, w * erfSqrt2Low);
}

// The w with erf(w) = x, for x of 0.5 at most: a polynomial and a step of Halley's.
static __device__ inline double erfInverseAtCenter(double x) {
    if (fabs(x) < erfTiny) {
        return x == 0 ? x : fma(x, erfHalfSqrtPi, x * erfHalfSqrtPiLow);
    }
    double w = x * polynomial(erfCenter, 0, x * x);
    double step = (erfOf(w) - x) / (erfTwoBySqrtPi * exp(-w * w));
    return w - step / (1 + w * step);
}

// The w with erfc(w) = t, for t of 0.5 at most: a step of Halley's on the logarithm of that equation, w^2 -
// log(erfcx(w)) + log(t) = 0, which has no small numbers in it.
static __device__ inline double erfInverseOfTail(double t) {
    double size = -log(t);
    double r = sqrt(size);
    double w = r < 4
            ? polynomial(erfNearAbove, 0, r) / polynomial(erfNearBelow, 0, r)
            : polynomial(erfFarAbove, 0, r) / polynomial(erfFarBelow, 0, r);
    double scaled = erfcxOf(w);
    double slope = erfTwoBySqrtPi / scaled;
    double step = (fma(w, w, -size) - log(scaled)) / slope;
    return w - step / (1 + 0.5 * step * (2 * w - slope));
}

// ---- in single precision: the error function in its own arithmetic, the others computed in double and rounded once ----

static __device__ __forceinline__ float erfOf(float x) {
    return erff(x);
}

static __device__ __forceinline__ float erfcOf(float x) {
    return (float)erfcOf((double)x);
}

static __device__ __forceinline__ float erfcxOf(float x) {
    return (float)erfcxOf((double)x);
}

static __device__ __forceinline__ float erfinvOf(float x) {
    return (float)erfinvOf((double)x);
}

static __device__ __forceinline__ float ndtrOf(float x) {
    return (float)ndtrOf((double)x);
}

static __device__ __forceinline__ float ndtriOf(float x) {
    return (float)ndtriOf((double)x);
}
