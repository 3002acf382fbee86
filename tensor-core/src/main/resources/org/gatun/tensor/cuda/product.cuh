#pragma once
#include "numbers.cuh"
// Products of matrices with any strides: of integers, which wrap around, and of matrices too large for cuBLAS.

// The type that products are summed in; overflow of unsigned integers is defined.
template <class T>
struct SumType {
    typedef u32 type;
};

template <>
struct SumType<i64> {
    typedef u64 type;
};

template <>
struct SumType<float> {
    typedef float type;
};

template <>
struct SumType<double> {
    typedef double type;
};

template <>
struct SumType<bf16> {
    typedef float type;
};

template <>
struct SumType<f16> {
    typedef float type;
};

// c = a b for `count` pairs of matrices, m by k and k by n; strides and the steps from pair to pair are in elements,
// and the results lie row by row.
struct Product {
    const void* a;
    const void* b;
    void* c;
    i64 count, m, n, k;
    i64 stepA, rowA, columnA;
    i64 stepB, rowB, columnB;
    i64 stepC;
};

// A tile of the result for a block of 256 threads, 4 by 4 elements for each of them.
template <class T>
static __device__ __forceinline__ void product(const Product& args) {
    typedef typename SumType<T>::type Sum;
    constexpr int side = 64;
    constexpr int depth = 16;
    constexpr int each = 4;
    constexpr int threads = 256;
    __shared__ Sum left[depth][side + 1];
    __shared__ Sum right[depth][side + 1];
    const int x = (int)threadIdx.x % 16;
    const int y = (int)threadIdx.x / 16;
    const i64 across = (args.n + side - 1) / side;
    const i64 tiles = (args.m + side - 1) / side * across;
    for (i64 tile = blockIdx.x; tile < args.count * tiles; tile += gridDim.x) {
        const i64 pair = tile / tiles;
        const i64 top = tile % tiles / across * side;
        const i64 start = tile % across * side;
        const T* const a = static_cast<const T*>(args.a) + pair * args.stepA;
        const T* const b = static_cast<const T*>(args.b) + pair * args.stepB;
        Sum sums[each][each] = {};
        for (i64 from = 0; from < args.k; from += depth) {
            __syncthreads();
            for (int e = (int)threadIdx.x; e < side * depth; e += threads) {
                // Neighbouring threads read neighbouring elements, whichever axis they lie along.
                const int i = args.columnA == 1 ? e / depth : e % side;
                const int p = args.columnA == 1 ? e % depth : e / side;
                const i64 row = top + i;
                const i64 inner = from + p;
                const bool there = row < args.m && inner < args.k;
                left[p][i] = there ? (Sum)toWide(a[row * args.rowA + inner * args.columnA]) : (Sum)0;
            }
            for (int e = (int)threadIdx.x; e < side * depth; e += threads) {
                const int j = args.rowB == 1 ? e / depth : e % side;
                const int p = args.rowB == 1 ? e % depth : e / side;
                const i64 column = start + j;
                const i64 inner = from + p;
                const bool there = column < args.n && inner < args.k;
                right[p][j] = there ? (Sum)toWide(b[inner * args.rowB + column * args.columnB]) : (Sum)0;
            }
            __syncthreads();
#pragma unroll
            for (int p = 0; p < depth; p++) {
                Sum other[each];
#pragma unroll
                for (int j = 0; j < each; j++) {
                    other[j] = right[p][x + 16 * j];
                }
#pragma unroll
                for (int i = 0; i < each; i++) {
                    const Sum factor = left[p][y + 16 * i];
#pragma unroll
                    for (int j = 0; j < each; j++) {
                        sums[i][j] += factor * other[j];
                    }
                }
            }
        }
        T* const c = static_cast<T*>(args.c) + pair * args.stepC;
#pragma unroll
        for (int i = 0; i < each; i++) {
#pragma unroll
            for (int j = 0; j < each; j++) {
                const i64 row = top + y + 16 * i;
                const i64 column = start + x + 16 * j;
                if (row < args.m && column < args.n) {
                    c[row * args.n + column] = fromWide<T>((Wide<T>)sums[i][j]);
                }
            }
        }
    }
}
