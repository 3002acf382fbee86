#pragma once
#include "faults.cuh"
#include "layout.cuh"
// Elements picked and placed by an index along an axis.

// The element that an index names along an axis of a size, counted from the end if it is negative; -1 if there is none.
static __device__ __forceinline__ i64 placeOf(i64 index, i64 size) {
    const i64 place = index < 0 ? index + size : index;
    return place >= 0 && place < size ? place : -1;
}

// What a kernel does that met an index out of range: it names the first in order, whichever it met.
template <class A>
static __device__ inline void reportFirst(const A& a) {
    // The record lies in the host's memory: many threads may come here, and one is enough.
    if (a.faults->taken != 0) {
        return;
    }
    for (i64 number = 0; number < a.indices; number++) {
        const i64 index = a.indexOf(number);
        if (placeOf(index, a.size) < 0) {
            reportFault(Faults{a.faults, a.site}, index, number);
            return;
        }
    }
}

// result[i] = x[i with the place along the axis that index[i] names]; the layouts are those of the index and of x without the axis.
template <class T, int axes>
struct Gather {
    i64 n;
    FaultRecord* faults;
    i64 site;
    const T* x;
    const i64* index;
    T* result;
    i64 size;
    i64 stride;
    i64 indices;  // how many there are
    i64 apart;    // elements from one that an index picks to the first that the next picks
    Places<axes, 2> places;

    __device__ __forceinline__ i64 indexOf(i64 number) const {
        i64 at[2];
        places.of(number * apart, at);
        return index[at[0]];
    }
};

template <class T, int axes>
static __device__ __forceinline__ void gather(const Gather<T, axes>& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.n; i += step) {
        i64 at[2];
        a.places.of(i, at);
        const i64 index = a.index[at[0]];
        const i64 place = placeOf(index, a.size);
        if (place < 0) {
            reportFirst(a);
        }
        a.result[i] = place < 0 ? T{} : a.x[at[1] + place * a.stride];
    }
}

// For each line along the axis, one element of the index after the other: result[place] = source, or += source. A thread does so for a
// part of the places of a line, so that no two threads write one element and the order is that of the index.
template <class T, int axes>
struct Scatter {
    i64 lines;
    FaultRecord* faults;
    i64 site;
    const T* source;
    const i64* index;
    T* result;
    i64 count;         // elements of the index along the axis
    i64 size;          // places along the axis
    i64 parts;         // into which the places are cut
    i64 indexStride;
    i64 sourceStride;
    i64 resultStride;
    i64 indices;       // how many there are
    i64 apart;         // lines between neighbours along the axis, row by row
    Places<axes, 3> places;

    __device__ __forceinline__ i64 indexOf(i64 number) const {
        const i64 row = number / apart;
        i64 at[3];
        places.of(row / count * apart + number % apart, at);
        return index[at[0] + row % count * indexStride];
    }
};

template <bool add, class T, int axes>
static __device__ __forceinline__ void scatter(const Scatter<T, axes>& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    const i64 length = (a.size + a.parts - 1) / a.parts;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.lines * a.parts; i += step) {
        const i64 part = i / a.lines;
        i64 at[3];
        a.places.of(i - part * a.lines, at);
        const i64 first = part * length;
        const i64 end = first + length;
        for (i64 k = 0; k < a.count; k++) {
            const i64 index = a.index[at[0] + k * a.indexStride];
            const i64 place = placeOf(index, a.size);
            if (place < 0 && part == 0) {
                reportFirst(a);
            }
            if (place >= first && place < end) {
                T* const target = a.result + at[2] + place * a.resultStride;
                const T value = a.source[at[1] + k * a.sourceStride];
                *target = add ? (T)(*target + value) : value;
            }
        }
    }
}
