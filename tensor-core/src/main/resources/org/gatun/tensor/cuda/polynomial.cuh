#pragma once
#include "numbers.cuh"

// The coefficients from index `from` on, in powers of z.
template <int N>
static __device__ __forceinline__ double polynomial(const double (&coefficients)[N], const int from, const double z) {
    double sum = coefficients[N - 1];
    for (int i = N - 2; i >= from; i--) {
        sum = fma(sum, z, coefficients[i]);
    }
    return sum;
}
