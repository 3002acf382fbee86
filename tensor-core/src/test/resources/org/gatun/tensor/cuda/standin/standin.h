// The kernel side of the stand-in: what a .cu file sees instead of CUDA's own headers when it is compiled as C++ for the CPU.
// Kept small, and free of the standard library, because it is parsed for every kernel.
#pragma once
#include "standin_abi.h"

#define __CUDACC__ 1
#define __CUDACC_RTC__ 1
#ifndef __CUDA_ARCH__
#define __CUDA_ARCH__ 900
#endif
#define __global__ __attribute__((noinline))
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __grid_constant__
#define __shared__ __attribute__((section("standin_shared"))) static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __builtin_align__(n) alignas(n)

using size_t = decltype(sizeof 0);
using ptrdiff_t = decltype((char*)nullptr - (char*)nullptr);
// No uint32_t and the like, no NAN and INFINITY: NVRTC without headers has none either.

// ---- vector types; those of 16 bytes must lie at multiples of 16, and the CPU's aligned moves trap where they do not ----

#define STANDIN_VECTORS(T, N, A2, A4)                                           \
    struct N##1 { T x; };                                                       \
    struct alignas(A2) N##2 { T x, y; };                                        \
    struct alignas(A4) N##4 { T x, y, z, w; };                                  \
    inline N##1 make_##N##1(T x) { return {x}; }                                \
    inline N##2 make_##N##2(T x, T y) { return {x, y}; }                        \
    inline N##4 make_##N##4(T x, T y, T z, T w) { return {x, y, z, w}; }
#define STANDIN_VECTOR3(T, N)                                                   \
    struct N##3 { T x, y, z; };                                                 \
    inline N##3 make_##N##3(T x, T y, T z) { return {x, y, z}; }
STANDIN_VECTORS(signed char, char, 2, 4)
STANDIN_VECTORS(unsigned char, uchar, 2, 4)
STANDIN_VECTORS(short, short, 4, 8)
STANDIN_VECTORS(unsigned short, ushort, 4, 8)
STANDIN_VECTORS(int, int, 8, 16)
STANDIN_VECTORS(unsigned, uint, 8, 16)
STANDIN_VECTORS(long long, longlong, 16, 16)
STANDIN_VECTORS(unsigned long long, ulonglong, 16, 16)
STANDIN_VECTORS(float, float, 8, 16)
STANDIN_VECTORS(double, double, 16, 16)
STANDIN_VECTOR3(int, int)
STANDIN_VECTOR3(float, float)
STANDIN_VECTOR3(double, double)
inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
};

// ---- the running thread ----

static StandinBlock standinBlock;
#define threadIdx standinBlock.thread
#define blockIdx standinBlock.block
#define blockDim standinBlock.threads
#define gridDim standinBlock.blocks
constexpr int warpSize = 32;

extern "C" {
extern unsigned char __start_standin_shared[] __attribute__((weak, visibility("hidden")));
extern unsigned char __stop_standin_shared[] __attribute__((weak, visibility("hidden")));
int printf(const char*, ...);
void* memcpy(void*, const void*, size_t);
void* memset(void*, int, size_t);
}

inline unsigned long long standinWait(int kind, unsigned mask, unsigned long long value = 0, int argument = 0, int width = 32) {
    return standinBlock.runtime->wait(kind, mask, value, argument, width);
}
inline void __syncthreads() { standinWait(STANDIN_BLOCK, 0); }
inline int __syncthreads_count(int p) { return (int)standinWait(STANDIN_BLOCK_COUNT, 0, p != 0); }
inline int __syncthreads_and(int p) { return (int)standinWait(STANDIN_BLOCK_AND, 0, p != 0); }
inline int __syncthreads_or(int p) { return (int)standinWait(STANDIN_BLOCK_OR, 0, p != 0); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { standinWait(STANDIN_WARP, mask); }

template <class T>
inline T standinShuffle(int kind, unsigned mask, T value, int argument, int width) {
    static_assert(sizeof(T) <= 8, "a shuffled value has at most 8 bytes");
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    bits = standinWait(kind, mask, bits, argument, width);
    __builtin_memcpy(&value, &bits, sizeof(T));
    return value;
}
template <class T>
inline T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
    return standinShuffle(STANDIN_SHUFFLE, mask, value, lane, width);
}
template <class T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    return standinShuffle(STANDIN_SHUFFLE_UP, mask, value, (int)delta, width);
}
template <class T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    return standinShuffle(STANDIN_SHUFFLE_DOWN, mask, value, (int)delta, width);
}
template <class T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32) {
    return standinShuffle(STANDIN_SHUFFLE_XOR, mask, value, lanes, width);
}
inline unsigned __ballot_sync(unsigned mask, int p) { return (unsigned)standinWait(STANDIN_BALLOT, mask, p != 0); }
inline int __any_sync(unsigned mask, int p) { return (int)standinWait(STANDIN_ANY, mask, p != 0); }
inline int __all_sync(unsigned mask, int p) { return (int)standinWait(STANDIN_ALL, mask, p != 0); }
template <class T>
inline unsigned __match_any_sync(unsigned mask, T value) {
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return (unsigned)standinWait(STANDIN_MATCH_ANY, mask, bits);
}
inline unsigned __reduce_add_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_ADD, mask, v); }
inline int __reduce_add_sync(unsigned mask, int v) { return (int)standinWait(STANDIN_REDUCE_ADD, mask, (unsigned)v); }
inline unsigned __reduce_min_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_UMIN, mask, v); }
inline int __reduce_min_sync(unsigned mask, int v) { return (int)standinWait(STANDIN_REDUCE_MIN, mask, (unsigned)v); }
inline unsigned __reduce_max_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_UMAX, mask, v); }
inline int __reduce_max_sync(unsigned mask, int v) { return (int)standinWait(STANDIN_REDUCE_MAX, mask, (unsigned)v); }
inline unsigned __reduce_and_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_AND, mask, v); }
inline unsigned __reduce_or_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_OR, mask, v); }
inline unsigned __reduce_xor_sync(unsigned mask, unsigned v) { return (unsigned)standinWait(STANDIN_REDUCE_XOR, mask, v); }
// The lanes that the warp has at all: which of them run together is not known here, and no kernel may rely on it.
inline unsigned __activemask() {
    unsigned left = standinBlock.count - (standinBlock.linear & ~31u);
    return left >= 32 ? 0xffffffffu : (1u << left) - 1;
}
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
inline void __nanosleep(unsigned) {}
inline void __trap() { standinBlock.runtime->fail(719, "__trap() was called"); }
inline void __brkpt() {}
inline long long clock64() { static long long time; return ++time; }
inline int clock() { return (int)clock64(); }
#define STANDIN_TEXT(x) #x
#undef assert
#define assert(condition) \
    ((condition) ? (void)0 : standinBlock.runtime->fail(710, "assertion failed: " STANDIN_TEXT(condition)))

