#pragma once
#include "numbers.cuh"
#include "faults.cuh"
// The elementwise functions, in the types that arithmetic runs in. Those of CUDA's library that may be off by more than 2 units in
// the last place in single precision are computed in double precision.

template <class T>
struct UnsignedType {
    typedef T type;
};

template <>
struct UnsignedType<i32> {
    typedef u32 type;
};

template <>
struct UnsignedType<i64> {
    typedef u64 type;
};

// Integer arithmetic wraps around, which signed types of C++ do not promise.
template <class T>
using Unsigned = typename UnsignedType<T>::type;

static __device__ __forceinline__ float addOf(float a, float b) { return a + b; }
static __device__ __forceinline__ double addOf(double a, double b) { return a + b; }
template <class T>
static __device__ __forceinline__ T addOf(T a, T b) {
    return (T)((Unsigned<T>)a + (Unsigned<T>)b);
}

static __device__ __forceinline__ float subOf(float a, float b) { return a - b; }
static __device__ __forceinline__ double subOf(double a, double b) { return a - b; }
template <class T>
static __device__ __forceinline__ T subOf(T a, T b) {
    return (T)((Unsigned<T>)a - (Unsigned<T>)b);
}

static __device__ __forceinline__ float mulOf(float a, float b) { return a * b; }
static __device__ __forceinline__ double mulOf(double a, double b) { return a * b; }
template <class T>
static __device__ __forceinline__ T mulOf(T a, T b) {
    return (T)((Unsigned<T>)a * (Unsigned<T>)b);
}

template <class T>
static __device__ __forceinline__ T divOf(T a, T b) {
    return a / b;
}

static __device__ __forceinline__ float negOf(float x) { return -x; }
static __device__ __forceinline__ double negOf(double x) { return -x; }
template <class T>
static __device__ __forceinline__ T negOf(T x) {
    return (T)((Unsigned<T>)0 - (Unsigned<T>)x);
}

static __device__ __forceinline__ float absOf(float x) { return fabsf(x); }
static __device__ __forceinline__ double absOf(double x) { return fabs(x); }
template <class T>
static __device__ __forceinline__ T absOf(T x) {
    return x < 0 ? negOf(x) : x;
}

template <class T>
static __device__ __forceinline__ T signOf(T x) {
    return x > 0 ? (T)1 : x < 0 ? (T)-1 : (T)0;
}

template <class T>
static __device__ __forceinline__ T squareOf(T x) {
    return mulOf(x, x);
}

template <class T>
static __device__ __forceinline__ T reluOf(T x) {
    return x <= 0 ? (T)0 : x;
}

template <class T>
static __device__ __forceinline__ T reciprocalOf(T x) {
    return (T)1 / x;
}

// NaN is greater and smaller than all; -0 is smaller than 0.
template <class T>
static __device__ __forceinline__ T maximumOf(T a, T b) {
    return a > b ? a : b;
}

template <class T>
static __device__ __forceinline__ T minimumOf(T a, T b) {
    return a < b ? a : b;
}

static __device__ __forceinline__ float maximumOf(float a, float b) {
    return a != a || b != b ? a + b : a == b ? (signbit(a) ? b : a) : a > b ? a : b;
}

static __device__ __forceinline__ double maximumOf(double a, double b) {
    return a != a || b != b ? a + b : a == b ? (signbit(a) ? b : a) : a > b ? a : b;
}

static __device__ __forceinline__ float minimumOf(float a, float b) {
    return a != a || b != b ? a + b : a == b ? (signbit(a) ? a : b) : a < b ? a : b;
}

static __device__ __forceinline__ double minimumOf(double a, double b) {
    return a != a || b != b ? a + b : a == b ? (signbit(a) ? a : b) : a < b ? a : b;
}

// ---- functions of one real number ----

