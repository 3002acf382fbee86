#pragma once
#include "numbers.cuh"
// Stable sorting of rows by keys that are unsigned numbers: short rows in shared memory, longer ones by radix.

// ---- elements as keys in their order: NaN, all of one kind, above everything else, and the two zeros equal ----

// Of a floating number of so many bits, given its bits and those of its format's infinity.
template <class K>
static __device__ __forceinline__ K floatingKey(const K bits, const K infinity, const int width) {
    const K sign = (K)1 << (width - 1);
    const K magnitude = bits & (sign - 1);
    if (magnitude > infinity) {
        return sign | (sign - 1);
    }
    // Of negative numbers, the larger magnitude is the smaller number.
    return (bits & sign) != 0 ? sign - magnitude : sign + magnitude;
}

static __device__ __forceinline__ u32 orderKey(const float x) {
    return floatingKey<u32>((u32)__float_as_int(x), 0x7f800000u, 32);
}

static __device__ __forceinline__ u64 orderKey(const double x) {
    return floatingKey<u64>((u64)__double_as_longlong(x), 0x7ff0000000000000ull, 64);
}

static __device__ __forceinline__ u32 orderKey(const bf16 x) {
    return floatingKey<u32>(x.bits, 0x7f80u, 16);
}

static __device__ __forceinline__ u32 orderKey(const f16 x) {
    return floatingKey<u32>(x.bits, 0x7c00u, 16);
}

static __device__ __forceinline__ u64 orderKey(const i64 x) {
    return (u64)x ^ 0x8000000000000000ull;
}

static __device__ __forceinline__ u32 orderKey(const i32 x) {
    return (u32)x ^ 0x80000000u;
}

static __device__ __forceinline__ u32 orderKey(const i16 x) {
    return (u32)(x + 0x8000);
}

static __device__ __forceinline__ u32 orderKey(const i8 x) {
    return (u32)(x + 0x80);
}

static __device__ __forceinline__ u32 orderKey(const u8 x) {
    return x;
}

static __device__ __forceinline__ u32 orderKey(const bool x) {
    return x ? 1u : 0u;
}

// The key that sorts an element the other way round if `flip` is all ones; equal elements keep equal keys.
template <class K, class T>
static __device__ __forceinline__ K flippedKey(const T x, const i64 flip) {
    return orderKey(x) ^ (K)flip;
}

// ---- short rows ----

// The pairs that a block sorts at once, of one row or of several.
constexpr int SHORT_ROW = 2048;

// The first k of the n elements of each row, in order, and their indices; `room` is the power of two from n on.
struct ShortRows {
    const void* from;
    void* values;
    i64* indices;
    i64 rows, n, k, room, flip;
};

// Sorts rows of up to SHORT_ROW elements, whole rows in a block, by a bitonic network. The index breaks ties.
template <class T, class K>
static __device__ __forceinline__ void sortShortRows(const ShortRows& a) {
    __shared__ K keys[SHORT_ROW];
    __shared__ unsigned short places[SHORT_ROW];
    const T* const from = static_cast<const T*>(a.from);
    T* const values = static_cast<T*>(a.values);
    const int room = (int)a.room;
    const i64 rowsOfBlock = SHORT_ROW / room;
    const int threads = blockDim.x;
    for (i64 first = blockIdx.x * rowsOfBlock; first < a.rows; first += gridDim.x * rowsOfBlock) {
        for (int i = threadIdx.x; i < SHORT_ROW; i += threads) {
            const i64 row = first + i / room;
            const int place = i % room;
            const bool there = row < a.rows && place < a.n;
            // What is no element comes last: its place is behind all others.
            keys[i] = there ? flippedKey<K>(from[row * a.n + place], a.flip) : ~(K)0;
            places[i] = (unsigned short)place;
        }
        __syncthreads();
        for (int size = 2; size <= room; size *= 2) {
            for (int distance = size / 2; distance > 0; distance /= 2) {
                for (int pair = threadIdx.x; pair < SHORT_ROW / 2; pair += threads) {
                    const int low = pair / distance * 2 * distance + pair % distance;
                    const int high = low + distance;
                    const K lowKey = keys[low];
                    const K highKey = keys[high];
                    const unsigned short lowPlace = places[low];
                    const unsigned short highPlace = places[high];
                    const bool after = lowKey > highKey || (lowKey == highKey && lowPlace > highPlace);
                    const bool rising = (low % room & size) == 0;
                    if (after == rising) {
                        keys[low] = highKey;
                        keys[high] = lowKey;
                        places[low] = highPlace;
                        places[high] = lowPlace;
                    }
                }
                __syncthreads();
            }
        }
        for (int i = threadIdx.x; i < SHORT_ROW; i += threads) {
            const i64 row = first + i / room;
            const int rank = i % room;
            if (row < a.rows && rank < a.k) {
                values[row * a.k + rank] = from[row * a.n + places[i]];
                a.indices[row * a.k + rank] = places[i];
            }
        }
        __syncthreads();
    }
}

