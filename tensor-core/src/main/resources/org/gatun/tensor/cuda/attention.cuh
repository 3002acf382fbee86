#pragma once
#include "numbers.cuh"
#include "groups.cuh"
#include "layout.cuh"
// Attention in blocks (Dao 2023, FlashAttention-2): a block of threads has some rows, its own, goes through those of the
// other side a tile at a time, and keeps nothing of the scores. Arithmetic runs in float.
//
// Sixteen neighbouring threads share four rows of the block; each has every sixteenth column of a tile of scores, and
// four neighbouring columns of every 64 of a result. Shared memory holds tiles of `width` columns, 64 or 128, with zeros
// beyond the operands' rows and columns.

struct Attention {
    const void* q;      // (batches, queries, width)
    const void* k;      // (batches, keys, width)
    const void* v;      // (batches, keys, valueWidth)
    const void* mask;   // (batches, queries, keys)
    void* shift;        // (batches, queries): the largest score, or 0 if that is infinite
    void* log;          // (batches, queries): the logarithm of the sum of e^(score - shift), or 0 of none
    void* out;          // (batches, queries, valueWidth)
    const void* g;      // what flows to `out`
    const void* delta;  // (batches, queries): what is taken from what flows to the softmax
    void* toQ;          // what flows to q, k and v
    void* toK;
    void* toV;
    i64 batches;
    i64 queries;
    i64 keys;
    i64 width;
    i64 valueWidth;
    i64 rowQ, rowK, rowV, rowG;  // from row to row, in elements; columns are neighbours
    i64 rowMask, columnMask;
    i64 kind;     // of the mask: 0 none, 1 bool, whether a query sees a key, 2 T, which is added to the score
    i64 causal;   // whether query i sees keys 0 to i only
    i64 vectors;  // whether all rows of q, k, v and g begin at multiples of 16 bytes
    double scale;
    Places<4, 5> places;  // of q, k, v, mask and g in a batch
};

// What is the same for all pairs of a query and a key of one batch.
template <class T>
struct Scores {
    const void* mask;
    i64 rowMask, columnMask;
    i64 queries, keys;
    i32 kind;
    bool causal;
    float scale;

    __device__ __forceinline__ Scores(const Attention& a, i64 place)
        : rowMask(a.rowMask), columnMask(a.columnMask), queries(a.queries), keys(a.keys), kind((i32)a.kind),
          causal(a.causal != 0), scale((float)a.scale) {
        mask = kind == 1 ? (const void*)(static_cast<const bool*>(a.mask) + place)
                         : (const void*)(static_cast<const T*>(a.mask) + place);
    }

    // -infinity where there is no such query or key, or it is not seen.
    __device__ __forceinline__ float of(float product, i64 query, i64 key) const {
        if (query >= queries || key >= keys || (causal && key > query)) {
            return -infinityOf(0.0f);
        }
        const i64 at = query * rowMask + key * columnMask;
        const float score = product * scale;
        return kind == 0   ? score
               : kind == 1 ? (static_cast<const bool*>(mask)[at] ? score : -infinityOf(0.0f))
                           : score + toWide(static_cast<const T*>(mask)[at]);
    }
};

static __device__ __forceinline__ float largerOf(float a, float b) { return a > b || a != a ? a : b; }

// What e^(x - max) is taken of: 0 for an infinite max, as the difference of two infinities is NaN.
static __device__ __forceinline__ float shiftOfScores(float max) {
    return fabsf(max) == infinityOf(max) ? 0.0f : max;
}

// Where an element of a tile lies: groups of four columns change places, so that those of eight rows, or of as many as
// a narrow tile has groups, lie in different banks. The width is a power of two from 16 on.
static __device__ __forceinline__ int placeInTile(int row, int column, int width) {
    const int groups = width < 32 ? width / 4 : 8;
    return row * width + (column ^ (row & (groups - 1)) << 2);
}

static __device__ __forceinline__ Vec<float, 4> fourOfTile(const float* tile, int row, int column, int width) {
    return *reinterpret_cast<const Vec<float, 4>*>(tile + placeInTile(row, column, width));
}