static __device__ __forceinline__ float sqrtOf(float x) { return sqrtf(x); }
static __device__ __forceinline__ double sqrtOf(double x) { return sqrt(x); }
static __device__ __forceinline__ float rsqrtOf(float x) { return rsqrtf(x); }
static __device__ __forceinline__ double rsqrtOf(double x) { return rsqrt(x); }
static __device__ __forceinline__ float cbrtOf(float x) { return cbrtf(x); }
static __device__ __forceinline__ double cbrtOf(double x) { return cbrt(x); }
static __device__ __forceinline__ float expOf(float x) { return expf(x); }
static __device__ __forceinline__ double expOf(double x) { return exp(x); }
static __device__ __forceinline__ float exp2Of(float x) { return exp2f(x); }
static __device__ __forceinline__ double exp2Of(double x) { return exp2(x); }
static __device__ __forceinline__ float expm1Of(float x) { return expm1f(x); }
static __device__ __forceinline__ double expm1Of(double x) { return expm1(x); }
static __device__ __forceinline__ float logOf(float x) { return logf(x); }
static __device__ __forceinline__ double logOf(double x) { return log(x); }
static __device__ __forceinline__ float log2Of(float x) { return log2f(x); }
static __device__ __forceinline__ double log2Of(double x) { return log2(x); }
static __device__ __forceinline__ float log10Of(float x) { return log10f(x); }
static __device__ __forceinline__ double log10Of(double x) { return log10(x); }
static __device__ __forceinline__ float log1pOf(float x) { return log1pf(x); }
static __device__ __forceinline__ double log1pOf(double x) { return log1p(x); }
static __device__ __forceinline__ float sinOf(float x) { return sinf(x); }
static __device__ __forceinline__ double sinOf(double x) { return sin(x); }
static __device__ __forceinline__ float cosOf(float x) { return cosf(x); }
static __device__ __forceinline__ double cosOf(double x) { return cos(x); }
static __device__ __forceinline__ float tanOf(float x) { return (float)tan((double)x); }
static __device__ __forceinline__ double tanOf(double x) { return tan(x); }
static __device__ __forceinline__ float asinOf(float x) { return asinf(x); }
static __device__ __forceinline__ double asinOf(double x) { return asin(x); }
static __device__ __forceinline__ float acosOf(float x) { return acosf(x); }
static __device__ __forceinline__ double acosOf(double x) { return acos(x); }
static __device__ __forceinline__ float atanOf(float x) { return atanf(x); }
static __device__ __forceinline__ double atanOf(double x) { return atan(x); }
static __device__ __forceinline__ float sinhOf(float x) { return (float)sinh((double)x); }
static __device__ __forceinline__ double sinhOf(double x) { return sinh(x); }
static __device__ __forceinline__ float coshOf(float x) { return coshf(x); }
static __device__ __forceinline__ double coshOf(double x) { return cosh(x); }
static __device__ __forceinline__ float tanhOf(float x) { return tanhf(x); }
static __device__ __forceinline__ double tanhOf(double x) { return tanh(x); }
static __device__ __forceinline__ float asinhOf(float x) { return (float)asinh((double)x); }
static __device__ __forceinline__ double asinhOf(double x) { return asinh(x); }
static __device__ __forceinline__ float acoshOf(float x) { return (float)acosh((double)x); }
static __device__ __forceinline__ double acoshOf(double x) { return acosh(x); }
static __device__ __forceinline__ float atanhOf(float x) { return (float)atanh((double)x); }
static __device__ __forceinline__ double atanhOf(double x) { return atanh(x); }
static __device__ __forceinline__ float floorOf(float x) { return floorf(x); }
static __device__ __forceinline__ double floorOf(double x) { return floor(x); }
static __device__ __forceinline__ float ceilOf(float x) { return ceilf(x); }
static __device__ __forceinline__ double ceilOf(double x) { return ceil(x); }
static __device__ __forceinline__ float roundOf(float x) { return rintf(x); }
static __device__ __forceinline__ double roundOf(double x) { return rint(x); }
static __device__ __forceinline__ float truncOf(float x) { return truncf(x); }
static __device__ __forceinline__ double truncOf(double x) { return trunc(x); }

