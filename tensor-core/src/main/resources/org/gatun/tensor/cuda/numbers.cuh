#pragma once
// The types of elements, and the conversions between what is stored and what is computed with.

typedef signed char i8;
typedef unsigned char u8;
typedef short i16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

// The 16-bit floating types are for storage; arithmetic on them runs in float.
struct alignas(2) bf16 {
    unsigned short bits;
};

struct alignas(2) f16 {
    unsigned short bits;
};

static __device__ __forceinline__ float infinityOf(float) {
    return __int_as_float(0x7f800000);
}

static __device__ __forceinline__ double infinityOf(double) {
    return __longlong_as_double(0x7ff0000000000000ll);
}

static __device__ __forceinline__ float nanOf(float) {
    return __int_as_float(0x7fc00000);
}

static __device__ __forceinline__ double nanOf(double) {
    return __longlong_as_double(0x7ff8000000000000ll);
}

// ---- from storage to the type that arithmetic runs in ----

static __device__ __forceinline__ float toWide(bf16 x) {
    return __int_as_float((i32)((u32)x.bits << 16));
}

static __device__ __forceinline__ float toWide(f16 x) {
    const u32 magnitude = x.bits & 0x7fffu;
    const u32 sign = (u32)(x.bits & 0x8000u) << 16;
    // A number as if its exponent were float's, times 2^112; infinities and NaN have exponents that overflow otherwise.
    const float scaled = __int_as_float((i32)(magnitude << 13)) * __int_as_float(0x77800000);
    const u32 bits = magnitude >= 0x7c00u ? 0x7f800000u | magnitude << 13 : (u32)__float_as_int(scaled);
    return __int_as_float((i32)(bits | sign));
}

static __device__ __forceinline__ float toWide(float x) {
    return x;
}

static __device__ __forceinline__ double toWide(double x) {
    return x;
}

static __device__ __forceinline__ i64 toWide(i64 x) {
    return x;
}

static __device__ __forceinline__ i32 toWide(i32 x) {
    return x;
}

static __device__ __forceinline__ i32 toWide(i16 x) {
    return x;
}

static __device__ __forceinline__ i32 toWide(i8 x) {
    return x;
}

static __device__ __forceinline__ u8 toWide(u8 x) {
    return x;
}

static __device__ __forceinline__ bool toWide(bool x) {
    return x;
}

template <class T>
struct WideType {
    typedef T type;
};

template <>
struct WideType<bf16> {
    typedef float type;
};

template <>
struct WideType<f16> {
    typedef float type;
};

template <>
struct WideType<i16> {
    typedef i32 type;
};

template <>
struct WideType<i8> {
    typedef i32 type;
};

// The type that arithmetic on T runs in.
template <class T>
using Wide = typename WideType<T>::type;

// ---- and back: floating types round half to even, integers keep their low bits ----

template <class T>
struct Narrow {
    static __device__ __forceinline__ T of(Wide<T> x) {
        return (T)x;
    }
};

template <>
struct Narrow<bf16> {
    static __device__ __forceinline__ bf16 of(float x) {
        const u32 bits = (u32)__float_as_int(x);
        const u32 rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
        // A NaN keeps its upper bits and becomes quiet.
        const u32 result = (bits & 0x7fffffffu) > 0x7f800000u ? bits >> 16 | 0x40u : rounded;
        return bf16{(unsigned short)result};
    }
};

template <>
struct Narrow<f16> {
    static __device__ __forceinline__ f16 of(float x) {
        const u32 bits = (u32)__float_as_int(x);
        const u32 sign = bits >> 16 & 0x8000u;
        const u32 magnitude = bits & 0x7fffffffu;
        u32 result;
        if (magnitude > 0x7f800000u) {
            result = 0x7e00u | (magnitude >> 13 & 0x3ffu);
        } else if (magnitude >= 0x477ff000u) {
            result = 0x7c00u;  // from 65520 on
        } else if (magnitude < 0x38800000u) {
            result = (u32)rintf(__int_as_float((i32)magnitude) * 16777216.0f);  // below 2^-14 in steps of 2^-24
        } else {
            result = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
        }
        return f16{(unsigned short)(sign | result)};
    }
};

template <class T>
static __device__ __forceinline__ T fromWide(Wide<T> x) {
    return Narrow<T>::of(x);
}

// A number as T has it, in the type that arithmetic runs in.
template <class T>
static __device__ __forceinline__ Wide<T> rounded(Wide<T> x) {
    return toWide(Narrow<T>::of(x));
}

// ---- several elements at once ----

// N elements that lie one after the other, aligned so that one access moves them.
template <class T, int N>
struct alignas(sizeof(T) * N) Vec {
    T at[N];
};

// The i-th group of N elements behind an address that is a multiple of the group's size.
template <int N, class T>
static __device__ __forceinline__ Vec<T, N> loadVector(const T* from, i64 i) {
    return reinterpret_cast<const Vec<T, N>*>(from)[i];
}

template <int N, class T>
static __device__ __forceinline__ void storeVector(T* to, i64 i, const Vec<T, N>& value) {
    reinterpret_cast<Vec<T, N>*>(to)[i] = value;
}
