#pragma once
#include "elementwise.cuh"
#include "groups.cuh"
// Folds of elements over axes. The order of the operations depends on sizes and alignment only.

// ---- what is folded: the type of intermediate results, how two are joined, and what no elements give ----

static __device__ __forceinline__ float lowestOf(float x) { return -infinityOf(x); }
static __device__ __forceinline__ double lowestOf(double x) { return -infinityOf(x); }
static __device__ __forceinline__ i64 lowestOf(i64) { return -0x7fffffffffffffffll - 1; }
static __device__ __forceinline__ i32 lowestOf(i32) { return -2147483647 - 1; }
static __device__ __forceinline__ u8 lowestOf(u8) { return 0; }
static __device__ __forceinline__ bool lowestOf(bool) { return false; }

static __device__ __forceinline__ float highestOf(float x) { return infinityOf(x); }
static __device__ __forceinline__ double highestOf(double x) { return infinityOf(x); }
static __device__ __forceinline__ i64 highestOf(i64) { return 0x7fffffffffffffffll; }
static __device__ __forceinline__ i32 highestOf(i32) { return 2147483647; }
static __device__ __forceinline__ u8 highestOf(u8) { return 255; }
static __device__ __forceinline__ bool highestOf(bool) { return true; }

// What folds of the elements themselves have in common.
template <class T>
struct ValueFold {
    typedef Wide<T> Acc;
    typedef T Out;
    template <class E>
    static __device__ __forceinline__ Acc element(E x, i64) { return toWide(x); }
    static __device__ __forceinline__ Out result(Acc x) { return fromWide<T>(x); }
};

template <class T>
struct SumFold : ValueFold<T> {
    // -0, so that a sum of negative zeros is one.
    static __device__ __forceinline__ Wide<T> neutral() { return negOf((Wide<T>)0); }
    static __device__ __forceinline__ Wide<T> ofNothing() { return 0; }
    static __device__ __forceinline__ Wide<T> join(Wide<T> a, Wide<T> b) { return addOf(a, b); }
};

template <class T>
struct ProductFold : ValueFold<T> {
    static __device__ __forceinline__ Wide<T> neutral() { return 1; }
    static __device__ __forceinline__ Wide<T> ofNothing() { return 1; }
    static __device__ __forceinline__ Wide<T> join(Wide<T> a, Wide<T> b) { return mulOf(a, b); }
};

// NaN if there is one; of truth values, whether any is true.
template <class T>
struct MaxFold : ValueFold<T> {
    static __device__ __forceinline__ Wide<T> neutral() { return lowestOf(Wide<T>()); }
    static __device__ __forceinline__ Wide<T> ofNothing() { return neutral(); }
    static __device__ __forceinline__ Wide<T> join(Wide<T> a, Wide<T> b) { return maximumOf(a, b); }
};

// NaN if there is one; of truth values, whether all are true.
template <class T>
struct MinFold : ValueFold<T> {
    static __device__ __forceinline__ Wide<T> neutral() { return highestOf(Wide<T>()); }
    static __device__ __forceinline__ Wide<T> ofNothing() { return neutral(); }
    static __device__ __forceinline__ Wide<T> join(Wide<T> a, Wide<T> b) { return minimumOf(a, b); }
};

// An element and its place along the axis; no element has the place `nowhere`.
template <class V>
struct Placed {
    V value;
    i64 place;
};

static const i64 nowhere = 0x7fffffffffffffffll;

template <class V>
static __device__ __forceinline__ Placed<V> fromLane(const Placed<V>& x, int lane) {
    return Placed<V>{fromLane(x.value, lane), fromLane(x.place, lane)};
}