// Copies `rows` rows, from the first on, of a matrix with `count` rows of `columns` elements.
template <int rows, int width, int threads, class T>
static __device__ __forceinline__ void loadTile(float* tile, const T* from, i64 first, i64 count, i64 columns,
                                                i64 stride, bool vectors) {
    constexpr int each = 16 / (int)sizeof(T);
    for (int e = (int)threadIdx.x; e < rows * width / each; e += threads) {
        const int row = e / (width / each);
        const int column = e % (width / each) * each;
        Vec<T, each> x = {};
        if (first + row < count) {
            const T* const at = from + (first + row) * stride + column;
            if (vectors && column + each <= columns) {
                x = loadVector<each>(at, 0);
            } else {
#pragma unroll
                for (int k = 0; k < each; k++) {
                    if (column + k < columns) {
                        x.at[k] = at[k];
                    }
                }
            }
        }
#pragma unroll
        for (int k = 0; k < each; k += 4) {
            Vec<float, 4> wide;
#pragma unroll
            for (int w = 0; w < 4; w++) {
                wide.at[w] = toWide(x.at[k + w]);
            }
            *reinterpret_cast<Vec<float, 4>*>(tile + placeInTile(row, column + k, width)) = wide;
        }
    }
}

// A thread's part of a block of `rows` rows by `others`: rows y + rows / 4 i and columns x + 16 j.
template <int rows, int others, int width>
struct Part {
    static constexpr int between = rows / 4;
    static constexpr int columns = others / 16;
    static constexpr int results = width / 16;
    int x, y;

    __device__ __forceinline__ Part() : x((int)threadIdx.x % 16), y((int)threadIdx.x / 16) {}