// 1 / (1 + e^-x), from e^-|x|, which does not overflow.
template <class T>
static __device__ __forceinline__ T sigmoidOf(T x) {
    const T e = expOf(-absOf(x));
    return (x < 0 ? e : (T)1) / ((T)1 + e);
}

// log(1 + e^x)
template <class T>
static __device__ __forceinline__ T softplusOf(T x) {
    const T rest = log1pOf(expOf(-absOf(x)));
    return x > 0 ? x + rest : rest;
}

// ---- functions of two real numbers ----

static __device__ __forceinline__ double powOf(double a, double b) { return pow(a, b); }
static __device__ __forceinline__ float powOf(float a, float b) { return (float)pow((double)a, (double)b); }
static __device__ __forceinline__ double atan2Of(double a, double b) { return atan2(a, b); }
static __device__ __forceinline__ float atan2Of(float a, float b) { return (float)atan2((double)a, (double)b); }
static __device__ __forceinline__ double hypotOf(double a, double b) { return hypot(a, b); }
static __device__ __forceinline__ float hypotOf(float a, float b) { return (float)hypot((double)a, (double)b); }
static __device__ __forceinline__ double copysignOf(double a, double b) { return copysign(a, b); }
static __device__ __forceinline__ float copysignOf(float a, float b) { return copysignf(a, b); }
static __device__ __forceinline__ double nextafterOf(double a, double b) { return nextafter(a, b); }
static __device__ __forceinline__ float nextafterOf(float a, float b) { return nextafterf(a, b); }
// The neighbour among the numbers of a 16-bit type.
template <class T>
static __device__ inline float nextafterOf(float a, float b) {
    if (a != a || b != b) {
        return a + b;
    }
    if (a == b) {
        return b;
    }
    T x = Narrow<T>::of(a);
    if (a == 0) {
        x.bits = (unsigned short)(b > 0 ? 1 : 0x8001);
    } else {
        x.bits = (unsigned short)((a < b) == (a > 0) ? x.bits + 1 : x.bits - 1);
    }
    return toWide(x);
}

static __device__ __forceinline__ double fmodOf(double a, double b) { return fmod(a, b); }
static __device__ __forceinline__ float fmodOf(float a, float b) { return fmodf(a, b); }