// The place of the first largest element (or smallest, if `least`); the first NaN counts as that.
template <class T, bool least>
struct PlaceFold {
    typedef Placed<Wide<T>> Acc;
    typedef i64 Out;
    static __device__ __forceinline__ Acc neutral() { return Acc{Wide<T>(), nowhere}; }
    static __device__ __forceinline__ Acc ofNothing() { return neutral(); }
    static __device__ __forceinline__ Acc element(T x, i64 place) { return Acc{toWide(x), place}; }
    static __device__ __forceinline__ Acc element(Acc x, i64) { return x; }
    static __device__ __forceinline__ Acc join(const Acc& a, const Acc& b) {
        const bool aNan = a.value != a.value;
        const bool bNan = b.value != b.value;
        const bool less = least ? b.value < a.value : a.value < b.value;
        const bool more = least ? a.value < b.value : b.value < a.value;
        const bool better = bNan ? !aNan : less;
        const bool worse = aNan ? !bNan : more;
        const bool second = a.place == nowhere || (b.place != nowhere && (better || (!worse && b.place < a.place)));
        return second ? b : a;
    }
    static __device__ __forceinline__ Out result(const Acc& x) { return x.place; }
};

// ---- where the elements are ----

// The axes of a kind, the last first.
struct FoldAxes {
    i64 rank;
    i64 size[6];
    i64 stride[6];
};

// How far the element of a number is from that of number 0.
static __device__ __forceinline__ i64 offsetOf(const FoldAxes& axes, i64 number) {
    i64 offset = 0;
    i64 rest = number;
    for (int axis = 0; axis < (int)axes.rank - 1; axis++) {
        const i64 next = quotient(rest, axes.size[axis]);
        offset += (rest - next * axes.size[axis]) * axes.stride[axis];
        rest = next;
    }
    return axes.rank == 0 ? 0 : offset + rest * axes.stride[(int)axes.rank - 1];
}

// A walk over elements of reduced axes in steps, without a division for each where the axes are two.
struct FoldWalk {
    i64 place;
    i64 outer;
    i64 stepPlace;
    i64 stepOuter;

    // `unit` elements of the last axis count as one.
    __device__ __forceinline__ FoldWalk(const FoldAxes& axes, i64 first, i64 step, i64 unit) {
        const i64 size = axes.rank == 0 ? 1 : axes.size[0] / unit;
        outer = quotient(first, size);
        place = first - outer * size;
        stepOuter = quotient(step, size);
        stepPlace = step - stepOuter * size;
    }

    __device__ __forceinline__ i64 next(const FoldAxes& axes, i64 unit) {
        i64 offset = axes.rank == 0 ? 0 : place * unit * axes.stride[0];
        if (axes.rank == 2) {
            offset += outer * axes.stride[1];
        } else if (axes.rank > 2) {
            i64 rest = outer;
            for (int axis = 1; axis < (int)axes.rank; axis++) {
                const i64 more = quotient(rest, axes.size[axis]);
                offset += (rest - more * axes.size[axis]) * axes.stride[axis];
                rest = more;
            }
        }
        place += stepPlace;
        outer += stepOuter;
        const i64 size = axes.rank == 0 ? 1 : axes.size[0] / unit;
        if (place >= size) {
            place -= size;
            outer++;
        }
        return offset;
    }
};

// What a kernel is given. A task is a part of `chunk` elements (for columns: rows) of a result.
struct Folding {
    const void* in;
    void* out;
    i64 n;       // elements of each result
    i64 parts;   // of each result; with more than 1, `out` takes intermediate results (outer, parts, inner)
    i64 chunk;   // elements of a part
    i64 tasks;
    i64 lanes;   // rows: threads of a task. columns: threads side by side
    i64 vector;  // whether 16 bytes are read at a time: rows of several reduced axes, and columns
    i64 inner;   // columns: of them
    i64 innerStride;
    i64 tiles;   // columns: tasks side by side
    FoldAxes reduced;
    FoldAxes kept;  // columns: but the last
};

template <class F>
static __device__ __forceinline__ void putFold(const Folding& a, i64 at, const typename F::Acc& acc) {
    if (a.parts > 1) {
        static_cast<typename F::Acc*>(a.out)[at] = acc;
    } else {
        static_cast<typename F::Out*>(a.out)[at] = F::result(a.n == 0 ? F::ofNothing() : acc);
    }
}

