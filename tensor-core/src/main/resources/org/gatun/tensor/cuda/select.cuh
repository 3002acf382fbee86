#pragma once
#include "sort.cuh"
// The k smallest of each row's n elements by their keys, without sorting them: digit by digit, from the highest on, the
// key of the k-th is found by counting; then those below it, and as many of its equals as there is room for, are
// collected in the order of their places.

constexpr int SELECT_AHEAD = 4;

// Of a row: the digits found so far of the key of the k-th element, and how many elements' keys are smaller in these.
struct Selected {
    u64 key;
    i64 smaller;
};

// A task is a chunk of a row. `chosen` has for each row, kind (smaller keys, equal ones) and chunk how many of them the
// chunk has, then how many the chunks before it have; `totals` the sums.
struct Selecting {
    const void* from;
    Selected* selected;
    i64* counts;  // of each row and digit; 0 before each round
    i64* chosen;
    i64* totals;
    void* values;  // rows of k; null if only the place of the k-th is asked for
    i64* places;   // rows of k, or of 1
    i64 rows, n, k, flip, shift, chunks, chunk;
};

// Calls `body` for the elements from..to, several of which are read at once.
template <class T, class K, class F>
static __device__ __forceinline__ void forKeys(const T* row, i64 from, i64 to, i64 flip, const F& body) {
    i64 i = from + threadIdx.x;
    for (; i + (SELECT_AHEAD - 1) * SORT_THREADS < to; i += SELECT_AHEAD * SORT_THREADS) {
        T x[SELECT_AHEAD];
#pragma unroll
        for (int k = 0; k < SELECT_AHEAD; k++) {
            x[k] = row[i + k * SORT_THREADS];
        }
#pragma unroll
        for (int k = 0; k < SELECT_AHEAD; k++) {
            body(flippedKey<K>(x[k], flip));
        }
    }
    for (; i < to; i += SORT_THREADS) {
        body(flippedKey<K>(row[i], flip));
    }
}

// A round: counts the digits of keys that begin with those found so far.
template <class T, class K>
static __device__ __forceinline__ void countKeys(const Selecting& a) {
    __shared__ u32 counts[DIGITS];
    const int above = (int)a.shift + 8;
    const K mask = above >= 8 * (int)sizeof(K) ? 0 : ~(K)0 << above;
    for (i64 task = blockIdx.x; task < a.rows * a.chunks; task += gridDim.x) {
        const i64 row = task / a.chunks;
        const i64 from = task % a.chunks * a.chunk;
        const i64 to = from + a.chunk < a.n ? from + a.chunk : a.n;
        const K key = (K)a.selected[row].key;
        counts[threadIdx.x] = 0;
        __syncthreads();
        forKeys<T, K>(static_cast<const T*>(a.from) + row * a.n, from, to, a.flip, [&](const K other) {
            if (((other ^ key) & mask) == 0) {
                atomicAdd(&counts[digitOf(other, a.shift)], 1u);
            }
        });
        __syncthreads();
        if (counts[threadIdx.x] != 0) {
            // In any order: sums of whole numbers.
            atomicAdd(reinterpret_cast<u64*>(a.counts + row * DIGITS + threadIdx.x), (u64)counts[threadIdx.x]);
        }
        __syncthreads();
    }
}

// Ends a round: a block finds the digit of a row in which the k-th element is.
static __device__ __forceinline__ void chooseDigit(const Selecting& a) {
    __shared__ i64 shared[SORT_WARPS];
    for (i64 row = blockIdx.x; row < a.rows; row += gridDim.x) {
        const Selected selected = a.selected[row];
        const i64 count = a.counts[row * DIGITS + threadIdx.x];
        i64 all;
        const i64 smaller = selected.smaller + sumBefore(count, shared, all);
        a.counts[row * DIGITS + threadIdx.x] = 0;
        if (smaller < a.k && a.k <= smaller + count) {
            a.selected[row] = Selected{selected.key | (u64)threadIdx.x << a.shift, smaller};
        }
    }
}

