#pragma once
#include "elementwise.cuh"
#include "groups.cuh"
// Softmax and its relatives over the middle axis of elements that lie row by row as (outer, n, inner), n at least 1: a
// first pass finds the largest element and the sum of the exponentials at once, a second one writes.

// The largest element so far, and the sum of e^(x - max). Of an infinite max: 0 or infinity; NaN if an element is NaN.
template <class A>
struct ExpSum {
    A max;
    A sum;
};

template <class A>
static __device__ __forceinline__ ExpSum<A> fromLane(const ExpSum<A>& x, int lane) {
    return ExpSum<A>{fromLane(x.max, lane), fromLane(x.sum, lane)};
}

// What e^(x - max) is taken of; for an infinite max of 0, as the difference of two infinities is NaN.
template <class A>
static __device__ __forceinline__ A shiftOf(A max) {
    return absOf(max) == infinityOf(max) ? (A)0 : max;
}

template <class A>
struct ExpSumFold {
    typedef ExpSum<A> Acc;
    static __device__ __forceinline__ Acc neutral() { return Acc{-infinityOf(A()), 0}; }
    static __device__ __forceinline__ Acc join(const Acc& a, const Acc& b) {
        const A max = maximumOf(a.max, b.max);
        if (max == infinityOf(max)) {
            return Acc{max, max};
        }
        const A shift = shiftOf(max);
        return Acc{max, a.sum * expOf(a.max - shift) + b.sum * expOf(b.max - shift)};
    }
    // With N more elements, which cost N + 1 exponentials.
    template <int N>
    static __device__ __forceinline__ Acc with(const Acc& a, const A (&x)[N]) {
        A max = a.max;
#pragma unroll
        for (int k = 0; k < N; k++) {
            max = maximumOf(max, x[k]);
        }
        if (max == infinityOf(max)) {
            return Acc{max, max};
        }
        const A shift = shiftOf(max);
        A sum = 0;
#pragma unroll
        for (int k = 0; k < N; k++) {
            sum = sum + expOf(x[k] - shift);
        }
        return Acc{max, (max == a.max ? a.sum : a.sum * expOf(a.max - shift)) + sum};
    }
};

struct Softmax {
    const void* in;
    void* out;    // of log-sum-exp: the sum of the next two
    void* shift;  // of log-sum-exp: the largest element, or 0 if that is infinite
    void* log;    // of log-sum-exp: the logarithm of the sum of e^(x - shift)
    i64 outer;
    i64 n;
    i64 inner;
    i64 lanes;   // rows: threads of a row. columns: threads side by side
    i64 vector;  // rows: whether each begins at a multiple of 16 bytes
    i64 kind;    // 0 softmax, 1 log-softmax, 2 log-sum-exp
};

// What is taken from an element before the exponential or the result, and what it is divided by or loses after that;
// NaN where the largest element is infinite.
template <class A>
struct SoftmaxRow {
    A shift;
    A rest;
    bool logarithm;

    __device__ __forceinline__ SoftmaxRow(const ExpSum<A>& sums, bool logarithm) : logarithm(logarithm) {
        shift = absOf(sums.max) == infinityOf(sums.max) ? nanOf(sums.max) : sums.max;
        rest = logarithm ? logOf(sums.sum) : sums.sum;
    }

    __device__ __forceinline__ A of(A x) const { return logarithm ? x - shift - rest : expOf(x - shift) / rest; }
};

template <class T>
static __device__ __forceinline__ void putLogSumExp(const Softmax& a, i64 at, const ExpSum<Wide<T>>& sums) {
    const Wide<T> shift = shiftOf(sums.max);
    const Wide<T> log = logOf(sums.sum);
    static_cast<T*>(a.out)[at] = fromWide<T>(shift + log);
    static_cast<T*>(a.shift)[at] = fromWide<T>(shift);
    static_cast<T*>(a.log)[at] = fromWide<T>(log);
}

// ---- rows (inner is 1) ----

