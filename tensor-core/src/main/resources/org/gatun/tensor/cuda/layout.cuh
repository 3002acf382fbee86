#pragma once
#include "numbers.cuh"
// Places of elements in memory by strides.

// The axes of `count` layouts of one shape, the last axis first; those that are not there have size 1.
template <int axes, int count>
struct Places {
    i64 size[axes];
    i64 stride[count][axes];

    // The offsets, in elements, of the i-th element row by row.
    __device__ __forceinline__ void of(i64 i, i64 (&at)[count]) const {
        for (int k = 0; k < count; k++) {
            at[k] = 0;
        }
        i64 rest = i;
        for (int axis = 0; axis < axes && rest > 0; axis++) {
            const i64 length = size[axis];
            i64 next;
            i64 place;
            if ((rest | length) >> 31 == 0) {
                next = (u32)rest / (u32)length;
                place = (u32)rest - (u32)next * (u32)length;
            } else {
                next = rest / length;
                place = rest - next * length;
            }
            rest = next;
            for (int k = 0; k < count; k++) {
                at[k] += place * stride[k][axis];
            }
        }
    }
};
