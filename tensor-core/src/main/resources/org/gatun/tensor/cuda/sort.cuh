#pragma once
#include "layout.cuh"
// Sorting of rows: each element has a key, an unsigned number in the wanted order, and its index; tiles are sorted by counting, then merged.

static constexpr int tileSize = 256;

template <class Bits, class Number>
static __device__ __forceinline__ u64 floatingKey(Bits bits, Number x, int sign) {
    if (x != x) {
        return ~0ull;  // NaN is the largest
    }
    if (x == 0) {
        return 1ull << sign;  // -0 equals 0
    }
    return (u64)(bits >> sign & 1 ? (Bits)~bits : (Bits)(bits | (Bits)1 << sign));
}

static __device__ __forceinline__ u64 keyOf(float x) {
    return floatingKey((u32)__float_as_int(x), x, 31);
}

static __device__ __forceinline__ u64 keyOf(double x) {
    return floatingKey((u64)__double_as_longlong(x), x, 63);
}

static __device__ __forceinline__ u64 keyOf(bf16 x) {
    return keyOf(toWide(x));
}

static __device__ __forceinline__ u64 keyOf(f16 x) {
    return keyOf(toWide(x));
}

static __device__ __forceinline__ u64 keyOf(i64 x) {
    return (u64)x ^ 1ull << 63;
}

static __device__ __forceinline__ u64 keyOf(i32 x) {
    return keyOf((i64)x);
}

static __device__ __forceinline__ u64 keyOf(i16 x) {
    return keyOf((i64)x);
}

static __device__ __forceinline__ u64 keyOf(i8 x) {
    return keyOf((i64)x);
}

static __device__ __forceinline__ u64 keyOf(u8 x) {
    return x;
}

static __device__ __forceinline__ u64 keyOf(bool x) {
    return x;
}

// A block sorts a tile of a row: the place of an element is the number of those before it.
template <class T, int axes>
struct SortTiles {
    i64 rows;
    i64 length;
    const T* x;
    u64* keys;
    i64* indices;
    i64 descending;
    i64 stride;  // along the row
    Places<axes, 1> places;
};

template <class T, int axes>
static __device__ __forceinline__ void sortTiles(const SortTiles<T, axes>& a) {
    __shared__ u64 keys[tileSize];
    const i64 tiles = (a.length + tileSize - 1) / tileSize;
    for (i64 tile = blockIdx.x; tile < a.rows * tiles; tile += gridDim.x) {
        const i64 row = tile / tiles;
        const i64 first = (tile - row * tiles) * tileSize;
        const int count = (int)min((i64)tileSize, a.length - first);
        const int k = (int)threadIdx.x;
        i64 at[1];
        a.places.of(row, at);
        if (k < count) {
            const u64 key = keyOf(a.x[at[0] + (first + k) * a.stride]);
            keys[k] = a.descending ? ~key : key;
        }
        __syncthreads();
        if (k < count) {
            const u64 key = keys[k];
            int before = 0;
            for (int j = 0; j < count; j++) {
                before += keys[j] < key || (keys[j] == key && j < k);
            }
            const i64 place = row * a.length + first + before;
            a.keys[place] = key;
            a.indices[place] = first + k;
        }
        __syncthreads();
    }
}

// Merges neighbouring sorted runs of each row; of equal keys those of the first run stay first.
struct MergeRuns {
    i64 n;
    i64 length;
    i64 run;
    const u64* keys;
    const i64* indices;
    u64* mergedKeys;
    i64* mergedIndices;
};

// How many of the sorted keys from `first` to `end` are below a key, or below or equal.
static __device__ __forceinline__ i64 countBelow(const u64* keys, i64 first, i64 end, u64 key, bool orEqual) {
    i64 low = first;
    i64 high = end;
    while (low < high) {
        const i64 middle = low + (high - low) / 2;
        const bool below = keys[middle] < key || (orEqual && keys[middle] == key);
        low = below ? middle + 1 : low;
        high = below ? high : middle;
    }
    return low - first;
}

static __device__ __forceinline__ void mergeRuns(const MergeRuns& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.n; i += step) {
        const i64 row = i / a.length;
        const i64 begin = row * a.length;
        const i64 place = i - begin;
        const i64 pair = place / (2 * a.run) * (2 * a.run);
        const i64 middle = min(pair + a.run, a.length);
        const i64 end = min(pair + 2 * a.run, a.length);
        const u64 key = a.keys[i];
        const bool inFirst = place < middle;
        const i64 others = inFirst ? countBelow(a.keys + begin, middle, end, key, false)
                                   : countBelow(a.keys + begin, pair, middle, key, true);
        const i64 own = inFirst ? place - pair : place - middle;
        const i64 target = begin + pair + own + others;
        a.mergedKeys[target] = key;
        a.mergedIndices[target] = a.indices[i];
    }
}

// The values that the first indices of each row name, and the indices, in contiguous memory whose rows are (outer, inner).
template <class T, int axes>
struct TakeSorted {
    i64 n;
    i64 length;
    i64 taken;
    i64 inner;
    const T* x;
    const i64* indices;
    T* values;
    i64* result;
    i64 stride;
    Places<axes, 1> places;
};

template <class T, int axes>
static __device__ __forceinline__ void takeSorted(const TakeSorted<T, axes>& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.n; i += step) {
        const i64 inner = i % a.inner;
        const i64 rest = i / a.inner;
        const i64 k = rest % a.taken;
        const i64 row = rest / a.taken * a.inner + inner;
        const i64 index = a.indices[row * a.length + k];
        i64 at[1];
        a.places.of(row, at);
        a.values[i] = a.x[at[0] + index * a.stride];
        a.result[i] = index;
    }
}