// A thread's part of a row of n elements, of which so many groups of 16 bytes are read at once.
template <class T>
static __device__ __forceinline__ ExpSum<Wide<T>> expSumOf(const T* in, i64 n, i64 vectors, int lane, int lanes) {
    typedef Wide<T> A;
    typedef ExpSumFold<A> F;
    constexpr int width = 16 / (int)sizeof(T);
    ExpSum<A> sums = F::neutral();
    for (i64 v = lane; v < vectors; v += lanes) {
        const Vec<T, width> stored = loadVector<width>(in, v);
        A x[width];
#pragma unroll
        for (int k = 0; k < width; k++) {
            x[k] = toWide(stored.at[k]);
        }
        sums = F::with(sums, x);
    }
    for (i64 i = vectors * width + lane; i < n; i += lanes) {
        const A x[1] = {toWide(in[i])};
        sums = F::with(sums, x);
    }
    return sums;
}

template <class T>
static __device__ __forceinline__ void softmaxRows(const Softmax& a) {
    typedef Wide<T> A;
    typedef ExpSumFold<A> F;
    constexpr int width = 16 / (int)sizeof(T);
    __shared__ ExpSum<A> shared[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    for (i64 first = blockIdx.x * groups; first < a.outer; first += gridDim.x * groups) {
        const i64 row = first + threadIdx.x / lanes;
        const bool active = row < a.outer;
        const T* const in = static_cast<const T*>(a.in) + row * a.n;
        ExpSum<A> sums = F::neutral();
        if (active) {
            sums = expSumOf(in, a.n, vectors, lane, lanes);
        }
        sums = foldOfGroup<F>(sums, lanes, shared);
        if (active && a.kind == 2) {
            if (lane == 0) {
                putLogSumExp<T>(a, row, sums);
            }
        } else if (active) {
            const SoftmaxRow<A> result(sums, a.kind == 1);
            T* const out = static_cast<T*>(a.out) + row * a.n;
            for (i64 v = lane; v < vectors; v += lanes) {
                Vec<T, width> x = loadVector<width>(in, v);
#pragma unroll
                for (int k = 0; k < width; k++) {
                    x.at[k] = fromWide<T>(result.of(toWide(x.at[k])));
                }
                storeVector<width>(out, v, x);
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                out[i] = fromWide<T>(result.of(toWide(in[i])));
            }
        }
    }
}

// ---- columns: `lanes` threads side by side, the others of the block below them ----

template <class T>
static __device__ __forceinline__ void softmaxColumns(const Softmax& a) {
    typedef Wide<T> A;
    typedef ExpSumFold<A> F;
    __shared__ ExpSum<A> shared[256];
    const int lanes = (int)a.lanes;
    const int depth = blockDim.x / lanes;
    const int y = threadIdx.x / lanes;
    const i64 tiles = (a.inner - 1) / lanes + 1;
    for (i64 task = blockIdx.x; task < a.outer * tiles; task += gridDim.x) {
        const i64 outer = quotient(task, tiles);
        const i64 column = (task - outer * tiles) * lanes + threadIdx.x % lanes;
        const bool active = column < a.inner;
        const T* const in = static_cast<const T*>(a.in) + outer * a.n * a.inner + column;
        ExpSum<A> sums = F::neutral();
        if (active) {
            i64 i = y;
            for (; i + 3 * depth < a.n; i += 4 * depth) {
                A x[4];
#pragma unroll
                for (int k = 0; k < 4; k++) {
                    x[k] = toWide(in[(i + k * depth) * a.inner]);
                }
                sums = F::with(sums, x);
            }
            for (; i < a.n; i += depth) {
                const A x[1] = {toWide(in[i * a.inner])};
                sums = F::with(sums, x);
            }
        }
        shared[threadIdx.x] = sums;
        for (int half = depth / 2; half > 0; half /= 2) {
            __syncthreads();
            if (y < half) {
                shared[threadIdx.x] = F::join(shared[threadIdx.x], shared[threadIdx.x + half * lanes]);
            }
        }
        __syncthreads();
        sums = shared[threadIdx.x % lanes];
        __syncthreads();
        if (active && a.kind == 2) {
            if (y == 0) {
                putLogSumExp<T>(a, outer * a.inner + column, sums);
            }
        } else if (active) {
            const SoftmaxRow<A> result(sums, a.kind == 1);
            T* const out = static_cast<T*>(a.out) + outer * a.n * a.inner + column;
            for (i64 i = y; i < a.n; i += depth) {
                out[i * a.inner] = fromWide<T>(result.of(toWide(in[i * a.inner])));
            }
        }
    }
}

// ---- gradients ----

struct SoftmaxGradient {
    const void* y;  // the result
    const void* g;
    void* out;
    i64 outer;
    i64 n;
    i64 inner;
    i64 lanes;
    i64 vector;
    i64 logarithm;  // whether y is the log-softmax: g - e^y sum(g); of the softmax: y (g - sum(g y))
};

template <class A>
struct PlainSum {
    typedef A Acc;
    static __device__ __forceinline__ A join(A a, A b) { return a + b; }
};

template <class A>
static __device__ __forceinline__ A gradientTerm(bool logarithm, A y, A g) {
    return logarithm ? g : g * y;
}

template <class A>
static __device__ __forceinline__ A gradientOf(bool logarithm, A y, A g, A sum) {
    return logarithm ? g - expOf(y) * sum : y * (g - sum);
}

template <class T>
static __device__ __forceinline__ void softmaxGradientRows(const SoftmaxGradient& a) {
    typedef Wide<T> A;
    constexpr int width = 16 / (int)sizeof(T);
    __shared__ A shared[8];
    const bool logarithm = a.logarithm != 0;
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    for (i64 first = blockIdx.x * groups; first < a.outer; first += gridDim.x * groups) {
        const i64 row = first + threadIdx.x / lanes;
        const bool active = row < a.outer;
        const T* const y = static_cast<const T*>(a.y) + row * a.n;
        const T* const g = static_cast<const T*>(a.g) + row * a.n;
        A sum = 0;
        if (active) {
            for (i64 v = lane; v < vectors; v += lanes) {
                const Vec<T, width> ys = loadVector<width>(y, v);
                const Vec<T, width> gs = loadVector<width>(g, v);
                A some = 0;
#pragma unroll
                for (int k = 0; k < width; k++) {
                    some = some + gradientTerm(logarithm, toWide(ys.at[k]), toWide(gs.at[k]));
                }
                sum = sum + some;
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                sum = sum + gradientTerm(logarithm, toWide(y[i]), toWide(g[i]));
            }
        }
        sum = foldOfGroup<PlainSum<A>>(sum, lanes, shared);
        if (active) {
            T* const out = static_cast<T*>(a.out) + row * a.n;
            for (i64 v = lane; v < vectors; v += lanes) {
                const Vec<T, width> ys = loadVector<width>(y, v);
                Vec<T, width> gs = loadVector<width>(g, v);
#pragma unroll
                for (int k = 0; k < width; k++) {
                    gs.at[k] = fromWide<T>(gradientOf(logarithm, toWide(ys.at[k]), toWide(gs.at[k]), sum));
                }
                storeVector<width>(out, v, gs);
            }
            for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
                out[i] = fromWide<T>(gradientOf(logarithm, toWide(y[i]), toWide(g[i]), sum));
            }
        }
    }
}