// The fold of N intermediate results, as a tree.
template <class F, int N>
static __device__ __forceinline__ typename F::Acc joined(const typename F::Acc* acc) {
    if constexpr (N == 1) {
        return acc[0];
    } else {
        return F::join(joined<F, N / 2>(acc), joined<F, N / 2>(acc + N / 2));
    }
}

// ---- rows: the threads of a task lie along the reduced axes ----

// The elements from..to of one reduced axis, of stride 1: 16 bytes at a time but for what lies before and behind.
template <class F, class E>
static __device__ __forceinline__ typename F::Acc foldDense(const E* in, i64 from, i64 to, int lane, int lanes) {
    constexpr int width = 16 / (int)sizeof(E);
    typedef typename F::Acc Acc;
    Acc acc[width];
#pragma unroll
    for (int k = 0; k < width; k++) {
        acc[k] = F::neutral();
    }
    const i64 misfit = (i64)((u64)(in + from) % 16 / sizeof(E));
    i64 head = from + (misfit == 0 ? 0 : width - misfit);
    head = head < to ? head : to;
    for (i64 i = from + lane; i < head; i += lanes) {
        acc[0] = F::join(acc[0], F::element(in[i], i));
    }
    const E* const aligned = in + head;
    const i64 vectors = (to - head) / width;
    i64 v = lane;
    for (; v + 3 * lanes < vectors; v += 4 * lanes) {
        Vec<E, width> x[4];
#pragma unroll
        for (int u = 0; u < 4; u++) {
            x[u] = loadVector<width>(aligned, v + u * lanes);
        }
#pragma unroll
        for (int u = 0; u < 4; u++) {
#pragma unroll
            for (int k = 0; k < width; k++) {
                acc[k] = F::join(acc[k], F::element(x[u].at[k], head + (v + u * lanes) * width + k));
            }
        }
    }
    for (; v < vectors; v += lanes) {
        const Vec<E, width> x = loadVector<width>(aligned, v);
#pragma unroll
        for (int k = 0; k < width; k++) {
            acc[k] = F::join(acc[k], F::element(x.at[k], head + v * width + k));
        }
    }
    for (i64 i = head + vectors * width + lane; i < to; i += lanes) {
        acc[0] = F::join(acc[0], F::element(in[i], i));
    }
    return joined<F, width>(acc);
}

// The elements from..to of any reduced axes, `width` of the last at a time.
template <class F, class E, int width>
static __device__ __forceinline__ typename F::Acc foldStrided(const FoldAxes& axes, const E* in, i64 from, i64 to,
                                                              int lane, int lanes) {
    typedef typename F::Acc Acc;
    constexpr int count = width < 4 ? 4 : width;
    Acc acc[count];
#pragma unroll
    for (int k = 0; k < count; k++) {
        acc[k] = F::neutral();
    }
    i64 i = from / width + lane;
    const i64 end = to / width;
    FoldWalk walk(axes, i, lanes, width);
    for (; i + 3 * lanes < end; i += 4 * lanes) {
        Vec<E, width> x[4];
#pragma unroll
        for (int u = 0; u < 4; u++) {
            x[u] = loadVector<width>(in + walk.next(axes, width), 0);
        }
#pragma unroll
        for (int u = 0; u < 4; u++) {
#pragma unroll
            for (int k = 0; k < width; k++) {
                const int chain = (u * width + k) % count;
                acc[chain] = F::join(acc[chain], F::element(x[u].at[k], (i + u * lanes) * width + k));
            }
        }
    }
    for (; i < end; i += lanes) {
        const Vec<E, width> x = loadVector<width>(in + walk.next(axes, width), 0);
#pragma unroll
        for (int k = 0; k < width; k++) {
            acc[k] = F::join(acc[k], F::element(x.at[k], i * width + k));
        }
    }
    return joined<F, count>(acc);
}

