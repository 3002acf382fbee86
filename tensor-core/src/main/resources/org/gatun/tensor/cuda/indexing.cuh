#pragma once
#include "faults.cuh"
#include "groups.cuh"
#include "numbers.cuh"
// Picking and placing elements by index along an axis. Tensors lie row by row as (outer, along the axis, inner).

static __device__ __forceinline__ i64 firstItem() {
    return (i64)blockIdx.x * blockDim.x + threadIdx.x;
}

static __device__ __forceinline__ i64 itemStep() {
    return (i64)gridDim.x * blockDim.x;
}

// ---- indices ----

// Indices from -size to size - 1, and what becomes of them; `first` begins above all positions and becomes the position
// of the first that is out of range.
struct IndexCheck {
    const i64* index;
    i64* places;
    i64* first;
    i64 items, size;
    FaultRecord* faults;
    i64 site;
};

// Places are indices from 0 on; -1 for one that is out of range, which nothing follows.
static __device__ __forceinline__ void checkIndices(const IndexCheck& a) {
    for (i64 i = firstItem(); i < a.items; i += itemStep()) {
        const i64 v = a.index[i];
        const bool inside = v >= -a.size && v < a.size;
        a.places[i] = inside ? (v < 0 ? v + a.size : v) : -1;
        if (!inside) {
            atomicMin(a.first, i);
        }
    }
}

static __device__ __forceinline__ void reportFirst(const IndexCheck& a) {
    const i64 first = *a.first;
    if (blockIdx.x == 0 && threadIdx.x == 0 && first < a.items) {
        reportFault(Faults{a.faults, a.site}, a.index[first], first);
    }
}

// ---- picking and placing ----

// `x` has `size` elements along the axis that `places` point along, `y` has `count`. An item is an element of `y`.
struct Indexed {
    void* x;
    const void* y;
    const i64* places;
    i64* winners;
    i64 items, size, count, inner;
};

// The element of `x` that an item of `y` with a place for each element belongs to; -1 for none.
static __device__ __forceinline__ i64 targetOf(const Indexed& a, const i64 item) {
    const i64 place = a.places[item];
    const i64 row = quotient(item, a.inner);
    return place < 0 ? -1 : (quotient(row, a.count) * a.size + place) * a.inner + (item - row * a.inner);
}

// Takes elements of `x` to those of `y`.
template <class T>
static __device__ __forceinline__ void gatherItems(const Indexed& a) {
    T* const y = static_cast<T*>(const_cast<void*>(a.y));
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 from = targetOf(a, item);
        y[item] = from < 0 ? T{} : static_cast<const T*>(a.x)[from];
    }
}

// The same with a place for each slice.
template <class T>
static __device__ __forceinline__ void selectSlices(const Indexed& a) {
    T* const y = static_cast<T*>(const_cast<void*>(a.y));
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 row = quotient(item, a.inner);
        const i64 outer = quotient(row, a.count);
        const i64 place = a.places[row - outer * a.count];
        const i64 from = (outer * a.size + place) * a.inner + (item - row * a.inner);
        y[item] = place < 0 ? T{} : static_cast<const T*>(a.x)[from];
    }
}

// The last item for each element of `x`; -1, as which they begin, for none.
static __device__ __forceinline__ void lastItems(const Indexed& a) {
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 to = targetOf(a, item);
        if (to >= 0) {
            atomicMax(a.winners + to, item);
        }
    }
}

// Overwrites elements of `x` by the last item for each.
template <class T>
static __device__ __forceinline__ void putItems(const Indexed& a) {
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 to = targetOf(a, item);
        if (to >= 0 && a.winners[to] == item) {
            static_cast<T*>(a.x)[to] = static_cast<const T*>(a.y)[item];
        }
    }
}

// ---- adding ----

static __device__ __forceinline__ void addAtomically(float* to, const float x) {
    atomicAdd(to, x);
}

static __device__ __forceinline__ void addAtomically(double* to, const double x) {
    atomicAdd(to, x);
}

static __device__ __forceinline__ void addAtomically(i64* to, const i64 x) {
    atomicAdd(reinterpret_cast<u64*>(to), (u64)x);
}

// Adds items to elements of `x` in any order, with a place for each item.
template <class T>
static __device__ __forceinline__ void addItemsAtomically(const Indexed& a) {
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 to = targetOf(a, item);
        if (to >= 0) {
            addAtomically(static_cast<T*>(a.x) + to, static_cast<const T*>(a.y)[item]);
        }
    }
}

// The same with a place for each slice.
template <class T>
static __device__ __forceinline__ void addSlicesAtomically(const Indexed& a) {
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 row = quotient(item, a.inner);
        const i64 outer = quotient(row, a.count);
        const i64 place = a.places[row - outer * a.count];
        if (place >= 0) {
            const i64 to = (outer * a.size + place) * a.inner + (item - row * a.inner);
            addAtomically(static_cast<T*>(a.x) + to, static_cast<const T*>(a.y)[item]);
        }
    }
}

// Targets of items as keys to sort by; those of no target have the largest key.
template <class K>
static __device__ __forceinline__ void targetKeys(const Indexed& a) {
    K* const keys = static_cast<K*>(a.x);
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        keys[item] = (K)targetOf(a, item);
    }
}

// Slices of `y`, `count` for each of several tables of `x`: the slices of `x` that they belong to, sorted, and the
// places of the slices in that order.
struct Segments {
    void* x;
    const void* y;
    const void* keys;
    const i64* order;
    i64 items, size, count, inner;
};

// Sums up the slices of equal keys in order, and rounds once. An item is an element of a slice; that of the first slice
// of a key sums.
template <class T, class K>
static __device__ __forceinline__ void addSegments(const Segments& a) {
    const K* const keys = static_cast<const K*>(a.keys);
    for (i64 item = firstItem(); item < a.items; item += itemStep()) {
        const i64 row = quotient(item, a.inner);
        const i64 column = item - row * a.inner;
        const i64 outer = quotient(row, a.count);
        const i64 begin = row - outer * a.count;
        const K key = keys[begin];
        if (key < (K)a.size && (begin == 0 || keys[begin - 1] != key)) {
            const T* const y = static_cast<const T*>(a.y) + outer * a.count * a.inner + column;
            Wide<T> sum = 0;
            for (i64 i = begin; i < a.count && keys[i] == key; i++) {
                sum += toWide(y[a.order[i] * a.inner]);
            }
            static_cast<T*>(a.x)[(outer * a.size + (i64)key) * a.inner + column] = fromWide<T>(sum);
        }
    }
}