// Counts keys that are smaller than the k-th element's, and its equals.
template <class T, class K>
static __device__ __forceinline__ void countChosen(const Selecting& a) {
    __shared__ i64 shared[SORT_WARPS];
    for (i64 task = blockIdx.x; task < a.rows * a.chunks; task += gridDim.x) {
        const i64 row = task / a.chunks;
        const i64 chunk = task % a.chunks;
        const i64 from = chunk * a.chunk;
        const i64 to = from + a.chunk < a.n ? from + a.chunk : a.n;
        const K key = (K)a.selected[row].key;
        i64 smaller = 0;
        i64 equal = 0;
        forKeys<T, K>(static_cast<const T*>(a.from) + row * a.n, from, to, a.flip, [&](const K other) {
            smaller += other < key;
            equal += other == key;
        });
        i64 all;
        sumBefore(smaller, shared, all);
        if (threadIdx.x == 0) {
            a.chosen[row * 2 * a.chunks + chunk] = all;
        }
        sumBefore(equal, shared, all);
        if (threadIdx.x == 0) {
            a.chosen[(row * 2 + 1) * a.chunks + chunk] = all;
        }
    }
}

static __device__ __forceinline__ void sumChosen(const Selecting& a) {
    __shared__ i64 shared[SORT_WARPS];
    for (i64 item = blockIdx.x; item < a.rows * 2; item += gridDim.x) {
        const i64 total = sumTiles(a.chosen + item * a.chunks, a.chunks, shared);
        if (threadIdx.x == 0) {
            a.totals[item] = total;
        }
    }
}

// Collects the chosen elements and their places.
template <class T, class K>
static __device__ __forceinline__ void collect(const Selecting& a) {
    __shared__ i64 shared[SORT_WARPS];
    for (i64 task = blockIdx.x; task < a.rows * a.chunks; task += gridDim.x) {
        const i64 row = task / a.chunks;
        const i64 chunk = task % a.chunks;
        const i64* const smallerBefore = a.chosen + row * 2 * a.chunks + chunk;
        const i64* const equalBefore = smallerBefore + a.chunks;
        const bool last = chunk == a.chunks - 1;
        i64 smaller = smallerBefore[0];
        i64 equal = equalBefore[0];
        const Selected selected = a.selected[row];
        const i64 room = a.k - selected.smaller;
        const i64 smallerEnd = last ? a.totals[row * 2] : smallerBefore[1];
        const i64 equalEnd = last ? a.totals[row * 2 + 1] : equalBefore[1];
        const bool any = smallerEnd > smaller || (equal < room && equalEnd > equal);
        const K key = (K)selected.key;
        const T* const x = static_cast<const T*>(a.from) + row * a.n;
        const i64 end = (chunk + 1) * a.chunk < a.n ? (chunk + 1) * a.chunk : a.n;
        for (i64 from = chunk * a.chunk; any && from < end; from += TILE) {
            const i64 begin = from + threadIdx.x * TILE_ITEMS;
            K keys[TILE_ITEMS];
            // Both counts in one number: a tile has fewer than 2^32 of each.
            i64 both = 0;
#pragma unroll
            for (int k = 0; k < TILE_ITEMS; k++) {
                keys[k] = begin + k < end ? flippedKey<K>(x[begin + k], a.flip) : ~(K)0;
                const bool there = begin + k < end;
                both += there && keys[k] < key ? 1ll : there && keys[k] == key ? 1ll << 32 : 0;
            }
            i64 all;
            const i64 before = sumBefore(both, shared, all);
            i64 rank = smaller + (before & 0xffffffffll);
            i64 equals = equal + (before >> 32);
#pragma unroll
            for (int k = 0; k < TILE_ITEMS; k++) {
                const bool there = begin + k < end;
                const bool isEqual = there && keys[k] == key;
                const bool isSmaller = there && keys[k] < key;
                if (a.values != nullptr && (isSmaller || (isEqual && equals < room))) {
                    const i64 to = row * a.k + rank + (equals < room ? equals : room);
                    static_cast<T*>(a.values)[to] = x[begin + k];
                    a.places[to] = begin + k;
                }
                if (a.values == nullptr && isEqual && equals == room - 1) {
                    a.places[row] = begin + k;
                }
                rank += isSmaller ? 1 : 0;
                equals += isEqual ? 1 : 0;
            }
            smaller += all & 0xffffffffll;
            equal += all >> 32;
        }
    }
}

// Places among the collected elements become places in the rows.
static __device__ __forceinline__ void placesInRows(const PickedRows& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.rows * a.k; i += step) {
        a.indices[i] = a.order[i / a.k * a.k + a.indices[i]];
    }
}
