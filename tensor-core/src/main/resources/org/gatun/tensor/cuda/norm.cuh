#pragma once
#include "elementwise.cuh"
#include "groups.cuh"
// Rows normalised to mean 0 and variance 1 (or to mean square 1), with a factor and a term for each place of a row; and the
// gradients of that. Elements are T; statistics, sums and everything between have the type that arithmetic runs in.
//
// The statistics of a row are three numbers: the shift and the offset, whose sum is the mean (both 0 where rows are not
// centred), and 1 / sqrt(variance + epsilon). The shift is the row's first element, so that differences from it are exact
// where the elements are large and their spread is small, and the mean of those keeps its digits.

// Of some elements: how many, their mean, and the sum of the squares of the differences from it. Not centred: the mean is 0.
template <class A>
struct Moments {
    A count;
    A mean;
    A squares;
};

template <class A>
static __device__ __forceinline__ Moments<A> fromLane(const Moments<A>& x, int lane) {
    return Moments<A>{fromLane(x.count, lane), fromLane(x.mean, lane), fromLane(x.squares, lane)};
}

template <class A>
struct MomentsFold {
    typedef Moments<A> Acc;
    // Chan, Golub and LeVeque: no large sums are subtracted from each other. The counts are multiplied first, as 0 times
    // an overflowed square is NaN.
    static __device__ __forceinline__ Acc join(const Acc& a, const Acc& b) {
        const A count = a.count + b.count;
        const A difference = b.mean - a.mean;
        const A share = count > 0 ? b.count / count : (A)0;
        const A spread = difference * (difference * (a.count * share));
        return Acc{count, a.mean + difference * share, a.squares + b.squares + spread};
    }
};

// Two sums.
template <class A>
struct Pair {
    A first;
    A second;
};

template <class A>
static __device__ __forceinline__ Pair<A> fromLane(const Pair<A>& x, int lane) {
    return Pair<A>{fromLane(x.first, lane), fromLane(x.second, lane)};
}

template <class A>
struct PairSum {
    typedef Pair<A> Acc;
    static __device__ __forceinline__ Acc join(const Acc& a, const Acc& b) {
        return Acc{a.first + b.first, a.second + b.second};
    }
};

// Of N elements, without their shift.
template <int N, class A>
static __device__ __forceinline__ Moments<A> momentsOf(const A (&x)[N], bool centred) {
    A sum = 0;
#pragma unroll
    for (int k = 0; k < N; k++) {
        sum = sum + x[k];
    }
    const A mean = centred ? sum * ((A)1 / N) : (A)0;
    A squares = 0;
#pragma unroll
    for (int k = 0; k < N; k++) {
        squares = squares + (x[k] - mean) * (x[k] - mean);
    }
    return Moments<A>{(A)N, mean, squares};
}

// ---- the rows ----

struct RowNorm {
    const void* x;       // (rows, n), row by row
    const void* weight;  // (n), or null
    const void* bias;    // (n), or null
    void* out;
    void* statistics;  // (rows, 3)
    i64 rows;
    i64 n;
    double epsilon;
    i64 centred;
    i64 lanes;   // threads of a row
    i64 vector;  // whether rows, weight and bias begin at multiples of 16 bytes
};