template <class T>
static __device__ __forceinline__ void softmaxGradientColumns(const SoftmaxGradient& a) {
    typedef Wide<T> A;
    __shared__ A shared[256];
    const bool logarithm = a.logarithm != 0;
    const int lanes = (int)a.lanes;
    const int depth = blockDim.x / lanes;
    const int below = threadIdx.x / lanes;
    const i64 tiles = (a.inner - 1) / lanes + 1;
    for (i64 task = blockIdx.x; task < a.outer * tiles; task += gridDim.x) {
        const i64 outer = quotient(task, tiles);
        const i64 column = (task - outer * tiles) * lanes + threadIdx.x % lanes;
        const bool active = column < a.inner;
        const i64 start = outer * a.n * a.inner + column;
        const T* const y = static_cast<const T*>(a.y) + start;
        const T* const g = static_cast<const T*>(a.g) + start;
        A sum = 0;
        if (active) {
#pragma unroll 4
            for (i64 i = below; i < a.n; i += depth) {
                sum = sum + gradientTerm(logarithm, toWide(y[i * a.inner]), toWide(g[i * a.inner]));
            }
        }
        shared[threadIdx.x] = sum;
        for (int half = depth / 2; half > 0; half /= 2) {
            __syncthreads();
            if (below < half) {
                shared[threadIdx.x] = shared[threadIdx.x] + shared[threadIdx.x + half * lanes];
            }
        }
        __syncthreads();
        sum = shared[threadIdx.x % lanes];
        __syncthreads();
        if (active) {
            T* const out = static_cast<T*>(a.out) + start;
            for (i64 i = below; i < a.n; i += depth) {
                out[i * a.inner] =
                    fromWide<T>(gradientOf(logarithm, toWide(y[i * a.inner]), toWide(g[i * a.inner]), sum));
            }
        }
    }
}
