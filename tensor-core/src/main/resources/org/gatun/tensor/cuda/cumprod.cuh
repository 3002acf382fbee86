#pragma once
#include "scan.cuh"
// Running products of floating elements, kept in double precision as in scan.cuh, that are what the sequential product
// gives also where it overflows, underflows or meets 0, infinities and NaN. Products of neighbours are joined in any
// order only where none leaves the normal numbers; elsewhere a thread goes through the elements one by one. That is
// seldom: once the running product is settled at 0, an infinity or NaN, only signs, zeros, infinities and NaN matter.

static __device__ __forceinline__ bool isFinite(double x) {
    return fabs(x) < infinityOf(x);
}

// Whether a running product stays as it is, but for the sign, whatever finite numbers but 0 follow.
static __device__ __forceinline__ bool isSettled(double x) {
    return x == 0 || !isFinite(x);
}

// What a factor is to a settled product.
static __device__ __forceinline__ double factorOf(double x, double settled) {
    return isFinite(x) && (settled == 0 || x != 0) ? copysign(1.0, x) : x;
}

// Kinds of factors, as a set.
constexpr i32 NEGATIVE = 1;  // of an odd number
constexpr i32 ZERO = 2;
constexpr i32 INFINITE = 4;
constexpr i32 NOT_A_NUMBER = 8;

static __device__ __forceinline__ i32 kindOf(double x) {
    const i32 special = x != x ? NOT_A_NUMBER : x == 0 ? ZERO : isFinite(x) ? 0 : INFINITE;
    return special | (copysign(1.0, x) < 0 ? NEGATIVE : 0);
}

struct KindsFold {
    typedef i32 Acc;
    static __device__ __forceinline__ i32 join(i32 a, i32 b) { return (a | b) & ~NEGATIVE | (a ^ b) & NEGATIVE; }
};

struct LargestFold {
    typedef double Acc;
    static __device__ __forceinline__ double join(double a, double b) { return a > b ? a : b; }
};

struct SmallestFold {
    typedef double Acc;
    static __device__ __forceinline__ double join(double a, double b) { return a < b ? a : b; }
};

// What a part does to the running product before it.
struct PartProduct {
    double product;
    double largest;   // of the magnitudes of its running products; infinite if one is no normal number
    double smallest;
    i64 kinds;
};

// The running product behind a part of `count` elements that are `step` apart.
template <class T>
static __device__ __forceinline__ double behindPart(double before, const PartProduct& part, const T* in, i64 step,
                                                    i64 count) {
    const i32 kinds = (i32)part.kinds;
    if (isSettled(before)) {
        const bool lost = (kinds & (before == 0 ? INFINITE | NOT_A_NUMBER : ZERO | NOT_A_NUMBER)) != 0;
        return lost ? nanOf(before) : (kinds & NEGATIVE) != 0 ? -before : before;
    }
    if (RunningProduct::isExact(before * part.largest) && RunningProduct::isExact(before * part.smallest)) {
        return before * part.product;
    }
    double running = before;
    for (i64 i = 0; i < count; i++) {
        running *= (double)toWide(in[i * step]);
    }
    return running;
}

// Writes the running products behind the parts of each line, given what the parts are in `totals`, to `out`.
template <class T>
static __device__ __forceinline__ void productCarries(const Scanning& a) {
    const PartProduct* const parts = static_cast<const PartProduct*>(a.totals);
    double* const carries = static_cast<double*>(a.out);
    const i64 lines = a.outer * a.inner;
    for (i64 line = (i64)blockIdx.x * blockDim.x + threadIdx.x; line < lines; line += (i64)gridDim.x * blockDim.x) {
        const i64 row = quotient(line, a.inner);
        const i64 column = line - row * a.inner;
        const T* const in = static_cast<const T*>(a.in) + row * a.n * a.inner + column;
        double running = 1;
        for (i64 part = 0; part < a.parts - 1; part++) {
            const i64 at = (row * a.parts + part) * a.inner + column;
            running = behindPart(running, parts[at], in + part * a.chunk * a.inner, a.inner, a.chunk);
            carries[at] = running;
        }
    }
}