// ---- atomics: threads take turns only where they wait, so that a plain read and write is atomic ----

#define STANDIN_ATOMIC(name, expression)                      \
    template <class T>                                        \
    inline T name(T* address, decltype(T() + T()) operand) {  \
        T value = (T)operand, old = *address;                 \
        *address = (T)(expression);                           \
        return old;                                           \
    }
STANDIN_ATOMIC(atomicAdd, old + value)
STANDIN_ATOMIC(atomicSub, old - value)
STANDIN_ATOMIC(atomicMax, old < value ? value : old)
STANDIN_ATOMIC(atomicMin, value < old ? value : old)
STANDIN_ATOMIC(atomicAnd, old & value)
STANDIN_ATOMIC(atomicOr, old | value)
STANDIN_ATOMIC(atomicXor, old ^ value)
STANDIN_ATOMIC(atomicInc, old >= value ? 0 : old + 1)
STANDIN_ATOMIC(atomicDec, old == 0 || old > value ? value : old - 1)
STANDIN_ATOMIC(atomicExch, value)
template <class T>
inline T atomicCAS(T* address, decltype(T() + T()) compare, decltype(T() + T()) value) {
    T old = *address;
    if (old == (T)compare) *address = (T)value;
    return old;
}

// ---- loads and stores with hints ----

template <class T> inline T __ldg(const T* p) { return *p; }
template <class T> inline T __ldcs(const T* p) { return *p; }
template <class T> inline T __ldcg(const T* p) { return *p; }
template <class T> inline T __ldca(const T* p) { return *p; }
template <class T> inline T __ldlu(const T* p) { return *p; }
template <class T> inline T __ldcv(const T* p) { return *p; }
template <class T> inline void __stcs(T* p, T v) { *p = v; }
template <class T> inline void __stcg(T* p, T v) { *p = v; }
template <class T> inline void __stwb(T* p, T v) { *p = v; }
template <class T> inline void __stwt(T* p, T v) { *p = v; }
inline size_t __cvta_generic_to_shared(const void* p) { return (size_t)p; }
#define __builtin_assume(condition) ((void)0)

// ---- how a kernel is started: its threads one after the other, and another stack only when one of them waits ----

inline void standinStart() {
    StandinBlock& b = standinBlock;
    unsigned i = b.position;
    b.position += b.step;
    if (b.position >= b.count) b.position -= b.count;
    b.started++;
    b.linear = i;
    if (b.flat) {
        b.thread.x = i;
    } else {
        unsigned row = i / b.threads.x;
        b.thread = {i % b.threads.x, row % b.threads.y, row / b.threads.y};
    }
}
inline bool standinNext() {
    standinBlock.ended++;
    if (standinBlock.started == standinBlock.count) return false;
    standinStart();
    return true;
}
template <int... I> struct StandinIndices {};
template <int N, int... I> struct StandinCount : StandinCount<N - 1, N - 1, I...> {};
template <int... I> struct StandinCount<0, I...> { using Indices = StandinIndices<I...>; };
template <class T> struct StandinIsPointer { static constexpr unsigned char value = 0; };
template <class T> struct StandinIsPointer<T*> { static constexpr unsigned char value = 1; };
template <class F> struct StandinEntry;
template <class... A>
struct StandinEntry<void (*)(A...)> {
    static constexpr unsigned sizes[sizeof...(A) + 1] = {(unsigned)sizeof(A)..., 0};
    static constexpr unsigned alignments[sizeof...(A) + 1] = {(unsigned)alignof(A)..., 0};
    static constexpr unsigned char pointers[sizeof...(A) + 1] = {StandinIsPointer<A>::value..., 0};
    static constexpr unsigned count = sizeof...(A);
    template <int... I>
    static void start(void (*kernel)(A...), void** p, StandinIndices<I...>) {
        standinStart();
        do kernel(*(A*)p[I]...);
        while (standinNext());
    }
    static void run(void* kernel, void** parameters) {
        start((void (*)(A...))kernel, parameters, typename StandinCount<sizeof...(A)>::Indices());
    }
};
#define STANDIN_KERNEL(name, ...)                                                                         \
    {name, StandinEntry<decltype(&(__VA_ARGS__))>::run, (void*)&(__VA_ARGS__),                            \
     StandinEntry<decltype(&(__VA_ARGS__))>::count, StandinEntry<decltype(&(__VA_ARGS__))>::sizes,        \
     StandinEntry<decltype(&(__VA_ARGS__))>::alignments, StandinEntry<decltype(&(__VA_ARGS__))>::pointers}

#include "standin_math.h"
#include "standin_ptx.h"