// ---- long rows: a round for each 8 bits of the keys, from the lowest on ----

constexpr int SORT_THREADS = 256;
constexpr int SORT_WARPS = SORT_THREADS / 32;
constexpr int TILE_ITEMS = 8;
constexpr int TILE = SORT_THREADS * TILE_ITEMS;
constexpr int DIGITS = 256;

struct RowKeys {
    const void* from;
    void* keys;
    i64 items, flip;
};

template <class T, class K>
static __device__ __forceinline__ void rowKeys(const RowKeys& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.items; i += step) {
        static_cast<K*>(a.keys)[i] = flippedKey<K>(static_cast<const T*>(a.from)[i], a.flip);
    }
}

// A round. `counts` has for each row, digit and tile first how often the tile has the digit, then how often the tiles
// before it do; `totals` has the sums over tiles. Null `fromIndices` stand for 0, 1, 2 and so on; null `toKeys` for
// keys that nobody needs.
struct RadixRound {
    const void* fromKeys;
    const i64* fromIndices;
    void* toKeys;
    i64* toIndices;
    i64* counts;
    i64* totals;
    i64 rows, n, tiles, shift;
};

template <class K>
static __device__ __forceinline__ int digitOf(const K key, const i64 shift) {
    return (int)(key >> (int)shift) & (DIGITS - 1);
}

// A block counts the digits of a tile.
template <class K>
static __device__ __forceinline__ void countDigits(const RadixRound& a) {
    __shared__ u32 counts[DIGITS];
    for (i64 item = blockIdx.x; item < a.rows * a.tiles; item += gridDim.x) {
        const i64 row = item / a.tiles;
        const i64 tile = item % a.tiles;
        const K* const keys = static_cast<const K*>(a.fromKeys) + row * a.n;
        counts[threadIdx.x] = 0;
        __syncthreads();
        for (int j = 0; j < TILE_ITEMS; j++) {
            const i64 i = tile * TILE + j * SORT_THREADS + threadIdx.x;
            if (i < a.n) {
                atomicAdd(&counts[digitOf(keys[i], a.shift)], 1u);
            }
        }
        __syncthreads();
        a.counts[(row * DIGITS + threadIdx.x) * a.tiles + tile] = counts[threadIdx.x];
        __syncthreads();
    }
}

// The sum of the values of the block's threads before this one; `all` becomes the sum of all. Uses SORT_WARPS + 1
// places of `shared`.
static __device__ __forceinline__ i64 sumBefore(const i64 value, i64* const shared, i64& all) {
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    i64 sum = value;
    for (int distance = 1; distance < 32; distance *= 2) {
        const i64 other = __shfl_up_sync(0xffffffffu, sum, distance);
        sum += lane >= distance ? other : 0;
    }
    if (lane == 31) {
        shared[warp] = sum;
    }
    __syncthreads();
    i64 before = 0;
    all = 0;
    for (int w = 0; w < SORT_WARPS; w++) {
        before += w < warp ? shared[w] : 0;
        all += shared[w];
    }
    __syncthreads();
    return before + sum - value;
}

