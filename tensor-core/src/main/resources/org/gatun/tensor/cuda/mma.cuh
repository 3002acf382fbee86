#pragma once
#include "numbers.cuh"
// Products on tensor cores of compute capability 8.0 and later (PTX ISA, "Matrix multiply-accumulate"), of 16-bit
// elements with sums in float. A warp holds matrices in pieces. With g = lane / 4 and t = lane % 4, and of two elements
// in a word the first in the low half:
//   a (16, 16): words (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8), each with the element to the right
//   b (16, 8):  words (2t, g), (2t + 8, g), each with the element below
//   d (16, 8):  floats (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1)
// The pieces of a sum d are those of a left factor a: two of them side by side, rounded.

// d += a b
template <class T>
struct TensorCore;

template <>
struct TensorCore<bf16> {
    static __device__ __forceinline__ void multiplyAdd(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
            "{%0, %1, %2, %3};"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
    // The roundings of two numbers, b in the low half.
    static __device__ __forceinline__ void round(u32& d, float a, float b) {
        asm volatile("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(a), "f"(b));
    }
};

template <>
struct TensorCore<f16> {
    static __device__ __forceinline__ void multiplyAdd(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {
        asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
            "{%0, %1, %2, %3};"
            : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
    static __device__ __forceinline__ void round(u32& d, float a, float b) {
        asm volatile("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(d) : "f"(a), "f"(b));
    }
};

template <class T>
static __device__ __forceinline__ u32 pairOf(float low, float high) {
    u32 pair;
    TensorCore<T>::round(pair, high, low);
    return pair;
}