    // The products of the block's rows with those of a tile.
    __device__ __forceinline__ void products(const float* own, const float* other, float (&sums)[4][columns]) const {
#pragma unroll
        for (int i = 0; i < 4; i++) {
#pragma unroll
            for (int j = 0; j < columns; j++) {
                sums[i][j] = 0;
            }
        }
#pragma unroll 2
        for (int d = 0; d < width; d += 4) {
            Vec<float, 4> b[columns];
#pragma unroll
            for (int j = 0; j < columns; j++) {
                b[j] = fourOfTile(other, x + 16 * j, d, width);
            }
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const Vec<float, 4> a = fourOfTile(own, y + between * i, d, width);
#pragma unroll
                for (int j = 0; j < columns; j++) {
#pragma unroll
                    for (int k = 0; k < 4; k++) {
                        sums[i][j] = fmaf(a.at[k], b[j].at[k], sums[i][j]);
                    }
                }
            }
        }
    }

    // Adds the rows of a tile with weights (rows, others) to a result.
    __device__ __forceinline__ void accumulate(const float* weights, const float* other,
                                               float (&sums)[4][results]) const {
#pragma unroll 1
        for (int j = 0; j < others; j += 4) {
            Vec<float, 4> w[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                w[i] = fourOfTile(weights, y + between * i, j, others);
            }
#pragma unroll
            for (int k = 0; k < 4; k++) {
#pragma unroll
                for (int c = 0; c < results; c += 4) {
                    const Vec<float, 4> b = fourOfTile(other, j + k, x * 4 + 16 * c, width);
#pragma unroll
                    for (int i = 0; i < 4; i++) {
#pragma unroll
                        for (int e = 0; e < 4; e++) {
                            sums[i][c + e] = fmaf(w[i].at[k], b.at[e], sums[i][c + e]);
                        }
                    }
                }
            }
        }
    }

    __device__ __forceinline__ void put(float* weights, const float (&values)[4][columns]) const {
#pragma unroll
        for (int i = 0; i < 4; i++) {
#pragma unroll
            for (int j = 0; j < columns; j++) {
                weights[placeInTile(y + between * i, x + 16 * j, others)] = values[i][j];
            }
        }
    }

    // Writes a row, times a factor, of a result with `count` columns.
    template <class T>
    __device__ __forceinline__ void write(T* row, i64 count, const float (&values)[results], float factor) const {
#pragma unroll
        for (int c = 0; c < results; c += 4) {
            const int column = x * 4 + 16 * c;
            Vec<T, 4> stored;
#pragma unroll
            for (int e = 0; e < 4; e++) {
                stored.at[e] = fromWide<T>(values[c + e] * factor);
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

// The sum, or the largest, over the 16 threads of a row.
static __device__ __forceinline__ float sumOfRow(float x) {
    for (int lane = 8; lane > 0; lane /= 2) {
        x += fromLane(x, lane);
    }
    return x;
}

static __device__ __forceinline__ float largestOfRow(float x) {
    for (int lane = 8; lane > 0; lane /= 2) {
        x = largerOf(x, fromLane(x, lane));
    }
    return x;
}

// `tiles` holds rows * width + 2 * others * width floats; there are 4 * rows threads.
template <class T, int rows, int others, int width>
static __device__ __forceinline__ void attention(const Attention& a, float* tiles) {
    static_assert(rows <= width, "weights take the place of keys");
    constexpr int threads = 4 * rows;
    typedef Part<rows, others, width> P;
    float* const queries = tiles;
    float* const keys = queries + rows * width;
    float* const values = keys + others * width;
    float* const weights = keys;
    const P part;
    const bool vectors = a.vectors != 0;
    const i64 blocks = (a.queries + rows - 1) / rows;
    for (i64 task = blockIdx.x; task < a.batches * blocks; task += gridDim.x) {
        const i64 batch = quotient(task, blocks);
        // Of a causal mask, the last rows have the most work: they go first.
        const i64 first = (blocks - 1 - (task - batch * blocks)) * rows;
        i64 at[5];
        a.places.of(batch, at);
        const Scores<T> scores(a, at[3]);
        const i64 end = scores.causal && first + rows < a.keys ? first + rows : a.keys;
        __syncthreads();
        loadTile<rows, width, threads>(queries, static_cast<const T*>(a.q) + at[0], first, a.queries, a.width, a.rowQ,
                                       vectors);
        float max[4];
        float sum[4];
        float out[4][P::results] = {};
#pragma unroll
        for (int i = 0; i < 4; i++) {
            max[i] = -infinityOf(0.0f);
            sum[i] = 0;
        }
        for (i64 from = 0; from < end; from += others) {
            __syncthreads();
            loadTile<others, width, threads>(keys, static_cast<const T*>(a.k) + at[1], from, a.keys, a.width, a.rowK,
                                             vectors);
            loadTile<others, width, threads>(values, static_cast<const T*>(a.v) + at[2], from, a.keys, a.valueWidth,
                                             a.rowV, vectors);
            __syncthreads();
            float s[4][P::columns];
            part.products(queries, keys, s);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                float largest = max[i];
#pragma unroll
                for (int j = 0; j < P::columns; j++) {
                    s[i][j] = scores.of(s[i][j], first + part.y + P::between * i, from + part.x + 16 * j);
                    largest = largerOf(largest, s[i][j]);
                }
                largest = largestOfRow(largest);
                const float shift = shiftOfScores(largest);
                const float factor = expf(max[i] - shift);
                max[i] = largest;
                sum[i] *= factor;
#pragma unroll
                for (int j = 0; j < P::columns; j++) {
                    s[i][j] = expf(s[i][j] - shift);
                    sum[i] += s[i][j];
                }
#pragma unroll
                for (int c = 0; c < P::results; c++) {
                    out[i][c] *= factor;
                }
            }
            __syncthreads();
            part.put(weights, s);
            __syncwarp();  // A row's weights are of one warp.
            part.accumulate(weights, values, out);
        }
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const i64 query = first + part.y + P::between * i;
            const float total = sumOfRow(sum[i]);
            if (query < a.queries) {
                const i64 row = batch * a.queries + query;
                part.write(static_cast<T*>(a.out) + row * a.valueWidth, a.valueWidth, out[i],
                           total == 0 ? 1.0f : 1 / total);
                if (part.x == 0) {
                    static_cast<float*>(a.shift)[row] = shiftOfScores(max[i]);
                    static_cast<float*>(a.log)[row] = total == 0 ? 0.0f : logf(total);
                }
            }
        }
    }
}

// What flows to queries (from keys and values), or to keys and values (from queries): the block's own rows are of the
// first. `tiles` holds 2 * (rows + others) * width floats, and rows * others, twice for keys.
template <class T, int rows, int others, int width, bool ofKeys>
static __device__ __forceinline__ void attentionGradient(const Attention& a, float* tiles) {
    constexpr int threads = 4 * rows;
    typedef Part<rows, others, width> P;
    float* const own = tiles;                              // queries, or keys
    float* const ownValues = own + rows * width;           // g, or values
    float* const other = ownValues + rows * width;         // keys, or queries
    float* const otherValues = other + others * width;     // values, or g
    float* const flow = otherValues + others * width;      // what flows to the scores
    float* const softmax = flow + rows * others;           // of keys only
    const P part;
    const bool vectors = a.vectors != 0;
    const i64 ownCount = ofKeys ? a.keys : a.queries;
    const i64 otherCount = ofKeys ? a.queries : a.keys;
    const i64 blocks = (ownCount + rows - 1) / rows;
    for (i64 task = blockIdx.x; task < a.batches * blocks; task += gridDim.x) {
        const i64 batch = quotient(task, blocks);
        const i64 block = task - batch * blocks;
        const i64 first = (ofKeys ? block : blocks - 1 - block) * rows;
        i64 at[5];
        a.places.of(batch, at);
        const T* const q = static_cast<const T*>(a.q) + at[0];
        const T* const k = static_cast<const T*>(a.k) + at[1];
        const T* const v = static_cast<const T*>(a.v) + at[2];
        const T* const g = static_cast<const T*>(a.g) + at[4];
        const float* const shift = static_cast<const float*>(a.shift) + batch * a.queries;
        const float* const log = static_cast<const float*>(a.log) + batch * a.queries;
        const float* const delta = static_cast<const float*>(a.delta) + batch * a.queries;
        const Scores<T> scores(a, at[3]);
        const i64 begin = ofKeys && scores.causal ? first : 0;
        const i64 end = !ofKeys && scores.causal && first + rows < otherCount ? first + rows : otherCount;
        __syncthreads();
        loadTile<rows, width, threads>(own, ofKeys ? k : q, first, ownCount, a.width, ofKeys ? a.rowK : a.rowQ,
                                       vectors);
        loadTile<rows, width, threads>(ownValues, ofKeys ? v : g, first, ownCount, a.valueWidth,
                                       ofKeys ? a.rowV : a.rowG, vectors);
        float result[4][P::results] = {};
        float resultOfValues[4][P::results] = {};
        for (i64 from = begin; from < end; from += others) {
            __syncthreads();
            loadTile<others, width, threads>(other, ofKeys ? q : k, from, otherCount, a.width,
                                             ofKeys ? a.rowQ : a.rowK, vectors);
            loadTile<others, width, threads>(otherValues, ofKeys ? g : v, from, otherCount, a.valueWidth,
                                             ofKeys ? a.rowG : a.rowV, vectors);
            __syncthreads();
            float p[4][P::columns];
            float d[4][P::columns];
            part.products(own, other, p);
            part.products(ownValues, otherValues, d);
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < P::columns; j++) {
                    const i64 x = first + part.y + P::between * i;
                    const i64 y = from + part.x + 16 * j;
                    const i64 query = ofKeys ? y : x;
                    const bool there = query < a.queries;
                    const float score = scores.of(p[i][j], query, ofKeys ? x : y);
                    p[i][j] = expf(score - (there ? shift[query] : 0.0f) - (there ? log[query] : 0.0f));
                    d[i][j] = p[i][j] * (d[i][j] - (there ? delta[query] : 0.0f));
                }
            }
            part.put(flow, d);
            if (ofKeys) {
                part.put(softmax, p);
            }
            __syncwarp();  // A row's weights are of one warp.
            part.accumulate(flow, other, result);
            if (ofKeys) {
                part.accumulate(softmax, otherValues, resultOfValues);
            }
        }
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const i64 row = first + part.y + P::between * i;
            if (row < ownCount) {
                const i64 place = batch * ownCount + row;
                part.write(static_cast<T*>(ofKeys ? a.toK : a.toQ) + place * a.width, a.width, result[i],
                           scores.scale);
                if (ofKeys) {
                    part.write(static_cast<T*>(a.toV) + place * a.valueWidth, a.valueWidth, resultOfValues[i], 1.0f);
                }
            }
        }
    }
}
