#pragma once
#include "attention.cuh"
#include "mma.cuh"
// Attention of 16-bit elements on tensor cores, as in attention.cuh: each of four warps has 16 rows of a block of 64,
// and scores stay in its registers. Rows of tiles in shared memory are 8 elements longer than the tile is wide, so that
// a warp's words lie in different banks.

// Two elements of a tile.
template <int width, class T>
static __device__ __forceinline__ u32 wordOfTile(const T* tile, int row, int column) {
    return *reinterpret_cast<const u32*>(tile + row * (width + 8) + column);
}

// Copies `rows` rows, from the first on, of a matrix with `count` rows of `columns` elements; zeros beyond.
template <int rows, int width, class T>
static __device__ __forceinline__ void loadNarrowTile(T* tile, const T* from, i64 first, i64 count, i64 columns,
                                                      i64 stride, bool vectors) {
    for (int e = (int)threadIdx.x; e < rows * width / 8; e += 128) {
        const int row = e / (width / 8);
        const int column = e % (width / 8) * 8;
        Vec<T, 8> x = {};
        if (first + row < count) {
            const T* const at = from + (first + row) * stride + column;
            if (vectors && column + 8 <= columns) {
                x = loadVector<8>(at, 0);
            } else {
#pragma unroll
                for (int k = 0; k < 8; k++) {
                    if (column + k < columns) {
                        x.at[k] = at[k];
                    }
                }
            }
        }
        storeVector<8>(tile + row * (width + 8) + column, 0, x);
    }
}

// A warp's part of a block of 64 rows by `others`.
template <class T, int others, int width>
struct WarpPart {
    static constexpr int tiles = others / 8;
    static constexpr int results = width / 8;
    int g, t, top;

    __device__ __forceinline__ WarpPart()
        : g((int)threadIdx.x % 32 / 4), t((int)threadIdx.x % 4), top((int)threadIdx.x / 32 * 16) {}

    // The row and column of a number of pieces of (16, others) in the block and in the tile.
    __device__ __forceinline__ int row(int e) const { return top + g + e / 2 * 8; }
    __device__ __forceinline__ int column(int j, int e) const { return 8 * j + 2 * t + e % 2; }

    // The products of the warp's rows with those of a tile.
    __device__ __forceinline__ void products(const T* own, const T* other, float (&sums)[tiles][4]) const {
#pragma unroll
        for (int j = 0; j < tiles; j++) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
                sums[j][e] = 0;
            }
        }
#pragma unroll
        for (int d = 0; d < width; d += 16) {
            u32 a[4];
#pragma unroll
            for (int w = 0; w < 4; w++) {
                a[w] = wordOfTile<width>(own, top + g + w % 2 * 8, d + 2 * t + w / 2 * 8);
            }
#pragma unroll
            for (int j = 0; j < tiles; j++) {
                const u32 b[2] = {wordOfTile<width>(other, 8 * j + g, d + 2 * t),
                                  wordOfTile<width>(other, 8 * j + g, d + 2 * t + 8)};
                TensorCore<T>::multiplyAdd(sums[j], a, b);
            }
        }
    }

    // Adds the rows of a tile with weights (16, others) to a result (16, width). A word of the tile holds neighbouring
    // columns of a row, and a word of the right factor neighbouring rows of a column: of 16 columns of the result, those
    // with even numbers are one product and those with odd numbers another.
    __device__ __forceinline__ void accumulate(const float (&weights)[tiles][4], const T* other,
                                               float (&sums)[results][4]) const {
#pragma unroll
        for (int m = 0; m < tiles; m += 2) {
            const u32 a[4] = {pairOf<T>(weights[m][0], weights[m][1]), pairOf<T>(weights[m][2], weights[m][3]),
                              pairOf<T>(weights[m + 1][0], weights[m + 1][1]),
                              pairOf<T>(weights[m + 1][2], weights[m + 1][3])};
#pragma unroll
            for (int c = 0; c < results; c += 2) {
                u32 even[2];
                u32 odd[2];
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    const int row = 8 * m + 2 * t + 8 * half;
                    const u32 upper = wordOfTile<width>(other, row, 8 * c + 2 * g);
                    const u32 lower = wordOfTile<width>(other, row + 1, 8 * c + 2 * g);
                    even[half] = (upper & 0xffffu) | lower << 16;
                    odd[half] = upper >> 16 | (lower & 0xffff0000u);
                }
                TensorCore<T>::multiplyAdd(sums[c], a, even);
                TensorCore<T>::multiplyAdd(sums[c + 1], a, odd);
            }
        }
    }

    // Writes a row of a result, that of g or, if `below`, of g + 8, times a factor.
    __device__ __forceinline__ void write(T* row, i64 count, const float (&sums)[results][4], int below,
                                          float factor) const {
#pragma unroll
        for (int c = 0; c < results; c += 2) {
            const int column = 8 * c + 4 * t;
            Vec<T, 4> stored;
#pragma unroll
            for (int e = 0; e < 4; e++) {
                stored.at[e] = fromWide<T>(sums[c + e % 2][2 * below + e / 2] * factor);
            }
            if (count % 4 == 0 && column < count) {
                storeVector<4>(row + column, 0, stored);
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    if (column + e < count) {
                        row[column + e] = stored.at[e];
                    }
                }
            }
        }
    }
};

