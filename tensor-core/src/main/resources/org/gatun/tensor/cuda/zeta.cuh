#pragma once
#include "numbers.cuh"
// The Hurwitz zeta function.

// The Bernoulli numbers of even order 2j over (2j)!, from j = 1 on.
static __device__ const double zetaBernoulli[] = {
    0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07, 2.08767569878681e-08,
    -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
    -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
};

static constexpr double zetaNegligible = 0x1p-60;

// Below this a power may have lost digits to gradual underflow when its product with q has not.
static constexpr double zetaSmall = 1e-280;

static __device__ inline double zetaOf(double s, double q);
static __device__ inline double zetaPositive(double s, double q);
static __device__ inline double zetaPower(double x, double low, double s);

// As scipy.special.zeta(s, q): infinite at s = 1 and at the poles q = 0, -1, -2, ...; NaN for s below 1, and for q
// below 0 unless s is an integer.
static __device__ inline double zetaOf(double s, double q) {
    if (!(s > 1) || isnan(q)) {
        return s == 1 && !isnan(q) ? infinityOf(0.0) : nanOf(0.0);
    }
    if (q > 0) {
        return zetaPositive(s, q);
    }
    if (q == floor(q)) {
        return infinityOf(0.0);
    }
    if (s != rint(s) || isinf(s)) {
        return isinf(s) ? s : nanOf(0.0);
    }
    // the terms at and above the fractional part of q, and those below 0, which are a sum from the other side
    double above = zetaPositive(s, q - floor(q));
    double below = zetaPositive(s, ceil(q) - q) - zetaPositive(s, 1 - q);
    return fmod(s, 2.0) == 0 ? above + below : above - below;
}

static __device__ inline double zetaPositive(double s, double q) {
    if (isinf(s) || isinf(q)) {
        return pow(q, -s);
    }
    double large = 12 + 0.85 * s;
    double sum = 0;
    double sumLow = 0;
    double k = 0;
    double x = q;
    double xLow = 0;
    while (x < large) {
        double term = zetaPower(x, xLow, s);
        double next = sum + term;
        sumLow += sum > term ? sum - next + term : term - next + sum;
        sum = next;
        // What follows is less than the term's part in an integral.
        if (term * (1 + x / (s - 1)) <= sum * zetaNegligible || isinf(sum)) {
            return isinf(sum) ? sum : sum + sumLow;
        }
        k++;
        x = q + k;
        xLow = q - (x - k);
    }
    double p = zetaPower(x, xLow, s);
    double root = p < zetaSmall ? pow(x, -0.5 * s) : 1;
    if (root == 0) {
        return sum;
    }
    double inverse = 1 / (x * x);
    double term = s / x;
    double correction = 0.5;
    for (int j = 0; j < 12; j++) {
        correction += zetaBernoulli[j] * term;
        term *= (s + (2 * j + 1)) * (s + (2 * j + 2)) * inverse;
    }
    return p < zetaSmall
            ? sum + (root * x / (s - 1) * root + correction * root * root)
            : sum + (p * (x / (s - 1) + correction) + sumLow);
}

// (x + low)^-s.
static __device__ inline double zetaPower(double x, double low, double s) {
    double p = pow(x, -s);
    return low == 0 ? p : fma(p, -s * low / x, p);
}

static __device__ __forceinline__ float zetaOf(float s, float q) {
    return (float)zetaOf((double)s, (double)q);
}
