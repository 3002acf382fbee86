#pragma once
#include "random.cuh"
// Random variates by rejection and by inversion, one thread an element; each element has a stream of its own. The algorithms, and the numbers
// that they draw, are those of the CPU's `VariateKernels`.

// The stream of a single element: any number of blocks, each of which gives one uniform number of 53 bits and two of 32.
struct ElementStream {
    u64 key;
    RandomWords words;

    __device__ __forceinline__ void block(u64 number) {
        words = philox(number, key, 2);
    }

    // Uniform on (0, 1].
    __device__ __forceinline__ double fine() const {
        return 1 - (double)(words.pair(0) >> 11) * 0x1p-53;
    }

    // Uniform on (0, 1).
    __device__ __forceinline__ double second() const {
        return ((double)words.word[2] + 0.5) * 0x1p-32;
    }

    // Uniform on (0, 1), independent of the second.
    __device__ __forceinline__ double third() const {
        return ((double)words.word[3] + 0.5) * 0x1p-32;
    }
};

// The mean from which on counts are drawn by rejection.
static constexpr double variatesLarge = 10;
static constexpr int variatesSteps = 64;
static constexpr int variatesRounds = 40;
static constexpr int variatesGammaRounds = 16;

static constexpr double halfLog2Pi = 0.91893853320467274178;

// What Stirling's formula for log(k!), (k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2, lacks for k = 0, 1, ... 9.
static __device__ const double stirlingTail[] = {
    0x1.4c071bcda0a5bp-4,
    0x1.52a9b923ea649p-5,
    0x1.c579a268d80b3p-6,
    0x1.54a2662fd78a9p-6,
    0x1.10b4e513fcbedp-6,
    0x1.c6b167bebdf36p-7,
    0x1.85d4d612e4a86p-7,
    0x1.552805e7b3076p-7,
    0x1.2f4871b12ab64p-7,
    0x1.10f9d4c0743a7p-7,
};

// The logarithm of the Poisson probability of k, without the cancellation between k log(rate), the rate and log(k!).
static __device__ inline double logPoisson(double k, double rate) {
    const double m = k + 1;
    const double excess = m - rate;
    double tail;
    if (k < 10) {
        tail = stirlingTail[(int)k];
    } else {
        const double z = 1 / m;
        const double w = z * z;
        tail = z * (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w / 1680)));
    }
    return excess - k * log1p(excess / rate) - 0.5 * log(m) - halfLog2Pi - tail;
}

// The logarithm of a gamma variate of rate 1 (Marsaglia and Tsang).
static __device__ inline double logGammaVariate(ElementStream stream, double concentration) {
    const double d = (concentration < 1 ? concentration + 1 : concentration) - 1.0 / 3;
    const double c = 1 / sqrt(9 * d);
    double result = nanOf(0.0);
    for (int round = 1; round <= variatesGammaRounds; round++) {
        stream.block(round);
        const double z = sqrt(-2 * log(stream.fine())) * cos(2 * 3.14159265358979323846 * stream.second());
        const double root = 1 + c * z;
        if (root > 0) {
            const double v = root * root * root;
            const double logV = 3 * log(root);
            if (log(stream.third()) < 0.5 * z * z + d - d * v + d * logV) {
                result = log(d) + logV;
                break;
            }
        }
    }
    if (concentration < 1) {
        stream.block(0);
        result += log(stream.fine()) / concentration;
    }
    return result;
}

// A Poisson variate: by inversion, or by transformed rejection with squeeze (Hoermann's PTRS).
static __device__ inline double poissonVariate(ElementStream stream, double rate) {
    if (!(rate >= variatesLarge)) {
        stream.block(0);
        const double u = 1 - stream.fine();
        double p = exp(-rate);
        double below = p;
        double k = 0;
        for (int step = 1; step <= variatesSteps && u >= below; step++) {
            k++;
            p *= rate / step;
            below += p;
        }
        return rate >= 0 ? k : nanOf(0.0);
    }
    const double b = 0.931 + 2.53 * sqrt(rate);
    const double a = -0.059 + 0.02483 * b;
    const double inverse = 1.1239 + 1.1328 / (b - 3.4);
    const double sure = 0.9277 - 3.6224 / (b - 2);
    for (int round = 1; round <= variatesRounds; round++) {
        stream.block(round);
        const double u = stream.fine() - 0.5;
        const double v = stream.third();
        const double us = fmax(0.5 - fabs(u), 0x1p-54);
        const double k = floor((2 * a / us + b) * u + rate + 0.43);
        if (us >= 0.07 && v <= sure) {
            return k;
        }
        if (k >= 0 && (us >= 0.013 || v <= us) && log(v * inverse / (a / (us * us) + b)) <= logPoisson(k, rate)) {
            return k;
        }
    }
    return nanOf(0.0);
}

// A binomial variate for a probability p of at most 1/2: by inversion, or by transformed rejection with squeeze (Hoermann's BTRS).
static __device__ inline double rarerBinomialVariate(ElementStream stream, double n, double p) {
    const double q = 1 - p;
    const double mean = n * p;
    if (!(mean >= variatesLarge)) {
        stream.block(0);
        const double u = 1 - stream.fine();
        const double odds = p / q;
        double mass = exp(n * log1p(-p));
        double below = mass;
        double k = 0;
        for (int step = 1; step <= variatesSteps && u >= below; step++) {
            k++;
            mass *= (n - step + 1) / step * odds;
            below += mass;
        }
        return mean >= 0 ? fmin(k, n) : nanOf(0.0);
    }
    const double deviation = sqrt(mean * q);
    const double b = 1.15 + 2.53 * deviation;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double alpha = (2.83 + 5.1 / b) * deviation;
    const double sure = 0.92 - 4.2 / b;
    const double mode = floor((n + 1) * p);
    const double top = logPoisson(mode, mean) + logPoisson(n - mode, n * q);
    for (int round = 1; round <= variatesRounds; round++) {
        stream.block(round);
        const double u = stream.fine() - 0.5;
        const double v = stream.third();
        const double us = fmax(0.5 - fabs(u), 0x1p-54);
        const double k = floor((2 * a / us + b) * u + mean + 0.5);
        if (us >= 0.07 && v <= sure) {
            return k;
        }
        if (k >= 0 && k <= n &&
            log(v * alpha / (a / (us * us) + b)) <= logPoisson(k, mean) + logPoisson(n - k, n * q) - top) {
            return k;
        }
    }
    return nanOf(0.0);
}

enum class Variate { logGamma, poisson, binomial };

// Operands and result lie row by row; the second operand is the binomial's probability, and otherwise null.
struct Variates {
    i64 n;
    const double* first;
    const double* second;
    const u64* keys;
    double* result;
};

template <Variate variate>
static __device__ __forceinline__ void drawVariates(const Variates& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.n; i += step) {
        const ElementStream stream{a.keys[i], {}};
        if (variate == Variate::logGamma) {
            a.result[i] = logGammaVariate(stream, a.first[i]);
        } else if (variate == Variate::poisson) {
            a.result[i] = poissonVariate(stream, a.first[i]);
        } else {
            const double count = a.first[i];
            const double probability = a.second[i];
            const double other = 1 - probability;
            // As Math.min, and unlike fmin: NaN where the probability is NaN.
            const double k = rarerBinomialVariate(stream, count, probability > other ? other : probability);
            a.result[i] = probability > 0.5 ? count - k : k;
        }
    }
}