// A block turns counts of tiles into sums over the tiles before each; the sum over all.
static __device__ __forceinline__ i64 sumTiles(i64* const counts, const i64 tiles, i64* const shared) {
    i64 done = 0;
    for (i64 first = 0; first < tiles; first += SORT_THREADS) {
        const i64 tile = first + threadIdx.x;
        i64 all;
        const i64 before = sumBefore(tile < tiles ? counts[tile] : 0, shared, all);
        if (tile < tiles) {
            counts[tile] = done + before;
        }
        done += all;
    }
    return done;
}

// A block sums up the counts of a digit over the tiles of a row.
static __device__ __forceinline__ void sumCounts(const RadixRound& a) {
    __shared__ i64 shared[SORT_WARPS];
    for (i64 item = blockIdx.x; item < a.rows * DIGITS; item += gridDim.x) {
        const i64 total = sumTiles(a.counts + item * a.tiles, a.tiles, shared);
        if (threadIdx.x == 0) {
            a.totals[item] = total;
        }
    }
}

// A block moves the pairs of a tile to their places. Each warp has a stretch of the tile, 32 neighbours at a time.
template <class K>
static __device__ __forceinline__ void moveDigits(const RadixRound& a) {
    __shared__ i64 shared[SORT_WARPS];
    __shared__ i64 begins[DIGITS];
    __shared__ u32 seen[SORT_WARPS][DIGITS];
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;
    for (i64 item = blockIdx.x; item < a.rows * a.tiles; item += gridDim.x) {
        const i64 row = item / a.tiles;
        const i64 tile = item % a.tiles;
        const K* const keys = static_cast<const K*>(a.fromKeys) + row * a.n;
        i64 all;
        const i64 smaller = sumBefore(a.totals[row * DIGITS + threadIdx.x], shared, all);
        begins[threadIdx.x] = smaller + a.counts[(row * DIGITS + threadIdx.x) * a.tiles + tile];
        for (int w = 0; w < SORT_WARPS; w++) {
            seen[w][threadIdx.x] = 0;
        }
        __syncthreads();
        K key[TILE_ITEMS];
        u32 rank[TILE_ITEMS];
        const i64 first = tile * TILE + warp * (32 * TILE_ITEMS) + lane;
#pragma unroll
        for (int j = 0; j < TILE_ITEMS; j++) {
            const i64 i = first + j * 32;
            const bool there = i < a.n;
            key[j] = there ? keys[i] : 0;
            // Lanes without a pair are alike, and unlike all others.
            const int digit = there ? digitOf(key[j], a.shift) : DIGITS;
            const u32 alike = __match_any_sync(0xffffffffu, digit);
            const u32 before = __popc(alike & ((1u << lane) - 1));
            rank[j] = there ? seen[warp][digit] + before : 0;
            __syncwarp();
            if (there && before == 0) {
                seen[warp][digit] += __popc(alike);
            }
            __syncwarp();
        }
        __syncthreads();
        u32 sum = 0;
        for (int w = 0; w < SORT_WARPS; w++) {
            const u32 count = seen[w][threadIdx.x];
            seen[w][threadIdx.x] = sum;
            sum += count;
        }
        __syncthreads();
#pragma unroll
        for (int j = 0; j < TILE_ITEMS; j++) {
            const i64 i = first + j * 32;
            if (i < a.n) {
                const int digit = digitOf(key[j], a.shift);
                const i64 to = row * a.n + begins[digit] + seen[warp][digit] + rank[j];
                a.toIndices[to] = a.fromIndices == nullptr ? i : a.fromIndices[row * a.n + i];
                if (a.toKeys != nullptr) {
                    static_cast<K*>(a.toKeys)[to] = key[j];
                }
            }
        }
        __syncthreads();
    }
}

// The first k of the order of each row's n elements.
struct PickedRows {
    const void* from;
    const i64* order;
    void* values;
    i64* indices;
    i64 rows, n, k;
};

template <class T>
static __device__ __forceinline__ void pickRows(const PickedRows& a) {
    const i64 step = (i64)gridDim.x * blockDim.x;
    for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < a.rows * a.k; i += step) {
        const i64 row = i / a.k;
        const i64 place = a.order[row * a.n + i % a.k];
        static_cast<T*>(a.values)[i] = static_cast<const T*>(a.from)[row * a.n + place];
        if (a.indices != a.order) {
            a.indices[i] = place;
        }
    }
}
