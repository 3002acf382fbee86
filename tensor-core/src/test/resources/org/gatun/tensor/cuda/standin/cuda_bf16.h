// __nv_bfloat16 on the CPU: each operation in single precision, rounded once to the nearest even.
#pragma once
#include "standin.h"

struct alignas(2) __nv_bfloat16 {
    unsigned short bits;
    __nv_bfloat16() = default;
    __nv_bfloat16(float x) : bits(standinFloatToBfloat(x)) {}
    __nv_bfloat16(double x) {
        float f = (float)x;
        if ((double)f != x && x == x) {
            unsigned u = __float_as_uint(f);
            if (fabs((double)f) > fabs(x)) u--;
            f = __uint_as_float(u | 1u);
        }
        bits = standinFloatToBfloat(f);
    }
    __nv_bfloat16(int x) : __nv_bfloat16((double)x) {}
    __nv_bfloat16(unsigned x) : __nv_bfloat16((double)x) {}
    __nv_bfloat16(long long x) : __nv_bfloat16((double)x) {}
    operator float() const { return __uint_as_float((unsigned)bits << 16); }
};
struct alignas(4) __nv_bfloat162 {
    __nv_bfloat16 x, y;
};

inline __nv_bfloat16 __float2bfloat16(float x) { return __nv_bfloat16(x); }
inline __nv_bfloat16 __float2bfloat16_rn(float x) { return __nv_bfloat16(x); }
inline __nv_bfloat16 __double2bfloat16(double x) { return __nv_bfloat16(x); }
inline float __bfloat162float(__nv_bfloat16 x) { return x; }
inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 x) { return x.bits; }
inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short b) {
    __nv_bfloat16 h;
    h.bits = b;
    return h;
}
inline __nv_bfloat162 __floats2bfloat162_rn(float x, float y) { return {__nv_bfloat16(x), __nv_bfloat16(y)}; }
inline float2 __bfloat1622float2(__nv_bfloat162 v) { return {(float)v.x, (float)v.y}; }
