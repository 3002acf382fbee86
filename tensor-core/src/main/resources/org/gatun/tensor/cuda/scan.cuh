#pragma once
#include "elementwise.cuh"
#include "groups.cuh"
// Running sums and products along the middle axis of elements that lie row by row as (outer, n, inner). Floating ones
// are kept in double precision and rounded once for each element. A long axis is divided into parts: a first launch
// finds what each part comes to, these numbers are scanned, and a second launch scans each part from what the parts
// before it come to.

constexpr double leastNormal = 2.2250738585072014e-308;

struct RunningSum {
    static __device__ __forceinline__ double neutral(double) { return 0; }
    static __device__ __forceinline__ i64 neutral(i64) { return 0; }
    template <class A>
    static __device__ __forceinline__ A join(A a, A b) { return addOf(a, b); }
    template <class A>
    static __device__ __forceinline__ bool isExact(A) { return true; }
};

struct RunningProduct {
    static __device__ __forceinline__ double neutral(double) { return 1; }
    static __device__ __forceinline__ i64 neutral(i64) { return 1; }
    template <class A>
    static __device__ __forceinline__ A join(A a, A b) { return mulOf(a, b); }
    // Whether a product of neighbours, which any may precede, neither over- nor underflowed.
    static __device__ __forceinline__ bool isExact(double x) {
        return fabs(x) >= leastNormal && fabs(x) < infinityOf(x);
    }
    static __device__ __forceinline__ bool isExact(i64) { return true; }
};

template <class T>
struct RunningType {
    typedef double type;
};

template <>
struct RunningType<i64> {
    typedef i64 type;
};

// The type in which elements are added up.
template <class T>
using Running = typename RunningType<T>::type;

struct Scanning {
    const void* in;
    void* out;
    // (outer, parts, inner): what a first launch writes, which writes nothing else; otherwise null
    void* totals;
    const void* carries;  // (outer, parts, inner): the running folds of the totals; null if the axis is in one part
    i64 outer;
    i64 n;
    i64 inner;
    i64 parts;
    i64 chunk;
    i64 lanes;    // rows: threads of a row
    i64 reverse;  // whether to run from the last element to the first
    i64 vector;   // rows: whether every `each` elements of a row begin at a multiple of 16 bytes
};

// What is before the first element of a part.
template <class F, class A>
static __device__ __forceinline__ A carryOf(const Scanning& a, i64 outer, i64 part, i64 column) {
    const A* const carries = static_cast<const A*>(a.carries);
    return carries == nullptr || part == 0 ? F::neutral(A())
                                           : carries[(outer * a.parts + part - 1) * a.inner + column];
}

template <class A>
static __device__ __forceinline__ A fromBelow(A x, int lanes) {
    return __shfl_up_sync(0xffffffffu, x, lanes);
}

// ---- rows (inner is 1): a warp or a block takes as many neighbours at a time as it has threads times `each` ----

// The elements i..i+N of a row of n, counted from the end that the scan begins at; 16 bytes at a time.
template <int N, class T>
static __device__ __forceinline__ void loadRun(const T* row, i64 n, i64 i, bool reverse, T (&x)[N]) {
    constexpr int width = 16 / (int)sizeof(T);
    const T* const from = row + (reverse ? n - i - N : i);
    T stored[N];
#pragma unroll
    for (int v = 0; v < N / width; v++) {
        const Vec<T, width> some = loadVector<width>(from, v);
#pragma unroll
        for (int k = 0; k < width; k++) {
            stored[v * width + k] = some.at[k];
        }
    }
#pragma unroll
    for (int k = 0; k < N; k++) {
        x[k] = reverse ? stored[N - 1 - k] : stored[k];
    }
}

template <int N, class T>
static __device__ __forceinline__ void storeRun(T* row, i64 n, i64 i, bool reverse, const T (&x)[N]) {
    constexpr int width = 16 / (int)sizeof(T);
    T* const to = row + (reverse ? n - i - N : i);
#pragma unroll
    for (int v = 0; v < N / width; v++) {
        Vec<T, width> some;
#pragma unroll
        for (int k = 0; k < width; k++) {
            some.at[k] = reverse ? x[N - 1 - (v * width + k)] : x[v * width + k];
        }
        storeVector<width>(to, v, some);
    }
}

// The elements of a thread, from `begin` on, as they are added up; what is at or behind `end` is neutral.
template <class F, int each, class T, class A>
static __device__ __forceinline__ void loadEach(const Scanning& a, const T* row, i64 begin, i64 end, bool whole,
                                                A (&x)[each]) {
    if (whole) {
        T stored[each];
        loadRun<each>(row, a.n, begin, a.reverse != 0, stored);
#pragma unroll
        for (int k = 0; k < each; k++) {
            x[k] = (A)toWide(stored[k]);
        }
    } else {
#pragma unroll
        for (int k = 0; k < each; k++) {
            const i64 i = begin + k;
            x[k] = i < end ? (A)toWide(row[a.reverse != 0 ? a.n - 1 - i : i]) : F::neutral(A());
        }
    }
}

