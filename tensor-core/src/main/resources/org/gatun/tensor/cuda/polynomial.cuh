#pragma once
#include "numbers.cuh"

// The coefficients from index `from` on, in powers of z.
template <class T, int N>
static __device__ __forceinline__ T polynomial(const T (&coefficients)[N], const int from, const T z) {
    T sum = coefficients[N - 1];
    for (int i = N - 2; i >= from; i--) {
        sum = fma(sum, z, coefficients[i]);
    }
    return sum;
}
