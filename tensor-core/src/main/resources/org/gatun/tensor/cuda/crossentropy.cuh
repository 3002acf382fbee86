#pragma once
#include "faults.cuh"
#include "softmax.cuh"
// The losses of rows of scores, or of their logarithms, against one class each, and their gradients. Scores are T, all else
// the type that arithmetic runs in.

struct ClassLoss {
    const void* x;  // (rows, n), row by row
    const i64* target;
    void* loss;
    void* shift;
    void* log;
    Faults faults;
    i64 rows;
    i64 n;
    i64 ignore;
    i64 lanes;         // threads of a row
    i64 vector;        // whether each row begins at a multiple of 16 bytes
    i64 targetStride;  // from one target to the next
};

static __device__ __forceinline__ bool isClass(const ClassLoss& a, i64 label) {
    return label >= 0 && label < a.n;
}

// Names the first target in order that is no class, whichever a thread met.
static __device__ inline void reportFirst(const ClassLoss& a) {
    // The record lies in the host's memory: many threads may come here, and one is enough.
    bool found = a.faults.record->taken != 0;
    for (i64 row = 0; row < a.rows && !found; row++) {
        const i64 label = a.target[row * a.targetStride];
        found = label != a.ignore && !isClass(a, label);
        if (found) {
            reportFault(a.faults, label, row);
        }
    }
}

// The score of a row's class, which is reported if it is none.
template <class T>
static __device__ __forceinline__ Wide<T> scoreAt(const ClassLoss& a, const T* row, i64 label) {
    if (!isClass(a, label)) {
        reportFirst(a);
        return nanOf(Wide<T>());
    }
    return toWide(row[label]);
}

// log(sum(e^x)) - x[target], with its parts; see softmax.cuh.
template <class T>
static __device__ __forceinline__ void crossEntropyRows(const ClassLoss& a) {
    typedef Wide<T> A;
    typedef ExpSumFold<A> F;
    constexpr int width = 16 / (int)sizeof(T);
    __shared__ ExpSum<A> shared[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    for (i64 first = blockIdx.x * groups; first < a.rows; first += gridDim.x * groups) {
        const i64 row = first + threadIdx.x / lanes;
        const bool active = row < a.rows;
        const T* const x = static_cast<const T*>(a.x) + row * a.n;
        ExpSum<A> sums = F::neutral();
        if (active) {
            sums = expSumOf(x, a.n, vectors, lane, lanes);
        }
        sums = foldOfGroup<F>(sums, lanes, shared);
        if (active && lane == 0) {
            const A shift = shiftOf(sums.max);
            const A log = logOf(sums.sum);
            const i64 label = a.target[row * a.targetStride];
            // The difference first: of large scores, it keeps what their own rounding would swallow.
            static_cast<A*>(a.loss)[row] = label == a.ignore ? (A)0 : log + (shift - scoreAt(a, x, label));
            static_cast<A*>(a.shift)[row] = shift;
            static_cast<A*>(a.log)[row] = log;
        }
    }
}

// -x[target].
template <class T>
static __device__ __forceinline__ void likelihoodRows(const ClassLoss& a) {
    typedef Wide<T> A;
    for (i64 row = blockIdx.x * (i64)blockDim.x + threadIdx.x; row < a.rows; row += gridDim.x * (i64)blockDim.x) {
        const i64 label = a.target[row * a.targetStride];
        const T* const x = static_cast<const T*>(a.x) + row * a.n;
        static_cast<A*>(a.loss)[row] = label == a.ignore ? (A)0 : -scoreAt(a, x, label);
    }
}

struct ClassLossGradient {
    const void* x;  // null: the loss is the logarithm's, of which no other element of a row is part
    const i64* target;
    const void* shift;
    const void* log;
    const void* g;
    void* out;
    i64 rows;
    i64 n;
    i64 ignore;
    i64 lanes;
    i64 vector;
    i64 targetStride;
    i64 gStride;
};

// The gradient of an element: g softmax(x), less g at the target; NaN throughout a row whose sum is infinite.
template <class T>
static __device__ __forceinline__ void classLossGradientRows(const ClassLossGradient& a) {
    typedef Wide<T> A;
    constexpr int width = 16 / (int)sizeof(T);
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 vectors = a.vector != 0 ? a.n / width : 0;
    const bool scores = a.x != nullptr;
    for (i64 row = blockIdx.x * groups + threadIdx.x / lanes; row < a.rows; row += gridDim.x * groups) {
        const i64 label = a.target[row * a.targetStride];
        const A g = label == a.ignore ? (A)0 : static_cast<const A*>(a.g)[row * a.gStride];
        A shift = 0;
        A log = 0;
        if (scores) {
            shift = static_cast<const A*>(a.shift)[row];
            log = static_cast<const A*>(a.log)[row];
            log = absOf(log) == infinityOf(log) ? nanOf(log) : log;
        }
        const T* const x = static_cast<const T*>(a.x) + row * a.n;
        T* const out = static_cast<T*>(a.out) + row * a.n;
        for (i64 v = lane; v < vectors; v += lanes) {
            Vec<T, width> part;
            if (scores) {
                part = loadVector<width>(x, v);
            }
#pragma unroll
            for (int k = 0; k < width; k++) {
                const A all = scores ? expOf(toWide(part.at[k]) - shift - log) * g : (A)0;
                part.at[k] = fromWide<T>(v * width + k == label ? all - g : all);
            }
            storeVector<width>(out, v, part);
        }
        for (i64 i = vectors * width + lane; i < a.n; i += lanes) {
            const A all = scores ? expOf(toWide(x[i]) - shift - log) * g : (A)0;
            out[i] = fromWide<T>(i == label ? all - g : all);
        }
    }
}