template <int each, class T, class A>
static __device__ __forceinline__ void storeEach(const Scanning& a, T* row, i64 begin, i64 end, bool whole,
                                                 const A (&x)[each]) {
    T result[each];
#pragma unroll
    for (int k = 0; k < each; k++) {
        result[k] = fromWide<T>((Wide<T>)x[k]);
    }
    if (whole) {
        storeRun<each>(row, a.n, begin, a.reverse != 0, result);
    } else {
#pragma unroll
        for (int k = 0; k < each; k++) {
            const i64 i = begin + k;
            if (i < end) {
                row[a.reverse != 0 ? a.n - 1 - i : i] = result[k];
            }
        }
    }
}

// The fold of what the threads of the group before this one have; `total` becomes that of all, and `exact` false for at
// least one of them if any fold on the way is not. All threads of the block take part.
template <class F, class A>
static __device__ __forceinline__ A beforeThread(const A mine, int lanes, A* warps, A& total, bool& exact) {
    A running = mine;
    for (int step = 1; step < 32; step *= 2) {
        const A below = fromBelow(running, step);
        if (threadIdx.x % 32 >= step) {
            running = F::join(below, running);
            exact = exact && F::isExact(running);
        }
    }
    A before = fromBelow(running, 1);
    if (threadIdx.x % 32 == 0) {
        before = F::neutral(A());
    }
    if (lanes == 32) {
        total = __shfl_sync(0xffffffffu, running, 31);
        return before;
    }
    if (threadIdx.x % 32 == 31) {
        warps[threadIdx.x / 32] = running;
    }
    __syncthreads();
    A beforeWarp = F::neutral(A());
    total = F::neutral(A());
    for (int w = 0; w < 8; w++) {
        beforeWarp = w == threadIdx.x / 32 ? total : beforeWarp;
        total = F::join(total, warps[w]);
    }
    __syncthreads();
    return F::join(beforeWarp, before);
}

template <class F, class T>
static __device__ __forceinline__ void scanRows(const Scanning& a) {
    typedef Running<T> A;
    constexpr int each = sizeof(T) == 8 ? 4 : 8;
    __shared__ A warps[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 tasks = a.outer * a.parts;
    for (i64 first = blockIdx.x * groups; first < tasks; first += gridDim.x * groups) {
        const i64 task = first + threadIdx.x / lanes;
        const bool active = task < tasks;
        const i64 row = active ? quotient(task, a.parts) : 0;
        const i64 part = active ? task - row * a.parts : 0;
        const T* const in = static_cast<const T*>(a.in) + row * a.n;
        T* const out = static_cast<T*>(a.out) + row * a.n;
        A carry = carryOf<F, A>(a, row, part, 0);
        const i64 end = !active ? 0 : (part + 1) * a.chunk < a.n ? (part + 1) * a.chunk : a.n;
        // All threads of the block go round as often, so that they meet at its barriers.
        for (i64 from = 0; from < a.chunk; from += lanes * each) {
            const i64 begin = part * a.chunk + from + lane * each;
            const bool whole = a.vector != 0 && begin + each <= end;
            A x[each];
            loadEach<F>(a, in, begin, end, whole, x);
#pragma unroll
            for (int k = 1; k < each; k++) {
                x[k] = F::join(x[k - 1], x[k]);
            }
            A total;
            bool exact = true;
            const A before = F::join(carry, beforeThread<F>(x[each - 1], lanes, warps, total, exact));
            if (a.totals == nullptr) {
#pragma unroll
                for (int k = 0; k < each; k++) {
                    x[k] = F::join(before, x[k]);
                }
                storeEach(a, out, begin, end, whole, x);
            }
            carry = F::join(carry, total);
        }
        if (active && a.totals != nullptr && lane == 0) {
            static_cast<A*>(a.totals)[task] = carry;
        }
    }
}

// ---- columns: a thread takes a part of a column ----

template <class F, class T>
static __device__ __forceinline__ void scanColumns(const Scanning& a) {
    typedef Running<T> A;
    constexpr int ahead = 8;
    const i64 tasks = a.outer * a.parts * a.inner;
    for (i64 task = (i64)blockIdx.x * blockDim.x + threadIdx.x; task < tasks; task += (i64)gridDim.x * blockDim.x) {
        const i64 table = quotient(task, a.inner);
        const i64 column = task - table * a.inner;
        const i64 row = quotient(table, a.parts);
        const i64 part = table - row * a.parts;
        const i64 from = part * a.chunk;
        const i64 end = from + a.chunk < a.n ? from + a.chunk : a.n;
        const i64 step = a.reverse != 0 ? -a.inner : a.inner;
        const i64 start = (row * a.n + (a.reverse != 0 ? a.n - 1 : 0)) * a.inner + column;
        const T* const in = static_cast<const T*>(a.in) + start;
        T* const out = static_cast<T*>(a.out) + start;
        A carry = carryOf<F, A>(a, row, part, column);
        for (i64 i = from; i < end; i += ahead) {
            T x[ahead];
#pragma unroll
            for (int k = 0; k < ahead; k++) {
                if (i + k < end) {
                    x[k] = in[(i + k) * step];
                }
            }
#pragma unroll
            for (int k = 0; k < ahead; k++) {
                if (i + k < end) {
                    carry = F::join(carry, (A)toWide(x[k]));
                    if (a.totals == nullptr) {
                        out[(i + k) * step] = fromWide<T>((Wide<T>)carry);
                    }
                }
            }
        }
        if (a.totals != nullptr) {
            static_cast<A*>(a.totals)[task] = carry;
        }
    }
}
