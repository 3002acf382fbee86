#pragma once
#include "numbers.cuh"
// Counter-based random numbers, Philox 4x32 with ten rounds, the same as on every device: element i is a function of the key, the offset and i.

struct RandomWords {
    u32 word[4];

    // Two words as one number of 64 bits, the first the lower half.
    __device__ __forceinline__ u64 pair(int k) const {
        return word[2 * k] | (u64)word[2 * k + 1] << 32;
    }
};

// Block number `block` of a key's stream. The domain is that of `org.gatun.tensor.random.Philox`.
static __device__ __forceinline__ RandomWords philox(u64 block, u64 key, u64 domain = 0) {
    u32 c0 = (u32)block;
    u32 c1 = (u32)(block >> 32);
    u32 c2 = (u32)domain;
    u32 c3 = (u32)(domain >> 32);
    u32 k0 = (u32)key;
    u32 k1 = (u32)(key >> 32);
    for (int round = 0; round < 10; round++) {
        const u64 p0 = (u64)c0 * 0xD2511F53u;
        const u64 p1 = (u64)c2 * 0xCD9E8D57u;
        c0 = (u32)(p1 >> 32) ^ c1 ^ k0;
        c1 = (u32)p1;
        c2 = (u32)(p0 >> 32) ^ c3 ^ k1;
        c3 = (u32)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return RandomWords{{c0, c1, c2, c3}};
}

// ---- pairs of normal numbers by Box and Muller, in operations that IEEE 754 rounds correctly, in a fixed order ----

// sqrt(-2 log((bits + 1/2) / 2^32))
static __device__ inline float normalRadius(u32 bits) {
    const float u = fmaf((float)(bits >> 16), 0x1p-16f, fmaf((float)(bits & 0xFFFFu), 0x1p-32f, 0x1p-33f));
    const i32 raw = __float_as_int(u);
    const i32 exponent = (raw - 0x3F3504F3) >> 23;
    const float m = __int_as_float(raw - exponent * (1 << 23)) - 1.0f;
    const float e = (float)exponent;
    const float z = m * m;
    float p = fmaf(7.0376836292E-2f, m, -1.1514610310E-1f);
    p = fmaf(p, m, 1.1676998740E-1f);
    p = fmaf(p, m, -1.2420140846E-1f);
    p = fmaf(p, m, 1.4249322787E-1f);
    p = fmaf(p, m, -1.6668057665E-1f);
    p = fmaf(p, m, 2.0000714765E-1f);
    p = fmaf(p, m, -2.4999993993E-1f);
    p = fmaf(p, m, 3.3333331174E-1f);
    float y = (p * m) * z;
    y = fmaf(e, -2.12194440E-4f, y);
    y = fmaf(-0.5f, z, y);
    const float log = fmaf(e, 0.693359375f, m + y);
    return sqrtf(fabsf(-2.0f * log));
}

static __device__ __forceinline__ float sineNearZero(float a) {
    const float z = a * a;
    float p = fmaf(-1.9515295891E-4f, z, 8.3321608736E-3f);
    p = fmaf(p, z, -1.6666654611E-1f);
    return fmaf(p * z, a, a);
}

static __device__ __forceinline__ float cosineNearZero(float a) {
    const float z = a * a;
    float p = fmaf(2.443315711809948E-5f, z, -1.388731625493765E-3f);
    p = fmaf(p, z, 4.166664568298827E-2f);
    return fmaf(p * z, z, fmaf(-0.5f, z, 1.0f));
}

// The cosine or sine of the angle whose fraction of a full turn is bits / 2^32.
static __device__ inline float normalTurn(u32 bits, bool sine) {
    const u32 quadrant = (bits + 0x20000000u) >> 30;
    const float a = (float)(i32)(bits << 2) * 0x1.921fb6p-32f;
    const bool even = (quadrant & 1u) == 0;
    const float value = even == sine ? sineNearZero(a) : cosineNearZero(a);
    return ((sine ? quadrant : quadrant + 1) & 2u) == 0 ? value : -value;
}

// sqrt(-2 log(1 - (bits >> 11) / 2^53))
static __device__ inline double normalRadius(u64 bits) {
    const double u = 1.0 - (double)(bits >> 11) * 0x1p-53;
    const i64 raw = __double_as_longlong(u);
    const i64 exponent = (raw - 0x3FE6A09E667F3BCDll) >> 52;
    const double f = __longlong_as_double(raw - exponent * (1ll << 52)) - 1.0;
    const double k = (double)exponent;
    const double s = f / (2.0 + f);
    const double z = s * s;
    double r = fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01);
    r = fma(z, r, 1.818357216161805012e-01);
    r = fma(z, r, 2.222219843214978396e-01);
    r = fma(z, r, 2.857142874366239149e-01);
    r = fma(z, r, 3.999999999940941908e-01);
    r = fma(z, r, 6.666666666666735130e-01);
    r = z * r;
    const double half = 0.5 * f * f;
    const double log = fma(k, 6.93147180369123816490e-01, f - (half - fma(s, half + r, k * 1.90821492927058770002e-10)));
    return sqrt(fabs(-2.0 * log));
}