// e^x; the product's rounding is far below that of 16 bits.
static __device__ __forceinline__ float powerOfE(float x) { return exp2f(x * 1.44269504f); }

// The sum, or the largest, over the four threads of a row.
static __device__ __forceinline__ float sumOfFour(float x) {
    x += fromLane(x, 1);
    return x + fromLane(x, 2);
}

static __device__ __forceinline__ float largestOfFour(float x) {
    x = largerOf(x, fromLane(x, 1));
    return largerOf(x, fromLane(x, 2));
}

// Makes products scores; where a tile is seen as a whole, without looking at each.
template <class T, int tiles, class P>
static __device__ __forceinline__ void toScores(const Scores<T>& scores, const P& part, bool ofKeys, i64 first,
                                                i64 from, int others, float (&s)[tiles][4]) {
    const i64 query = ofKeys ? from : first;
    const i64 key = ofKeys ? first : from;
    const int keys = ofKeys ? 64 : others;
    const bool whole = scores.kind == 0 && key + keys <= scores.keys && (!scores.causal || key + keys <= query + 1);
#pragma unroll
    for (int j = 0; j < tiles; j++) {
#pragma unroll
        for (int e = 0; e < 4; e++) {
            const int row = part.row(e);
            const int column = part.column(j, e);
            s[j][e] = whole ? s[j][e] * scores.scale
                            : scores.of(s[j][e], query + (ofKeys ? column : row), key + (ofKeys ? row : column));
        }
    }
}

// `tiles` holds (64 + 2 * others) * (width + 8) elements; there are 128 threads.
template <class T, int others, int width>
static __device__ __forceinline__ void attentionOnTensorCores(const Attention& a, void* tiles) {
    typedef WarpPart<T, others, width> P;
    T* const queries = static_cast<T*>(tiles);
    T* const keys = queries + 64 * (width + 8);
    T* const values = keys + others * (width + 8);
    const P part;
    const bool vectors = a.vectors != 0;
    const i64 blocks = (a.queries + 63) / 64;
    for (i64 task = blockIdx.x; task < a.batches * blocks; task += gridDim.x) {
        const i64 batch = quotient(task, blocks);
        const i64 first = (blocks - 1 - (task - batch * blocks)) * 64;
        i64 at[5];
        a.places.of(batch, at);
        const Scores<T> scores(a, at[3]);
        const i64 end = scores.causal && first + 64 < a.keys ? first + 64 : a.keys;
        __syncthreads();
        loadNarrowTile<64, width>(queries, static_cast<const T*>(a.q) + at[0], first, a.queries, a.width, a.rowQ,
                                  vectors);
        float max[2] = {-infinityOf(0.0f), -infinityOf(0.0f)};
        float sum[2] = {};
        float out[P::results][4] = {};
        for (i64 from = 0; from < end; from += others) {
            __syncthreads();
            loadNarrowTile<others, width>(keys, static_cast<const T*>(a.k) + at[1], from, a.keys, a.width, a.rowK,
                                          vectors);
            loadNarrowTile<others, width>(values, static_cast<const T*>(a.v) + at[2], from, a.keys, a.valueWidth,
                                          a.rowV, vectors);
            __syncthreads();
            float s[P::tiles][4];
            part.products(queries, keys, s);
            toScores(scores, part, false, first, from, others, s);
#pragma unroll
            for (int r = 0; r < 2; r++) {
                float largest = max[r];
#pragma unroll
                for (int j = 0; j < P::tiles; j++) {
                    largest = largerOf(largerOf(largest, s[j][2 * r]), s[j][2 * r + 1]);
                }
                largest = largestOfFour(largest);
                const float shift = shiftOfScores(largest);
                const float factor = powerOfE(max[r] - shift);
                max[r] = largest;
                sum[r] *= factor;
#pragma unroll
                for (int j = 0; j < P::tiles; j++) {
                    s[j][2 * r] = powerOfE(s[j][2 * r] - shift);
                    s[j][2 * r + 1] = powerOfE(s[j][2 * r + 1] - shift);
                    sum[r] += s[j][2 * r] + s[j][2 * r + 1];
                }
#pragma unroll
                for (int c = 0; c < P::results; c++) {
                    out[c][2 * r] *= factor;
                    out[c][2 * r + 1] *= factor;
                }
            }
            part.accumulate(s, values, out);
        }
#pragma unroll
        for (int r = 0; r < 2; r++) {
            const i64 query = first + part.row(2 * r);
            const float total = sumOfFour(sum[r]);
            if (query < a.queries) {
                const i64 row = batch * a.queries + query;
                part.write(static_cast<T*>(a.out) + row * a.valueWidth, a.valueWidth, out, r,
                           total == 0 ? 1.0f : 1 / total);
                if (part.t == 0) {
                    static_cast<float*>(a.shift)[row] = shiftOfScores(max[r]);
                    static_cast<float*>(a.log)[row] = total == 0 ? 0.0f : logf(total);
                }
            }
        }
    }
}

