// __half on the CPU: each operation in single precision, rounded once to the nearest even.
#pragma once
#include "standin.h"

struct alignas(2) __half {
    unsigned short bits;
    __half() = default;
    __half(float x) : bits(standinFloatToHalf(x)) {}
    __half(double x) {
        // To float towards zero with the lost part kept as the last bit, so that the second rounding is the only one.
        float f = (float)x;
        if ((double)f != x && x == x) {
            unsigned u = __float_as_uint(f);
            if (fabs((double)f) > fabs(x)) u--;
            f = __uint_as_float(u | 1u);
        }
        bits = standinFloatToHalf(f);
    }
    __half(int x) : __half((double)x) {}
    __half(unsigned x) : __half((double)x) {}
    __half(long long x) : __half((double)x) {}
    operator float() const { return standinHalfToFloat(bits); }
};
struct alignas(4) __half2 {
    __half x, y;
};
struct __half_raw {
    unsigned short x;
};
using half = __half;
using half2 = __half2;

inline __half __float2half(float x) { return __half(x); }
inline __half __float2half_rn(float x) { return __half(x); }
inline __half __double2half(double x) { return __half(x); }
inline float __half2float(__half x) { return x; }
inline unsigned short __half_as_ushort(__half x) { return x.bits; }
inline __half __ushort_as_half(unsigned short b) {
    __half h;
    h.bits = b;
    return h;
}
inline __half2 __floats2half2_rn(float x, float y) { return {__half(x), __half(y)}; }
inline float2 __half22float2(__half2 v) { return {(float)v.x, (float)v.y}; }
inline __half __hadd(__half x, __half y) { return __half((float)x + (float)y); }
inline __half __hsub(__half x, __half y) { return __half((float)x - (float)y); }
inline __half __hmul(__half x, __half y) { return __half((float)x * (float)y); }
inline __half __hdiv(__half x, __half y) { return __half((float)x / (float)y); }
inline __half __hfma(__half x, __half y, __half z) { return __half((double)(float)x * (float)y + (float)z); }
inline __half __hneg(__half x) { return __ushort_as_half(x.bits ^ 0x8000); }
inline bool __hisnan(__half x) { return (x.bits & 0x7fff) > 0x7c00; }
