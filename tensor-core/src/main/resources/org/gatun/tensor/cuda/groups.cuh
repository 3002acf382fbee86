#pragma once
#include "numbers.cuh"
// Threads that work together: values passed within a warp, and folds over a group of 1 to 32 lanes or a block of 256.

static __device__ __forceinline__ float fromLane(float x, int lane) { return __shfl_xor_sync(0xffffffffu, x, lane); }
static __device__ __forceinline__ double fromLane(double x, int lane) { return __shfl_xor_sync(0xffffffffu, x, lane); }
static __device__ __forceinline__ i64 fromLane(i64 x, int lane) { return __shfl_xor_sync(0xffffffffu, x, lane); }
static __device__ __forceinline__ i32 fromLane(i32 x, int lane) { return __shfl_xor_sync(0xffffffffu, x, lane); }
static __device__ __forceinline__ u8 fromLane(u8 x, int lane) {
    return (u8)__shfl_xor_sync(0xffffffffu, (i32)x, lane);
}
static __device__ __forceinline__ bool fromLane(bool x, int lane) {
    return __shfl_xor_sync(0xffffffffu, (i32)x, lane) != 0;
}

// The quotient of numbers that are not negative; in 32 bits, which is faster, where they allow it.
static __device__ __forceinline__ i64 quotient(i64 a, i64 b) {
    return (u64)(a | b) >> 32 == 0 ? (i64)((u32)a / (u32)b) : a / b;
}

// The fold over the threads of a group; each of them gets it. All threads of the block take part.
// Lanes: 1 to 32, a power of two, or the 256 of the block, which pass their warps' folds through `shared`.
template <class F>
static __device__ __forceinline__ typename F::Acc foldOfGroup(typename F::Acc acc, int lanes,
                                                              typename F::Acc* shared) {
    const int width = lanes < 32 ? lanes : 32;
    for (int lane = width / 2; lane > 0; lane /= 2) {
        acc = F::join(acc, fromLane(acc, lane));
    }
    if (lanes > 32) {
        if (threadIdx.x % 32 == 0) {
            shared[threadIdx.x / 32] = acc;
        }
        __syncthreads();
        acc = shared[threadIdx.x % 8];
        for (int lane = 4; lane > 0; lane /= 2) {
            acc = F::join(acc, fromLane(acc, lane));
        }
        __syncthreads();
    }
    return acc;
}