// What flows to queries (from keys and values), or to keys and values (from queries): the block's own rows are of the
// first. `tiles` holds 2 * (64 + others) * (width + 8) elements and 3 * others floats.
template <class T, int others, int width, bool ofKeys>
static __device__ __forceinline__ void attentionGradientOnTensorCores(const Attention& a, void* tiles) {
    typedef WarpPart<T, others, width> P;
    T* const own = static_cast<T*>(tiles);                     // queries, or keys
    T* const ownValues = own + 64 * (width + 8);               // g, or values
    T* const other = ownValues + 64 * (width + 8);             // keys, or queries
    T* const otherValues = other + others * (width + 8);       // values, or g
    float* const stored = reinterpret_cast<float*>(otherValues + others * (width + 8));  // of queries: shift, log, delta
    const P part;
    const bool vectors = a.vectors != 0;
    const i64 ownCount = ofKeys ? a.keys : a.queries;
    const i64 otherCount = ofKeys ? a.queries : a.keys;
    const i64 blocks = (ownCount + 63) / 64;
    for (i64 task = blockIdx.x; task < a.batches * blocks; task += gridDim.x) {
        const i64 batch = quotient(task, blocks);
        const i64 block = task - batch * blocks;
        const i64 first = (ofKeys ? block : blocks - 1 - block) * 64;
        i64 at[5];
        a.places.of(batch, at);
        const T* const q = static_cast<const T*>(a.q) + at[0];
        const T* const k = static_cast<const T*>(a.k) + at[1];
        const T* const v = static_cast<const T*>(a.v) + at[2];
        const T* const g = static_cast<const T*>(a.g) + at[4];
        const float* const rows[3] = {static_cast<const float*>(a.shift) + batch * a.queries,
                                      static_cast<const float*>(a.log) + batch * a.queries,
                                      static_cast<const float*>(a.delta) + batch * a.queries};
        const Scores<T> scores(a, at[3]);
        const i64 begin = ofKeys && scores.causal ? first : 0;
        const i64 end = !ofKeys && scores.causal && first + 64 < otherCount ? first + 64 : otherCount;
        __syncthreads();
        loadNarrowTile<64, width>(own, ofKeys ? k : q, first, ownCount, a.width, ofKeys ? a.rowK : a.rowQ, vectors);
        loadNarrowTile<64, width>(ownValues, ofKeys ? v : g, first, ownCount, a.valueWidth, ofKeys ? a.rowV : a.rowG,
                                  vectors);
        float ofRow[3][2];
#pragma unroll
        for (int n = 0; n < 3; n++) {
#pragma unroll
            for (int r = 0; r < 2; r++) {
                const i64 query = first + part.row(2 * r);
                ofRow[n][r] = !ofKeys && query < a.queries ? rows[n][query] : 0.0f;
            }
        }
        float result[P::results][4] = {};
        float resultOfValues[P::results][4] = {};
        for (i64 from = begin; from < end; from += others) {
            __syncthreads();
            loadNarrowTile<others, width>(other, ofKeys ? q : k, from, otherCount, a.width, ofKeys ? a.rowQ : a.rowK,
                                          vectors);
            loadNarrowTile<others, width>(otherValues, ofKeys ? g : v, from, otherCount, a.valueWidth,
                                          ofKeys ? a.rowG : a.rowV, vectors);
            if (ofKeys && threadIdx.x < others) {
                const i64 query = from + threadIdx.x;
#pragma unroll
                for (int n = 0; n < 3; n++) {
                    stored[n * others + threadIdx.x] = query < a.queries ? rows[n][query] : 0.0f;
                }
            }
            __syncthreads();
            float p[P::tiles][4];
            float d[P::tiles][4];
            part.products(own, other, p);
            part.products(ownValues, otherValues, d);
            toScores(scores, part, ofKeys, first, from, others, p);
#pragma unroll
            for (int j = 0; j < P::tiles; j++) {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    const int column = part.column(j, e);
                    const float shift = ofKeys ? stored[column] : ofRow[0][e / 2];
                    const float log = ofKeys ? stored[others + column] : ofRow[1][e / 2];
                    const float delta = ofKeys ? stored[2 * others + column] : ofRow[2][e / 2];
                    p[j][e] = powerOfE(p[j][e] - shift - log);
                    d[j][e] = p[j][e] * (d[j][e] - delta);
                }
            }
            part.accumulate(d, other, result);
            if (ofKeys) {
                part.accumulate(p, otherValues, resultOfValues);
            }
        }
#pragma unroll
        for (int r = 0; r < 2; r++) {
            const i64 row = first + part.row(2 * r);
            if (row < ownCount) {
                const i64 place = batch * ownCount + row;
                part.write(static_cast<T*>(ofKeys ? a.toK : a.toQ) + place * a.width, a.width, result, r,
                           scores.scale);
                if (ofKeys) {
                    part.write(static_cast<T*>(a.toV) + place * a.valueWidth, a.valueWidth, resultOfValues, r, 1.0f);
                }
            }
        }
    }
}
