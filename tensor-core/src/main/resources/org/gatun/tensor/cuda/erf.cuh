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
static __device__ inline double erfNearZero(double x);
static __device__ inline double erfcOf(double x);
static __device__ inline double erfTail(double x, double low, double factor);
static __device__ inline double erfScaledTail(double x);

static __device__ __forceinline__ double erfOf(double x) {
    return erf(x);
}

// erf(x) for x from -1 to 1, of which differences from 1 keep their digits; erf(x) itself may be 2 ulp off.
static __device__ inline double erfNearZero(double x) {
    double z = x * x;
    // At -0 the sum of the two terms, of which the polynomial turns one to +0, would be +0.
    return x == 0 ? x : fma(x, erfErf[0], x * (z * polynomial(erfErf, 1, z)));
}

// The complementary error function 1 - erf(x), accurate for large x.
static __device__ inline double erfcOf(double x) {
    if (x < 0.5) {
        return x > -0.5 ? 1 - erfNearZero(x) : 2 - erfTail(-x, 0, 1);
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
    return x > -0.5 ? e * (1 - erfNearZero(x)) : 2 * e - erfScaledTail(-x);
}

// The normal distribution function erfc(-x / sqrt 2) / 2, at most 2 ulp: the rounding of the quotient is put back.
static __device__ inline double ndtrOf(double x) {
    double w = -x * erfSqrtHalf;
    if (w < 0.5) {
        return w > -0.5 ? 0.5 - 0.5 * erfNearZero(w) : 1 - 0.5 * erfcOf(-w);
    }
    double low = fma(-x, erfSqrtHalf, -w) - x * erfSqrtHalfLow;
    return erfTail(w, low, 0.5);
}

// erfc(x + low) / 2 for x of 0 and more.
static __device__ inline double erfHalfOfErfc(double x, double low) {
    return x < 0.5 ? 0.5 - 0.5 * erfNearZero(x) : erfTail(x, low, 0.5);
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
    double step = (erfNearZero(w) - x) / (erfTwoBySqrtPi * exp(-w * w));
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

// ---- in single precision: erf, erfc and ndtr in its own arithmetic, at most 2 ulp; the others in double, rounded once ----

// erf(x) / x - 1 in powers of x^2, error 2^-31 up to 0.92.
static __device__ const float erfSingle[] = {
    0.12837917f, -3.7612635e-01f, 1.1283696e-01f, -2.6859393e-02f, 5.2010217e-03f, -8.142582e-04f, 8.369582e-05f,
};

// (1 + 2x) e^(x^2) erfc(x) - 5/4 in powers of (x - 2) / (x + 2), error 2^-30 from 0.5 to 10.2.
static __device__ const float erfSingleErfcx[] = {
    0.0269783811f, -0.0927638165f, -0.166030338f, 0.16405076f, -0.0542213429f, -0.00802636292f, 0.00873298912f,
    0.00122418848f, -0.00148829815f, -0.000322075674f, 0.000237328742f,
};

// (e^r - 1 - r) / r^2 in powers of r.
static __device__ const float erfSingleExp[] = {
    0.5f, 1.0f / 6, 1.0f / 24, 1.0f / 120, 1.0f / 720, 1.0f / 5040, 1.0f / 40320,
};

// Beyond this erfc is below half the smallest float.
static constexpr float erfSingleZero = 10.2f;

// log 2 to 15 bits, whose products with whole numbers up to 200 are exact.
static constexpr float erfSingleLn2High = 0.693145751953125f;

static constexpr float erfSingleLn2Low = 1.4286068e-06f;

static __device__ __forceinline__ float erfPowerOfTwo(int exponent) {
    return __int_as_float((exponent + 127) << 23);
}

// erfc(x + low) for x from -0.5 to 0.5.
static __device__ inline float erfSingleCenter(float x, float low) {
    const float sum = 1 - x;
    return sum + fma(-x, polynomial(erfSingle, 0, x * x), 1 - sum - x - low);
}

// 2^exponent erfc(x + low) for x from 0.5 on and a small low.
static __device__ inline float erfSingleTail(float x, float low, int exponent) {
    if (!(x < erfSingleZero)) {
        return isnan(x) ? x : 0;
    }
    const float p = polynomial(erfSingleErfcx, 0, (x - 2) / (x + 2));
    const float g = 1.25f + p;
    const float gLow = 1.25f - g + p;
    const float divisor = 1 + 2 * x;
    const float divisorLow = 2 * x - (divisor - 1);
    const float quotient = g / divisor;
    const float quotientLow = (fma(-quotient, divisor, g) - quotient * divisorLow + gLow) / divisor;
    // e^(-x^2) = 2^k e^(r + rLow)
    const float square = x * x;
    const float k = rintf(square * -1.442695f);
    const float r = fma(k, -erfSingleLn2High, -square);
    const float rLow = -k * erfSingleLn2Low - fma(x, x, -square);
    const float bent = r * r * polynomial(erfSingleExp, 0, r);
    const float high = 1 + r;
    const float rest = 1 - high + r + bent;
    const float e = high + rest;
    const float eLow = high - e + rest;
    const float change = quotientLow + quotient * rLow - low * 1.1283792f;
    // the product with what it and its factors lost
    const float product = e * quotient;
    const float sum = product + (fma(e, quotient, -product) + (e * change + eLow * quotient));
    // in two steps, of which only the second one may become subnormal
    const int n = (int)k + exponent;
    return sum * erfPowerOfTwo(n / 2) * erfPowerOfTwo(n - n / 2);
}

static __device__ __forceinline__ float erfOf(float x) {
    return erff(x);
}

static __device__ inline float erfcOf(float x) {
    if (x < 0.5f) {
        return x > -0.5f ? erfSingleCenter(x, 0) : 2 - erfSingleTail(-x, 0, 0);
    }
    return erfSingleTail(x, 0, 0);
}

static __device__ inline float ndtrOf(float x) {
    const float w = -x * 0.70710677f;
    // what the rounding of the product and of the root of 1/2 lost
    const float low = fma(-x, 0.70710677f, -w) - x * 1.21016175e-08f;
    if (w < 0.5f) {
        return w > -0.5f ? 0.5f * erfSingleCenter(w, low) : 1 - erfSingleTail(-w, -low, -1);
    }
    return erfSingleTail(w, low, -1);
}

static __device__ __forceinline__ float erfcxOf(float x) {
    return (float)erfcxOf((double)x);
}

static __device__ __forceinline__ float erfinvOf(float x) {
    return (float)erfinvOf((double)x);
}

static __device__ __forceinline__ float ndtriOf(float x) {
    return (float)ndtriOf((double)x);
}
