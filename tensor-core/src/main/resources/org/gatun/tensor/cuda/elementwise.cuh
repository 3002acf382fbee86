#pragma once
#include "numbers.cuh"
#include "faults.cuh"
// The elementwise functions, in the types that arithmetic runs in, at most 2 units in the last place off. Of CUDA's
// library, whose errors its programming guide lists, only functions that keep this are called: others of single
// precision are computed in double precision.

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

template <class T>
static __device__ __forceinline__ bool isNegative(T x) {
    return x < 0;
}

static __device__ __forceinline__ bool isNegative(u8) {
    return false;
}

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
    return isNegative(x) ? negOf(x) : x;
}

template <class T>
static __device__ __forceinline__ T signOf(T x) {
    return x > 0 ? (T)1 : isNegative(x) ? (T)-1 : (T)0;
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
static __device__ __forceinline__ float acoshOf(float x) { return (float)acosh((double)x); }
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

// CUDA's own asinh and acosh may be 3 units in the last place off.
static __device__ inline double asinhOf(double x) {
    const double a = fabs(x);
    if (a > 268435456.0) {
        return copysign(log(a) + 0.6931471805599453, x);
    }
    const double square = a * a;
    const double rest = square / (1.0 + sqrt(square + 1.0));
    const double sum = a + rest;
    const double low = a - sum + rest;
    return copysign(log1p(sum) + low / (1.0 + sum), x);
}

static __device__ inline double acoshOf(double x) {
    if (x > 268435456.0) {
        return log(x) + 0.6931471805599453;
    }
    const double t = x - 1.0;
    const double root = sqrt(fma(t, t, 2.0 * t));
    const double sum = root + t;
    const double low = root - sum + t;
    return x < 1.0 ? nanOf(x) : log1p(sum) + low / (1.0 + sum);
}

static __device__ __forceinline__ float powerOfTwo(i32 exponent) {
    return __int_as_float((i32)((u32)(exponent + 127) << 23));
}

// e^x for x up to 0, at most 1 unit in the last place off, where the library's exponential may be 2: e^x = 2^n e^r.
static __device__ __forceinline__ float expOfNegative(float x) {
    const float c = x < -104.0f ? -104.0f : x;  // below half the smallest number
    const float rounded = fmaf(c, 1.44269504f, 12582912.0f);
    const float k = rounded - 12582912.0f;
    const float r = fmaf(k, 2.12194440e-4f, fmaf(k, -0.693359375f, c));
    // (e^r - 1 - r) / r^2
    float q = fmaf(1.3814335e-03f, r, 8.368851e-03f);
    q = fmaf(q, r, 4.16684e-02f);
    q = fmaf(q, r, 1.666652e-01f);
    q = fmaf(q, r, 4.9999994e-01f);
    // 1 + r + q r^2 with the rounding error of 1 + r put back
    const float s = r + 1.0f;
    const float p = fmaf(q, r * r, 1.0f - s + r) + s;
    const i32 n = __float_as_int(rounded) - 0x4b400000;
    // in two steps, so that gradual underflow happens in the last multiplication
    const i32 half = n >> 1;
    return p * powerOfTwo(half) * powerOfTwo(n - half);
}

// 1 / (1 + e^-x), from e^-|x|, which does not overflow.
static __device__ __forceinline__ double sigmoidOf(double x) {
    const double e = exp(-fabs(x));
    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

static __device__ __forceinline__ float sigmoidOf(float x) {
    const float e = expOfNegative(-fabsf(x));
    const float above = x < 0.0f ? e : 1.0f;
    const float below = 1.0f + e;
    const float y = above / below;
    // what the quotient and the sum below it lost, divided by that sum, whose inverse is y or 1 - y
    const float lost = fmaf(y, below - 1.0f - e, fmaf(-y, below, above));
    return fmaf(lost, x < 0.0f ? 1.0f - y : y, y);
}

// log(1 + e^x)
static __device__ __forceinline__ double softplusOf(double x) {
    const double rest = log1p(exp(-fabs(x)));
    return x > 0.0 ? x + rest : rest;
}

static __device__ __forceinline__ float softplusOf(float x) {
    const float e = expOfNegative(-fabsf(x));
    // log(1 + e) = e - (e^2/2 - s (e^2/2 + s^2 R(s^2))) with s = e / (2 + e), at most 1/3
    const float s = e / (2.0f + e);
    const float z = s * s;
    const float half = 0.5f * e * e;
    float series = fmaf(2.802446e-01f, z, 2.7999142e-01f);
    series = fmaf(series, z, 4.00217e-01f);
    series = fmaf(series, z, 6.666641e-01f);
    const float rest = e - (half - s * fmaf(series, z, half));
    return x < 0.0f ? rest : x + rest;
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

// a / b rounded to minus infinity, from the exact remainder, so that a quotient that division rounds up to an integer
// does not count as that integer; NaN if a is infinite. Beyond 2^53 all quotients are integers.
static __device__ inline double floorDivideOf(double a, double b) {
    const double quotient = a / b;
    if (!(fabs(quotient) < 9007199254740992.0)) {
        return fabs(a) == infinityOf(a) && b != 0.0 ? nanOf(a) : floor(quotient);
    }
    const double truncated = trunc(quotient);
    const double rest = fabs(b) == infinityOf(b) ? a : fma(-truncated, b, a);
    return rest != 0.0 && (rest < 0.0) != (b < 0.0) ? truncated - 1.0 : truncated;
}

// From 2^23 on the integer below the exact quotient may have more digits than a float: it is rounded once, from double
// precision.
static __device__ inline float floorDivideOf(float a, float b) {
    const float quotient = a / b;
    if (!(fabsf(quotient) < 8388608.0f)) {
        return (float)floorDivideOf((double)a, (double)b);
    }
    const float truncated = truncf(quotient);
    const float rest = fabsf(b) == infinityOf(b) ? a : fmaf(-truncated, b, a);
    return rest != 0.0f && (rest < 0.0f) != (b < 0.0f) ? truncated - 1.0f : truncated;
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
    return rest != 0 && isNegative(rest) != isNegative(b) ? (T)(rest + b) : rest;
}

template <class T>
static __device__ __forceinline__ T floorDivideOf(T a, T b, const Faults faults) {
    const T quotient = truncDivideOf(a, b, faults);
    const T rest = b == 0 ? (T)0 : fmodOf(a, b, faults);
    return rest != 0 && isNegative(rest) != isNegative(b) ? (T)(quotient - 1) : quotient;
}

template <class T>
static __device__ inline T powOf(T base, T exponent, const Faults faults) {
    if (isNegative(exponent)) {
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
    return isNegative(b) || b >= bits ? (T)0 : (T)((Unsigned<T>)a << (int)b);
}

template <int bits, class T>
static __device__ __forceinline__ T shiftRightOf(T a, T b) {
    if (isNegative(b) || b >= bits) {
        return (T)-1 < 0 ? (T)(a >> (bits - 1)) : (T)0;
    }
    return (T)(a >> (int)b);
}

// ---- conversions: floating to integer by truncation, to the nearest bound beyond the range, NaN to 0 ----

template <class From>
static __device__ __forceinline__ i64 saturated(From x) {
    return x != x ? 0
           : x >= (From)9223372036854775808.0 ? 0x7fffffffffffffffll
           : x < (From)-9223372036854775808.0 ? -0x7fffffffffffffffll - 1
           : (i64)x;
}

template <class From>
static __device__ __forceinline__ i32 saturated32(From x) {
    const i64 wide = saturated(x);
    return wide > 2147483647ll ? 2147483647 : wide < -2147483648ll ? -2147483647 - 1 : (i32)wide;
}