template <class F, class E>
static __device__ __forceinline__ void foldRows(const Folding& a) {
    typedef typename F::Acc Acc;
    constexpr int width = 16 / (int)sizeof(E);
    __shared__ Acc shared[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    for (i64 first = blockIdx.x * groups; first < a.tasks; first += gridDim.x * groups) {
        const i64 task = first + threadIdx.x / lanes;
        Acc acc = F::neutral();
        if (task < a.tasks) {
            const i64 row = quotient(task, a.parts);
            const i64 from = (task - row * a.parts) * a.chunk;
            const i64 to = from + a.chunk < a.n ? from + a.chunk : a.n;
            const E* const in = static_cast<const E*>(a.in) + offsetOf(a.kept, row);
            if (a.reduced.rank == 1 && a.reduced.stride[0] == 1) {
                acc = foldDense<F, E>(in, from, to, lane, lanes);
            } else if (a.vector != 0) {
                acc = foldStrided<F, E, width>(a.reduced, in, from, to, lane, lanes);
            } else {
                acc = foldStrided<F, E, 1>(a.reduced, in, from, to, lane, lanes);
            }
        }
        acc = foldOfGroup<F>(acc, lanes, shared);
        if (lane == 0 && task < a.tasks) {
            putFold<F>(a, task, acc);
        }
    }
}

// ---- columns: `lanes` threads lie side by side along a kept axis, the others of the block below them ----

template <class F, class E, int width>
static __device__ __forceinline__ void foldColumnsBy(const Folding& a) {
    typedef typename F::Acc Acc;
    __shared__ Acc shared[256];
    const int lanes = (int)a.lanes;
    const int depth = blockDim.x / lanes;
    const int x = threadIdx.x % lanes;
    const int y = threadIdx.x / lanes;
    for (i64 task = blockIdx.x; task < a.tasks; task += gridDim.x) {
        const i64 table = quotient(task, a.tiles);
        const i64 column = ((task - table * a.tiles) * lanes + x) * width;
        const i64 outer = quotient(table, a.parts);
        const i64 from = (table - outer * a.parts) * a.chunk;
        const i64 to = from + a.chunk < a.n ? from + a.chunk : a.n;
        Acc acc[width];
#pragma unroll
        for (int k = 0; k < width; k++) {
            acc[k] = F::neutral();
        }
        if (column < a.inner) {
            const E* const in = static_cast<const E*>(a.in) + offsetOf(a.kept, outer) + column * a.innerStride;
            i64 i = from + y;
            FoldWalk walk(a.reduced, i, depth, 1);
            for (; i + 3 * depth < to; i += 4 * depth) {
                Vec<E, width> rows[4];
#pragma unroll
                for (int u = 0; u < 4; u++) {
                    rows[u] = loadVector<width>(in + walk.next(a.reduced, 1), 0);
                }
#pragma unroll
                for (int u = 0; u < 4; u++) {
#pragma unroll
                    for (int k = 0; k < width; k++) {
                        acc[k] = F::join(acc[k], F::element(rows[u].at[k], i + u * depth));
                    }
                }
            }
            for (; i < to; i += depth) {
                const Vec<E, width> row = loadVector<width>(in + walk.next(a.reduced, 1), 0);
#pragma unroll
                for (int k = 0; k < width; k++) {
                    acc[k] = F::join(acc[k], F::element(row.at[k], i));
                }
            }
        }
#pragma unroll
        for (int k = 0; k < width; k++) {
            if (depth > 1) {
                __syncthreads();
                shared[threadIdx.x] = acc[k];
                for (int half = depth / 2; half > 0; half /= 2) {
                    __syncthreads();
                    if (y < half) {
                        acc[k] = F::join(acc[k], shared[threadIdx.x + half * lanes]);
                        shared[threadIdx.x] = acc[k];
                    }
                }
            }
            if (y == 0 && column < a.inner) {
                putFold<F>(a, table * a.inner + column + k, acc[k]);
            }
        }
    }
}

template <class F, class E>
static __device__ __forceinline__ void foldColumns(const Folding& a) {
    if (a.vector != 0) {
        foldColumnsBy<F, E, 16 / (int)sizeof(E)>(a);
    } else {
        foldColumnsBy<F, E, 1>(a);
    }
}