// a - b floor(a / b): the sign of the divisor.
template <class T>
static __device__ __forceinline__ T remainderOf(T a, T b) {
    const T rest = fmodOf(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <class T>
static __device__ __forceinline__ T truncDivideOf(T a, T b) {
    return truncOf(a / b);
}

// a / b rounded to minus infinity, from the exact remainder, so that a quotient that division rounds up to an integer does not
// count as that integer; NaN if a is infinite.
template <class T>
static __device__ __forceinline__ T floorDivideOf(T a, T b) {
    const T quotient = a / b;
    if (!(absOf(quotient) < (sizeof(T) == 8 ? (T)9007199254740992.0 : (T)16777216.0f))) {
        return absOf(a) == infinityOf(a) && b != 0 ? nanOf(a) : floorOf(quotient);
    }
    const T truncated = truncOf(quotient);
    const T rest = absOf(b) == infinityOf(b) ? a : fma(-truncated, b, a);
    return rest != 0 && (rest < 0) != (b < 0) ? truncated - 1 : truncated;
}

// ---- functions of two integers ----

// The divisor, or 1 in place of 0, which is reported. The least number over -1 has no quotient: it wraps around.
template <class T>
static __device__ __forceinline__ T nonZero(T divisor, const Faults faults) {
    if (divisor == 0) {
        reportFault(faults, 0);
        return 1;
    }
    return divisor;
}

template <class T>
static __device__ __forceinline__ T truncDivideOf(T a, T b, const Faults faults) {
    const T divisor = nonZero(b, faults);
    return (T)-1 < 0 && divisor == (T)-1 ? negOf(a) : (T)(a / divisor);
}

template <class T>
static __device__ __forceinline__ T fmodOf(T a, T b, const Faults faults) {
    const T divisor = nonZero(b, faults);
    return (T)-1 < 0 && divisor == (T)-1 ? (T)0 : (T)(a % divisor);
}

template <class T>
static __device__ __forceinline__ T remainderOf(T a, T b, const Faults faults) {
    const T rest = fmodOf(a, b, faults);
    return rest != 0 && (rest < 0) != (b < 0) ? (T)(rest + b) : rest;
}

template <class T>
static __device__ __forceinline__ T floorDivideOf(T a, T b, const Faults faults) {
    const T quotient = truncDivideOf(a, b, faults);
    const T rest = b == 0 ? (T)0 : fmodOf(a, b, faults);
    return rest != 0 && (rest < 0) != (b < 0) ? (T)(quotient - 1) : quotient;
}

template <class T>
static __device__ inline T powOf(T base, T exponent, const Faults faults) {
    if (exponent < 0) {
        reportFault(faults, (i64)exponent);
        return 0;
    }
    T result = 1;
    T square = base;
    for (u64 rest = (u64)exponent; rest != 0; rest >>= 1) {
        if (rest & 1) {
            result = mulOf(result, square);
        }
        square = mulOf(square, square);
    }
    return result;
}

template <class T>
static __device__ inline T gcdOf(T a, T b) {
    T x = a;
    T y = b;
    while (y != 0) {
        const T rest = (T)-1 < 0 && y == (T)-1 ? (T)0 : (T)(x % y);
        x = y;
        y = rest;
    }
    return absOf(x);
}

// `bits` is the size of the dtype, whose numbers may be computed with in a wider type.
template <int bits, class T>
static __device__ __forceinline__ T shiftLeftOf(T a, T b) {
    return b < 0 || b >= bits ? (T)0 : (T)((Unsigned<T>)a << (int)b);
}

template <int bits, class T>
static __device__ __forceinline__ T shiftRightOf(T a, T b) {
    if (b < 0 || b >= bits) {
        return (T)-1 < 0 ? (T)(a >> (bits - 1)) : (T)0;
    }
    return (T)(a >> (int)b);
}

// ---- conversions: floating to integer by truncation, to the nearest bound beyond the range, NaN to 0 ----

template <class To, class From>
struct Conversion {
    static __device__ __forceinline__ To of(From x) {
        return (To)x;
    }
};

template <class From>
static __device__ __forceinline__ i64 saturated(From x) {
    return x != x ? 0
                  : x >= (From)9223372036854775808.0 ? 0x7fffffffffffffffll
                                                     : x < (From)-9223372036854775808.0 ? -0x7fffffffffffffffll - 1 : (i64)x;
}

template <class From>
static __device__ __forceinline__ i32 saturated32(From x) {
    const i64 wide = saturated(x);
    return wide > 2147483647ll ? 2147483647 : wide < -2147483648ll ? -2147483647 - 1 : (i32)wide;
}

template <>
struct Conversion<i64, float> {
    static __device__ __forceinline__ i64 of(float x) {
        return saturated(x);
    }
};

template <>
struct Conversion<i64, double> {
    static __device__ __forceinline__ i64 of(double x) {
        return saturated(x);
    }
};

template <>
struct Conversion<i32, float> {
    static __device__ __forceinline__ i32 of(float x) {
        return saturated32(x);
    }
};

template <>
struct Conversion<i32, double> {
    static __device__ __forceinline__ i32 of(double x) {
        return saturated32(x);
    }
};

// Shorter integers are the low bits of the 64-bit one.
template <>
struct Conversion<u8, float> {
    static __device__ __forceinline__ u8 of(float x) {
        return (u8)saturated(x);
    }
};

template <>
struct Conversion<u8, double> {
    static __device__ __forceinline__ u8 of(double x) {
        return (u8)saturated(x);
    }
};

template <>
struct Conversion<bool, float> {
    static __device__ __forceinline__ bool of(float x) {
        return x != 0;
    }
};

template <class To, class From>
static __device__ __forceinline__ To convert(From x) {
    return Conversion<To, From>::of(x);
}