static __device__ __forceinline__ double sineNearZero(double a) {
    const double z = a * a;
    double p = fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08);
    p = fma(z, p, 2.75573137070700676789e-06);
    p = fma(z, p, -1.98412698298579493134e-04);
    p = fma(z, p, 8.33333333332248946124e-03);
    p = fma(z, p, -1.66666666666666324348e-01);
    return fma(p * z, a, a);
}

static __device__ __forceinline__ double cosineNearZero(double a) {
    const double z = a * a;
    double p = fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09);
    p = fma(z, p, -2.75573143513906633035e-07);
    p = fma(z, p, 2.48015872894767294178e-05);
    p = fma(z, p, -1.38888888888741095749e-03);
    p = fma(z, p, 4.16666666666666019037e-02);
    return fma(p * z, z, fma(-0.5, z, 1.0));
}

// The cosine or sine of the angle whose fraction of a full turn is bits / 2^64.
static __device__ inline double normalTurn(u64 bits, bool sine) {
    const u64 quadrant = (bits + (1ull << 61)) >> 62;
    const double a = (double)(i64)(bits << 2) * (0x1.921fb54442d18p0 * 0x1p-64);
    const bool even = (quadrant & 1u) == 0;
    const double value = even == sine ? sineNearZero(a) : cosineNearZero(a);
    return ((sine ? quadrant : quadrant + 1) & 2u) == 0 ? value : -value;
}

// ---- the elements of a block: an element takes as many bits as it has, in order; numbers of 16 bits are made of floats ----

enum class Draw { uniform, normal, bits };

// F32, and BF16 and F16 with `units` = 2^8 and 2^11 multiples of the unit below 1.
template <class T>
struct FloatElements {
    static constexpr int count = 4;

    template <Draw draw>
    static __device__ __forceinline__ T of(const RandomWords& words, int k, float units) {
        if (draw == Draw::normal) {
            const float radius = normalRadius(words.word[k & ~1]);
            return fromWide<T>(normalTurn(words.word[k | 1], (k & 1) != 0) * radius);
        }
        const float x = (float)(words.word[k] >> 8) * 0x1p-24f;
        // Rounding would reach 1, so the bits that the type does not hold are dropped.
        return fromWide<T>(units == 0 ? x : (float)(i32)(x * units) / units);
    }
};

template <class T>
struct Elements {};

template <>
struct Elements<float> : FloatElements<float> {};

template <>
struct Elements<bf16> : FloatElements<bf16> {};

template <>
struct Elements<f16> : FloatElements<f16> {};

template <>
struct Elements<double> {
    static constexpr int count = 2;

    template <Draw draw>
    static __device__ __forceinline__ double of(const RandomWords& words, int k, float) {
        return draw == Draw::normal ? normalTurn(words.pair(1), k != 0) * normalRadius(words.pair(0))
                                    : (double)(words.pair(k) >> 11) * 0x1p-53;
    }
};

template <>
struct Elements<i64> {
    static constexpr int count = 2;

    template <Draw draw>
    static __device__ __forceinline__ i64 of(const RandomWords& words, int k, float) {
        return (i64)words.pair(k);
    }
};

template <class T>
struct PartsOfWords {
    static constexpr int count = 16 / sizeof(T);

    template <Draw draw>
    static __device__ __forceinline__ T of(const RandomWords& words, int k, float) {
        constexpr int each = 4 / sizeof(T);
        return (T)(words.word[k / each] >> k % each * (8 * sizeof(T)));
    }
};

template <>
struct Elements<i32> : PartsOfWords<i32> {};

template <>
struct Elements<i16> : PartsOfWords<i16> {};

template <>
struct Elements<i8> : PartsOfWords<i8> {};

template <>
struct Elements<u8> : PartsOfWords<u8> {};

template <>
struct Elements<bool> {
    static constexpr int count = 128;

    template <Draw draw>
    static __device__ __forceinline__ bool of(const RandomWords& words, int k, float) {
        return (words.word[k >> 5] >> (k & 31) & 1u) != 0;
    }
};

template <class T>
struct FillRandom {
    i64 n;
    T* result;
    u64 key;
    u64 offset;
    const u64* state;  // in a captured step, the key to take instead and what to add to the offset; otherwise null
    i64 units;  // of numbers of 16 bits; otherwise 0
};

template <Draw draw, class T>
static __device__ __forceinline__ void fillRandom(const FillRandom<T>& a) {
    constexpr int count = Elements<T>::count;
    const i64 blocks = (a.n + count - 1) / count;
    const u64 key = a.state ? a.state[0] : a.key;
    const u64 offset = a.state ? a.offset + a.state[1] : a.offset;
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 block = (i64)blockIdx.x * blockDim.x + threadIdx.x; block < blocks; block += step) {
        const RandomWords words = philox(offset + (u64)block, key);
        for (int k = 0; k < count && block * count + k < a.n; k++) {
            a.result[block * count + k] = Elements<T>::template of<draw>(words, k, (float)a.units);
        }
    }
}

// 0, 1, 2, ...
struct FillIota {
    i64 n;
    i64* result;
};

static __device__ __forceinline__ void fillIota(const FillIota& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.n; i += step) {
        a.result[i] = i;
    }
}
