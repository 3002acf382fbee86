// CUDA's mathematical functions, on those of the C library. Part of standin.h.
#pragma once

#define STANDIN_MATH1(name)                          \
    extern "C" double name(double) noexcept;         \
    extern "C" float name##f(float) noexcept;        \
    inline float name(float x) { return name##f(x); }
#define STANDIN_MATH2(name)                               \
    extern "C" double name(double, double) noexcept;      \
    extern "C" float name##f(float, float) noexcept;      \
    inline float name(float x, float y) { return name##f(x, y); }
STANDIN_MATH1(sin) STANDIN_MATH1(cos) STANDIN_MATH1(tan) STANDIN_MATH1(asin) STANDIN_MATH1(acos) STANDIN_MATH1(atan)
STANDIN_MATH1(sinh) STANDIN_MATH1(cosh) STANDIN_MATH1(tanh) STANDIN_MATH1(asinh) STANDIN_MATH1(acosh) STANDIN_MATH1(atanh)
STANDIN_MATH1(exp) STANDIN_MATH1(exp2) STANDIN_MATH1(exp10) STANDIN_MATH1(expm1) STANDIN_MATH1(log) STANDIN_MATH1(log2)
STANDIN_MATH1(log10) STANDIN_MATH1(log1p) STANDIN_MATH1(logb) STANDIN_MATH1(sqrt) STANDIN_MATH1(cbrt) STANDIN_MATH1(erf)
STANDIN_MATH1(erfc) STANDIN_MATH1(lgamma) STANDIN_MATH1(tgamma) STANDIN_MATH1(floor) STANDIN_MATH1(ceil)
STANDIN_MATH1(trunc) STANDIN_MATH1(round) STANDIN_MATH1(rint) STANDIN_MATH1(nearbyint) STANDIN_MATH1(fabs)
STANDIN_MATH1(j0) STANDIN_MATH1(j1) STANDIN_MATH1(y0) STANDIN_MATH1(y1)
STANDIN_MATH2(pow) STANDIN_MATH2(atan2) STANDIN_MATH2(fmod) STANDIN_MATH2(remainder) STANDIN_MATH2(hypot) STANDIN_MATH2(fmin)
STANDIN_MATH2(fmax) STANDIN_MATH2(fdim) STANDIN_MATH2(copysign) STANDIN_MATH2(nextafter)
extern "C" {
double fma(double, double, double) noexcept;
float fmaf(float, float, float) noexcept;
double ldexp(double, int) noexcept;
float ldexpf(float, int) noexcept;
double scalbn(double, int) noexcept;
float scalbnf(float, int) noexcept;
double frexp(double, int*) noexcept;
float frexpf(float, int*) noexcept;
double modf(double, double*) noexcept;
float modff(float, float*) noexcept;
int ilogb(double) noexcept;
int ilogbf(float) noexcept;
long lrint(double) noexcept;
long lrintf(float) noexcept;
long long llrint(double) noexcept;
long long llrintf(float) noexcept;
long long llround(double) noexcept;
long long llroundf(float) noexcept;
double jn(int, double) noexcept;
double yn(int, double) noexcept;
void sincos(double, double*, double*) noexcept;
void sincosf(float, float*, float*) noexcept;
int abs(int) noexcept;
}
inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
inline float ldexp(float x, int e) { return ldexpf(x, e); }
inline float frexp(float x, int* e) { return frexpf(x, e); }
inline float modf(float x, float* p) { return modff(x, p); }
inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
inline long long abs(long long x) { return x < 0 ? -x : x; }
inline long abs(long x) { return x < 0 ? -x : x; }
inline long long llabs(long long x) { return x < 0 ? -x : x; }

template <class T> inline bool isnan(T x) { return __builtin_isnan(x); }
template <class T> inline bool isinf(T x) { return __builtin_isinf(x); }
template <class T> inline bool isfinite(T x) { return __builtin_isfinite(x); }
template <class T> inline bool signbit(T x) { return __builtin_signbit(x); }

// min and max of mixed types have the type of the sum, as CUDA's overloads; of floating point they drop a NaN.
inline float standinMin(float x, float y) { return fminf(x, y); }
inline double standinMin(double x, double y) { return fmin(x, y); }
template <class T> inline T standinMin(T x, T y) { return y < x ? y : x; }
inline float standinMax(float x, float y) { return fmaxf(x, y); }
inline double standinMax(double x, double y) { return fmax(x, y); }
template <class T> inline T standinMax(T x, T y) { return x < y ? y : x; }
template <class A, class B> inline auto min(A x, B y) -> decltype(x + y) { using T = decltype(x + y); return standinMin((T)x, (T)y); }
template <class A, class B> inline auto max(A x, B y) -> decltype(x + y) { using T = decltype(x + y); return standinMax((T)x, (T)y); }
inline int umin(unsigned x, unsigned y) { return x < y ? x : y; }
inline int umax(unsigned x, unsigned y) { return x < y ? y : x; }

constexpr double STANDIN_PI = 3.14159265358979323846;
inline float rsqrtf(float x) { return (float)(1.0 / sqrt((double)x)); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline float rcbrtf(float x) { return (float)(1.0 / cbrt((double)x)); }
inline double rcbrt(double x) { return 1.0 / cbrt(x); }
inline double sinpi(double x) {
    double r = fmod(x, 2.0);
    if (r == 0.0 || r == 1.0 || r == -1.0) return copysign(0.0, x);
    if (r > 1.0) r -= 2.0;
    if (r < -1.0) r += 2.0;
    if (r > 0.5) r = 1.0 - r;
    if (r < -0.5) r = -1.0 - r;
    return sin(STANDIN_PI * r);
}
inline double cospi(double x) {
    double r = fabs(fmod(x, 2.0));
    if (r > 1.0) r = 2.0 - r;
    return r == 0.5 ? 0.0 : r < 0.25 ? cos(STANDIN_PI * r) : sin(STANDIN_PI * (0.5 - r));
}
inline float sinpif(float x) { return (float)sinpi((double)x); }
inline float cospif(float x) { return (float)cospi((double)x); }
inline float sinpi(float x) { return sinpif(x); }
inline float cospi(float x) { return cospif(x); }
inline void sincospi(double x, double* s, double* c) { *s = sinpi(x); *c = cospi(x); }
inline void sincospif(float x, float* s, float* c) { *s = sinpif(x); *c = cospif(x); }
inline void sincos(float x, float* s, float* c) { sincosf(x, s, c); }
inline double normcdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }
inline float normcdff(float x) { return (float)normcdf((double)x); }
inline double erfcx(double x) { return x < 25.0 ? exp(x * x) * erfc(x) : 0.56418958354775628695 / x * (1.0 - 0.5 / (x * x)); }
inline float erfcxf(float x) { return (float)erfcx((double)x); }

// Giles' start values, then Newton's method on erfc, which keeps the digits in the tails.
inline double erfcinv(double y) {
    if (!(y >= 0.0 && y <= 2.0)) return __builtin_nan("");
    if (y == 0.0) return __builtin_inf();
    if (y == 2.0) return -__builtin_inf();
    bool flip = y > 1.0;
    double q = flip ? 2.0 - y : y;
    double t = sqrt(-2.0 * log(q / 2.0));
    double x = 0.70710678118654752440 * (t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
    for (int i = 0; i < 4; i++) {
        double e = (erfc(x) - q) / (1.12837916709551257390 * exp(-x * x));
        x += e / (1.0 + x * e);
    }
    return flip ? -x : x;
}
inline double erfinv(double y) {
    if (!(y >= -1.0 && y <= 1.0)) return __builtin_nan("");
    if (y == 0.0) return y;
    double a = fabs(y);
    if (a > 0.5) return copysign(erfcinv(1.0 - a), y);
    double x = 0.88622692545275801365 * a * (1.0 + 0.26179938779914943654 * a * a);
    for (int i = 0; i < 4; i++) {
        double e = (erf(x) - a) / (1.12837916709551257390 * exp(-x * x));
        x -= e / (1.0 + x * e);
    }
    return copysign(x, y);
}
inline double normcdfinv(double p) { return -1.41421356237309504880 * erfcinv(2.0 * p); }
inline float erfinvf(float x) { return (float)erfinv((double)x); }
inline float erfcinvf(float x) { return (float)erfcinv((double)x); }
inline float normcdfinvf(float x) { return (float)normcdfinv((double)x); }
inline float erfinv(float x) { return erfinvf(x); }
inline float erfcinv(float x) { return erfcinvf(x); }
inline float normcdf(float x) { return normcdff(x); }
inline float normcdfinv(float x) { return normcdfinvf(x); }

// The modified Bessel functions: the power series below 30, the asymptotic one above.
inline double standinBesselI(int order, double x) {
    double a = fabs(x), sum, term;
    if (a < 30.0) {
        term = order ? a / 2.0 : 1.0;
        sum = term;
        for (int k = 1; term > sum * 1e-18; k++) sum += term *= (a * a / 4.0) / ((double)k * (k + order));
    } else {
        double mu = 4.0 * order * order;
        term = sum = 1.0;
        for (int k = 1; k < 30; k++) {
            double next = term * ((2.0 * k - 1.0) * (2.0 * k - 1.0) - mu) / (8.0 * k * a);
            if (fabs(next) > fabs(term)) break;
            sum += term = next;
        }
        double half = exp(a / 2.0);
        sum = half * (sum / sqrt(2.0 * STANDIN_PI * a)) * half;
    }
    return order && x < 0.0 ? -sum : sum;
}
inline double cyl_bessel_i0(double x) { return standinBesselI(0, x); }
inline double cyl_bessel_i1(double x) { return standinBesselI(1, x); }
inline float cyl_bessel_i0f(float x) { return (float)standinBesselI(0, (double)x); }
inline float cyl_bessel_i1f(float x) { return (float)standinBesselI(1, (double)x); }

// ---- intrinsics: the accurate function stands for the approximate one ----

inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __log10f(float x) { return log10f(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline void __sincosf(float x, float* s, float* c) { sincosf(x, s, c); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __tanhf(float x) { return tanhf(x); }
inline float __fdividef(float x, float y) { return x / y; }
inline float fdividef(float x, float y) { return x / y; }
inline float __saturatef(float x) { return x > 0.0f ? x < 1.0f ? x : 1.0f : 0.0f; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline double __dsqrt_rn(double x) { return sqrt(x); }
inline double __drcp_rn(double x) { return 1.0 / x; }
// Never contracted into a fused multiply-add: the compiler must not see through them.
#define STANDIN_EXACT(name, T, op) \
    __attribute__((noinline)) inline T name(T x, T y) { T r = x op y; asm("" : "+m"(r)); return r; }
STANDIN_EXACT(__fadd_rn, float, +) STANDIN_EXACT(__fsub_rn, float, -)
STANDIN_EXACT(__fmul_rn, float, *) STANDIN_EXACT(__fdiv_rn, float, /)
STANDIN_EXACT(__dadd_rn, double, +) STANDIN_EXACT(__dsub_rn, double, -)
STANDIN_EXACT(__dmul_rn, double, *) STANDIN_EXACT(__ddiv_rn, double, /)
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline double __fma_rn(double x, double y, double z) { return fma(x, y, z); }

template <class R, class T>
inline R standinBits(T x) {
    static_assert(sizeof(R) == sizeof(T), "");
    R r;
    __builtin_memcpy(&r, &x, sizeof(R));
    return r;
}
inline int __float_as_int(float x) { return standinBits<int>(x); }
inline unsigned __float_as_uint(float x) { return standinBits<unsigned>(x); }
inline float __int_as_float(int x) { return standinBits<float>(x); }
inline float __uint_as_float(unsigned x) { return standinBits<float>(x); }
inline long long __double_as_longlong(double x) { return standinBits<long long>(x); }
inline double __longlong_as_double(long long x) { return standinBits<double>(x); }
inline int __double2hiint(double x) { return (int)(standinBits<unsigned long long>(x) >> 32); }
inline int __double2loint(double x) { return (int)standinBits<unsigned long long>(x); }
inline double __hiloint2double(int hi, int lo) { return standinBits<double>(((unsigned long long)(unsigned)hi << 32) | (unsigned)lo); }

// Conversions to integers saturate, and make a NaN zero (64 bits: the lowest value), as the device's do.
inline int __double2int_rz(double x) { return x != x ? 0 : x >= 2147483647.0 ? 2147483647 : x <= -2147483648.0 ? -2147483647 - 1 : (int)x; }
inline unsigned __double2uint_rz(double x) { return !(x > 0.0) ? 0u : x >= 4294967295.0 ? 4294967295u : (unsigned)x; }
inline long long __double2ll_rz(double x) {
    return !(x > -9223372036854775808.0) ? (long long)0x8000000000000000ull : x >= 9223372036854775808.0 ? 0x7fffffffffffffffll : (long long)x;
}
inline unsigned long long __double2ull_rz(double x) { return !(x > 0.0) ? 0ull : x >= 18446744073709551616.0 ? ~0ull : (unsigned long long)x; }
inline int __double2int_rn(double x) { return __double2int_rz(rint(x)); }
inline int __double2int_rd(double x) { return __double2int_rz(floor(x)); }
inline int __double2int_ru(double x) { return __double2int_rz(ceil(x)); }
inline long long __double2ll_rn(double x) { return __double2ll_rz(rint(x)); }
inline long long __double2ll_rd(double x) { return __double2ll_rz(floor(x)); }
inline int __float2int_rz(float x) { return __double2int_rz(x); }
inline int __float2int_rn(float x) { return __double2int_rz(rint((double)x)); }
inline int __float2int_rd(float x) { return __double2int_rz(floor((double)x)); }
inline int __float2int_ru(float x) { return __double2int_rz(ceil((double)x)); }
inline unsigned __float2uint_rz(float x) { return __double2uint_rz(x); }
inline unsigned __float2uint_rn(float x) { return __double2uint_rz(rint((double)x)); }
inline long long __float2ll_rz(float x) { return __double2ll_rz(x); }
inline long long __float2ll_rn(float x) { return __double2ll_rz(rint((double)x)); }
inline unsigned long long __float2ull_rz(float x) { return __double2ull_rz(x); }
inline float __int2float_rn(int x) { return (float)x; }
inline float __uint2float_rn(unsigned x) { return (float)x; }
inline float __ll2float_rn(long long x) { return (float)x; }
inline float __ull2float_rn(unsigned long long x) { return (float)x; }
inline double __int2double_rn(int x) { return (double)x; }
inline double __uint2double_rn(unsigned x) { return (double)x; }
inline double __ll2double_rn(long long x) { return (double)x; }
inline double __ull2double_rn(unsigned long long x) { return (double)x; }
inline float __double2float_rn(double x) { return (float)x; }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++) r |= (x >> i & 1u) << (31 - i);
    return r;
}
inline unsigned long long __brevll(unsigned long long x) { return ((unsigned long long)__brev((unsigned)x) << 32) | __brev((unsigned)(x >> 32)); }
inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((unsigned long long)x * y >> 32); }
inline int __mulhi(int x, int y) { return (int)((long long)x * y >> 32); }
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) { return (unsigned long long)((unsigned __int128)x * y >> 64); }
inline long long __mul64hi(long long x, long long y) { return (long long)((__int128)x * y >> 64); }
inline int __mul24(int x, int y) { return (int)((unsigned)(x << 8 >> 8) * (unsigned)(y << 8 >> 8)); }
inline unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned s) { return (unsigned)(((((unsigned long long)hi << 32) | lo) << (s & 31)) >> 32); }
inline unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned s) { return (unsigned)((((unsigned long long)hi << 32) | lo) >> (s & 31)); }
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned s) {
    unsigned long long v = ((unsigned long long)y << 32) | x;
    unsigned r = 0;
    for (int i = 0; i < 4; i++) r |= (unsigned)(v >> (s >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return r;
}