// A thread takes a part of a column.
template <class T>
static __device__ __forceinline__ void productColumns(const Scanning& a) {
    if (a.totals == nullptr) {
        scanColumns<RunningProduct, T>(a);
        return;
    }
    const i64 tasks = a.outer * a.parts * a.inner;
    for (i64 task = (i64)blockIdx.x * blockDim.x + threadIdx.x; task < tasks; task += (i64)gridDim.x * blockDim.x) {
        const i64 table = quotient(task, a.inner);
        const i64 row = quotient(table, a.parts);
        const i64 from = (table - row * a.parts) * a.chunk;
        const i64 end = from + a.chunk < a.n ? from + a.chunk : a.n;
        const T* const in = static_cast<const T*>(a.in) + row * a.n * a.inner + (task - table * a.inner);
        PartProduct part{1, 1, 1, 0};
        for (i64 i = from; i < end; i++) {
            const double x = (double)toWide(in[i * a.inner]);
            part.product *= x;
            const bool exact = RunningProduct::isExact(part.product);
            part.largest = LargestFold::join(part.largest, exact ? fabs(part.product) : infinityOf(x));
            part.smallest = SmallestFold::join(part.smallest, exact ? fabs(part.product) : part.smallest);
            part.kinds = KindsFold::join((i32)part.kinds, kindOf(x));
        }
        static_cast<PartProduct*>(a.totals)[task] = part;
    }
}

// A warp or a block takes a part of a row (inner is 1).
template <class T>
static __device__ __forceinline__ void productRows(const Scanning& a) {
    typedef RunningProduct F;
    constexpr int each = sizeof(T) == 8 ? 4 : 8;
    __shared__ double warps[8];
    __shared__ i32 kindsOfWarps[8];
    const int lanes = (int)a.lanes;
    const int lane = threadIdx.x % lanes;
    const i64 groups = blockDim.x / lanes;
    const i64 tasks = a.outer * a.parts;
    const bool results = a.totals == nullptr;
    for (i64 first = blockIdx.x * groups; first < tasks; first += gridDim.x * groups) {
        const i64 task = first + threadIdx.x / lanes;
        const bool active = task < tasks;
        const i64 row = active ? quotient(task, a.parts) : 0;
        const i64 part = active ? task - row * a.parts : 0;
        const T* const in = static_cast<const T*>(a.in) + row * a.n;
        T* const out = static_cast<T*>(a.out) + row * a.n;
        double carry = carryOf<F, double>(a, row, part, 0);
        double largest = 1;
        double smallest = 1;
        i32 kinds = 0;
        const i64 end = !active ? 0 : (part + 1) * a.chunk < a.n ? (part + 1) * a.chunk : a.n;
        // All threads of the block go round as often, so that they meet at its barriers.
        for (i64 from = 0; from < a.chunk; from += lanes * each) {
            const i64 start = part * a.chunk + from;
            const i64 begin = start + lane * each;
            const bool whole = a.vector != 0 && begin + each <= end;
            double x[each];
            loadEach<F>(a, in, begin, end, whole, x);
            const bool settled = results && isSettled(carry);
            bool exact = true;
#pragma unroll
            for (int k = 0; k < each; k++) {
                kinds = KindsFold::join(kinds, kindOf(x[k]));
                x[k] = settled ? factorOf(x[k], carry) : x[k];
                x[k] = k == 0 ? x[0] : x[k - 1] * x[k];
                exact = exact && F::isExact(x[k]);
            }
            double total;
            const double mine = beforeThread<F>(x[each - 1], lanes, warps, total, exact);
            const double before = carry * mine;
            exact = exact && F::isExact(mine);
#pragma unroll
            for (int k = 0; k < each; k++) {
                x[k] = before * x[k];
                exact = exact && F::isExact(x[k]);
                largest = LargestFold::join(largest, exact ? fabs(x[k]) : infinityOf(largest));
                smallest = SmallestFold::join(smallest, exact ? fabs(x[k]) : smallest);
            }
            const double carried = carry;
            carry = carried * total;
            if (!results) {
                continue;
            }
            exact = exact || settled;
            if (lanes == 32 ? __all_sync(0xffffffffu, exact) : __syncthreads_and(exact)) {
                storeEach(a, out, begin, end, whole, x);
                continue;
            }
            if (lane == 0) {
                const i64 stop = start + lanes * each < end ? start + lanes * each : end;
                carry = carried;
                for (i64 i = start; i < stop; i++) {
                    carry *= (double)toWide(in[i]);
                    out[i] = fromWide<T>((Wide<T>)carry);
                }
                if (lanes > 32) {
                    warps[0] = carry;
                }
            }
            if (lanes == 32) {
                carry = __shfl_sync(0xffffffffu, carry, 0);
            } else {
                __syncthreads();
                carry = warps[0];
                __syncthreads();
            }
        }
        if (!results) {
            const PartProduct all{carry, foldOfGroup<LargestFold>(largest, lanes, warps),
                                  foldOfGroup<SmallestFold>(smallest, lanes, warps),
                                  foldOfGroup<KindsFold>(kinds, lanes, kindsOfWarps)};
            if (active && lane == 0) {
                static_cast<PartProduct*>(a.totals)[task] = all;
            }
        }
    }
}