template <class T>
static __device__ __forceinline__ void normRows(const RowNorm& a) {
    typedef Wide<T> A;
    typedef MomentsFold<A> F;
    constexpr int width = 16 / (int)sizeof(T);
    __shared__ Moments<A> shared[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    const bool centred = a.centred != 0;
    const T* const weight = static_cast<const T*>(a.weight);
    const T* const bias = static_cast<const T*>(a.bias);
    for (i64 first = blockIdx.x * groups; first < a.rows; first += gridDim.x * groups) {
        const i64 row = first + threadIdx.x / lanes;
        const bool active = row < a.rows;
        const T* const in = static_cast<const T*>(a.x) + row * a.n;
        Moments<A> moments = {0, 0, 0};
        A shift = 0;
        if (active) {
            shift = centred ? toWide(in[0]) : (A)0;
            for (i64 v = lane; v < vectors; v += lanes) {
                const Vec<T, width> stored = loadVector<width>(in, v);
                A x[width];
#pragma unroll
                for (int k = 0; k < width; k++) {
                    x[k] = toWide(stored.at[k]) - shift;
                }
                moments = F::join(moments, momentsOf(x, centred));
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                const A x[1] = {toWide(in[i]) - shift};
                moments = F::join(moments, momentsOf(x, centred));
            }
        }
        moments = foldOfGroup<F>(moments, lanes, shared);
        if (active) {
            const A offset = moments.mean;
            const A scale = (A)1 / sqrtOf(moments.squares / (A)a.n + (A)a.epsilon);
            if (lane == 0) {
                A* const statistics = static_cast<A*>(a.statistics) + row * 3;
                statistics[0] = shift;
                statistics[1] = offset;
                statistics[2] = scale;
            }
            T* const out = static_cast<T*>(a.out) + row * a.n;
            for (i64 v = lane; v < vectors; v += lanes) {
                Vec<T, width> x = loadVector<width>(in, v);
                Vec<T, width> w;
                Vec<T, width> b;
                if (weight != nullptr) {
                    w = loadVector<width>(weight, v);
                }
                if (bias != nullptr) {
                    b = loadVector<width>(bias, v);
                }
#pragma unroll
                for (int k = 0; k < width; k++) {
                    A y = (toWide(x.at[k]) - shift - offset) * scale;
                    y = weight != nullptr ? y * toWide(w.at[k]) : y;
                    x.at[k] = fromWide<T>(bias != nullptr ? y + toWide(b.at[k]) : y);
                }
                storeVector<width>(out, v, x);
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                A y = (toWide(in[i]) - shift - offset) * scale;
                y = weight != nullptr ? y * toWide(weight[i]) : y;
                out[i] = fromWide<T>(bias != nullptr ? y + toWide(bias[i]) : y);
            }
        }
    }
}

// ---- the gradient of the elements ----

struct RowNormGradient {
    const void* x;
    const void* statistics;
    const void* g;       // (rows, n), row by row
    const void* weight;  // (n), or null
    void* out;           // of the elements: the gradient
    void* ofWeight;      // of weight and bias: these gradients, or their parts; null for one that is not wanted
    void* ofBias;
    i64 rows;
    i64 n;
    i64 centred;
    i64 lanes;   // rows: threads of a row
    i64 vector;  // whether all rows begin at multiples of 16 bytes
    i64 parts;   // columns: into so many the rows are cut
    i64 chunk;   // columns: rows of a part
};

// With h = g weight and y the normalised row: scale (h - mean(h) - y mean(h y)).
template <class T>
static __device__ __forceinline__ void normGradientRows(const RowNormGradient& a) {
    typedef Wide<T> A;
    typedef PairSum<A> F;
    constexpr int width = 16 / (int)sizeof(T);
    __shared__ Pair<A> shared[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    const T* const weight = static_cast<const T*>(a.weight);
    for (i64 first = blockIdx.x * groups; first < a.rows; first += gridDim.x * groups) {
        const i64 row = first + threadIdx.x / lanes;
        const bool active = row < a.rows;
        const T* const x = static_cast<const T*>(a.x) + row * a.n;
        const T* const g = static_cast<const T*>(a.g) + row * a.n;
        A shift = 0;
        A offset = 0;
        A scale = 0;
        Pair<A> sums = {0, 0};
        if (active) {
            const A* const statistics = static_cast<const A*>(a.statistics) + row * 3;
            shift = statistics[0];
            offset = statistics[1];
            scale = statistics[2];
            for (i64 v = lane; v < vectors; v += lanes) {
                const Vec<T, width> xs = loadVector<width>(x, v);
                const Vec<T, width> gs = loadVector<width>(g, v);
                Vec<T, width> w;
                if (weight != nullptr) {
                    w = loadVector<width>(weight, v);
                }
                Pair<A> some = {0, 0};
#pragma unroll
                for (int k = 0; k < width; k++) {
                    const A h = weight != nullptr ? toWide(gs.at[k]) * toWide(w.at[k]) : toWide(gs.at[k]);
                    some.first = some.first + h;
                    some.second = some.second + h * ((toWide(xs.at[k]) - shift - offset) * scale);
                }
                sums = F::join(sums, some);
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                const A h = weight != nullptr ? toWide(g[i]) * toWide(weight[i]) : toWide(g[i]);
                sums = F::join(sums, Pair<A>{h, h * ((toWide(x[i]) - shift - offset) * scale)});
            }
        }
        sums = foldOfGroup<F>(sums, lanes, shared);
        if (active) {
            const A mean = a.centred != 0 ? sums.first / (A)a.n : (A)0;
            const A product = sums.second / (A)a.n;
            T* const out = static_cast<T*>(a.out) + row * a.n;
            for (i64 v = lane; v < vectors; v += lanes) {
                const Vec<T, width> xs = loadVector<width>(x, v);
                Vec<T, width> gs = loadVector<width>(g, v);
                Vec<T, width> w;
                if (weight != nullptr) {
                    w = loadVector<width>(weight, v);
                }
#pragma unroll
                for (int k = 0; k < width; k++) {
                    const A h = weight != nullptr ? toWide(gs.at[k]) * toWide(w.at[k]) : toWide(gs.at[k]);
                    const A y = (toWide(xs.at[k]) - shift - offset) * scale;
                    gs.at[k] = fromWide<T>((h - mean - y * product) * scale);
                }
                storeVector<width>(out, v, gs);
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                const A h = weight != nullptr ? toWide(g[i]) * toWide(weight[i]) : toWide(g[i]);
                const A y = (toWide(x[i]) - shift - offset) * scale;
                out[i] = fromWide<T>((h - mean - y * product) * scale);
            }
        }
    }
}

// ---- the gradients of weight and bias ----

// The sums of the 8 threads that lie below each other in a block of 32 by 8; the uppermost gets them.
template <class A>
static __device__ __forceinline__ Pair<A> sumOfColumn(Pair<A> sums, Pair<A>* shared) {
    for (int half = 4; half > 0; half /= 2) {
        __syncthreads();
        shared[threadIdx.x] = sums;
        __syncthreads();
        if ((int)threadIdx.x < half * 32) {
            sums = PairSum<A>::join(sums, shared[threadIdx.x + half * 32]);
        }
    }
    return sums;
}

template <class A, class O>
static __device__ __forceinline__ void putSums(const RowNormGradient& a, i64 at, const Pair<A>& sums) {
    if (a.ofWeight != nullptr) {
        static_cast<O*>(a.ofWeight)[at] = fromWide<O>(sums.first);
    }
    if (a.ofBias != nullptr) {
        static_cast<O*>(a.ofBias)[at] = fromWide<O>(sums.second);
    }
}

// The sums of g y and of g over the rows of a part, for 32 columns in each block of 32 by 8; with more than one part, into (parts, n).
template <class T>
static __device__ __forceinline__ void normGradientColumns(const RowNormGradient& a) {
    typedef Wide<T> A;
    __shared__ Pair<A> shared[256];
    const i64 tiles = (a.n - 1) / 32 + 1;
    for (i64 task = blockIdx.x; task < tiles * a.parts; task += gridDim.x) {
        const i64 part = quotient(task, tiles);
        const i64 column = (task - part * tiles) * 32 + threadIdx.x % 32;
        const i64 end = (part + 1) * a.chunk < a.rows ? (part + 1) * a.chunk : a.rows;
        Pair<A> sums = {0, 0};
        if (column < a.n) {
#pragma unroll 4
            for (i64 row = part * a.chunk + threadIdx.x / 32; row < end; row += 8) {
                const A* const statistics = static_cast<const A*>(a.statistics) + row * 3;
                const A x = toWide(static_cast<const T*>(a.x)[row * a.n + column]);
                const A g = toWide(static_cast<const T*>(a.g)[row * a.n + column]);
                const A y = (x - statistics[0] - statistics[1]) * statistics[2];
                sums = PairSum<A>::join(sums, Pair<A>{g * y, g});
            }
        }
        sums = sumOfColumn(sums, shared);
        if (threadIdx.x < 32 && column < a.n) {
            if (a.parts > 1) {
                putSums<A, A>(a, part * a.n + column, sums);
            } else {
                putSums<A, T>(a, column, sums);
            }
        }
    }
}

struct RowNormParts {
    const void* ofWeight;  // (parts, n), or null
    const void* ofBias;
    RowNormGradient to;
};

// The sums of the parts.
template <class T>
static __device__ __forceinline__ void normGradientParts(const RowNormParts& a) {
    typedef Wide<T> A;
    __shared__ Pair<A> shared[256];
    const A* const ofWeight = static_cast<const A*>(a.ofWeight);
    const A* const ofBias = static_cast<const A*>(a.ofBias);
    const i64 tiles = (a.to.n - 1) / 32 + 1;
    for (i64 tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const i64 column = tile * 32 + threadIdx.x % 32;
        Pair<A> sums = {0, 0};
        if (column < a.to.n) {
#pragma unroll 4
            for (i64 part = threadIdx.x / 32; part < a.to.parts; part += 8) {
                const i64 at = part * a.to.n + column;
                sums = PairSum<A>::join(sums, Pair<A>{ofWeight == nullptr ? (A)0 : ofWeight[at],
                                                      ofBias == nullptr ? (A)0 : ofBias[at]});
            }
        }
        sums = sumOfColumn(sums, shared);
        if (threadIdx.x < 32 && column < a.to.n) {
            putSums<A, T>(a.to, column, sums);
        }
    }
}
