#pragma once
#include "numbers.cuh"
// Convolutions and pooling over the last two axes of images (count, channels, height, width). I is the type of
// indices: u32 where all sizes allow it, for 64-bit divisions are slow.

// The first item of this thread, and how far it is to its next.
template <class I>
static __device__ __forceinline__ I firstItem() {
    return (I)blockIdx.x * blockDim.x + threadIdx.x;
}

template <class I>
static __device__ __forceinline__ I itemStep() {
    return (I)gridDim.x * blockDim.x;
}

// ---- convolutions as matrix products ----

// Where windows lie in images, and the steps of the matrix that holds their elements: from image to image, channel to
// channel, tap to tap; neighbouring windows are neighbours in it.
struct Unfolding {
    const void* from;
    void* to;
    i64 items;
    i64 channels, height, width;
    i64 kernelHeight, kernelWidth;
    i64 strideH, strideW, padH, padW, dilationH, dilationW;
    i64 outHeight, outWidth;
    i64 first, count;
    i64 imageStep, channelStep, tapStep;
};

// Writes the elements under each tap of windows `first` to `first + count` of each image; an item is a window of a
// channel.
template <class T, class I>
static __device__ __forceinline__ void unfold(const Unfolding& a) {
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const I plane = item / (I)a.count;
        const I window = item % (I)a.count;
        const I at = window + (I)a.first;
        const i64 top = (i64)(at / (I)a.outWidth) * a.strideH - a.padH;
        const i64 left = (i64)(at % (I)a.outWidth) * a.strideW - a.padW;
        const T* const image = static_cast<const T*>(a.from) + plane * a.height * a.width;
        T* to = static_cast<T*>(a.to) + (i64)(plane / (I)a.channels) * a.imageStep
            + (i64)(plane % (I)a.channels) * a.channelStep + window;
        for (i64 i = 0; i < a.kernelHeight; i++) {
            const i64 row = top + i * a.dilationH;
            for (i64 j = 0; j < a.kernelWidth; j++, to += a.tapStep) {
                const i64 column = left + j * a.dilationW;
                const bool there = row >= 0 && row < a.height && column >= 0 && column < a.width;
                *to = there ? image[row * a.width + column] : T{};
            }
        }
    }
}

// The transpose: each element of the images' rows `firstRow` to `firstRow + rows` sums up its places in the matrix,
// whose windows begin with `first`. An item is an element.
struct Folding {
    const void* from;
    void* to;
    i64 items;
    i64 channels, height, width;
    i64 kernelHeight, kernelWidth;
    i64 strideH, strideW, padH, padW, dilationH, dilationW;
    i64 outHeight, outWidth;
    i64 first, firstRow, rows;
    i64 imageStep, channelStep, tapStep;
};

// The window that has its `tap`-th element at a position; -1 if there is none.
template <class I>
static __device__ __forceinline__ i64 windowAt(i64 position, i64 tap, i64 stride, i64 pad, i64 dilation, i64 windows) {
    const i64 start = position + pad - tap * dilation;
    if (start < 0 || (I)start % (I)stride != 0) {
        return -1;
    }
    const i64 window = (i64)((I)start / (I)stride);
    return window < windows ? window : -1;
}

// `W` is the type of the matrix, in which sums are made; T that of the images.
template <class W, class T, class I>
static __device__ __forceinline__ void fold(const Folding& a) {
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const i64 column = (i64)(item % (I)a.width);
        const I rest = item / (I)a.width;
        const i64 row = (i64)(rest % (I)a.rows) + a.firstRow;
        const I plane = rest / (I)a.rows;
        const W* const matrix = static_cast<const W*>(a.from) + (i64)(plane / (I)a.channels) * a.imageStep
            + (i64)(plane % (I)a.channels) * a.channelStep - a.first;
        W sum = 0;
        for (i64 i = 0; i < a.kernelHeight; i++) {
            const i64 down = windowAt<I>(row, i, a.strideH, a.padH, a.dilationH, a.outHeight);
            if (down < 0) {
                continue;
            }
            for (i64 j = 0; j < a.kernelWidth; j++) {
                const i64 across = windowAt<I>(column, j, a.strideW, a.padW, a.dilationW, a.outWidth);
                if (across >= 0) {
                    sum += matrix[(i * a.kernelWidth + j) * a.tapStep + down * a.outWidth + across];
                }
            }
        }
        static_cast<T*>(a.to)[(plane * a.height + row) * a.width + column] = fromWide<T>(sum);
    }
}

// Rounds sums to the dtype of the result.
struct Rounding {
    const void* from;
    void* to;
    i64 items;
};

template <class T>
static __device__ __forceinline__ void roundSums(const Rounding& a) {
    for (i64 item = firstItem<i64>(); item < a.items; item += itemStep<i64>()) {
        static_cast<T*>(a.to)[item] = fromWide<T>(static_cast<const Wide<T>*>(a.from)[item]);
    }
}

// ---- convolutions with one channel in each group ----

// Images x (images, channels, height, width), weights w (channels * outputs, 1, kernelHeight, kernelWidth) and results
// y (images, channels * outputs, outHeight, outWidth).
struct Depthwise {
    const void* x;
    const void* w;
    const void* y;
    void* to;
    i64 items;
    i64 images, channels, outputs, height, width;
    i64 kernelHeight, kernelWidth;
    i64 strideH, strideW, padH, padW, dilationH, dilationW;
    i64 outHeight, outWidth;
};

// An item is an element of y.
template <class T, class I>
static __device__ __forceinline__ void depthwise(const Depthwise& a) {
    typedef Wide<T> W;
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const i64 left = (i64)(item % (I)a.outWidth) * a.strideW - a.padW;
        const I rest = item / (I)a.outWidth;
        const i64 top = (i64)(rest % (I)a.outHeight) * a.strideH - a.padH;
        const I plane = rest / (I)a.outHeight;
        const T* const image = static_cast<const T*>(a.x) + (i64)(plane / (I)a.outputs) * a.height * a.width;
        const I output = plane % (I)(a.channels * a.outputs);
        const T* weight = static_cast<const T*>(a.w) + (i64)output * a.kernelHeight * a.kernelWidth;
        W sum = 0;
        for (i64 i = 0; i < a.kernelHeight; i++) {
            const i64 row = top + i * a.dilationH;
            for (i64 j = 0; j < a.kernelWidth; j++, weight++) {
                const i64 column = left + j * a.dilationW;
                if (row >= 0 && row < a.height && column >= 0 && column < a.width) {
                    sum += toWide(image[row * a.width + column]) * toWide(*weight);
                }
            }
        }
        static_cast<T*>(a.to)[item] = fromWide<T>(sum);
    }
}

// An item is an element of x.
template <class T, class I>
static __device__ __forceinline__ void depthwiseInput(const Depthwise& a) {
    typedef Wide<T> W;
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const i64 column = (i64)(item % (I)a.width);
        const I rest = item / (I)a.width;
        const i64 row = (i64)(rest % (I)a.height);
        const I plane = rest / (I)a.height;
        const i64 channel = (i64)(plane % (I)a.channels);
        W sum = 0;
        for (i64 output = 0; output < a.outputs; output++) {
            const T* const result =
                static_cast<const T*>(a.y) + (plane * a.outputs + output) * a.outHeight * a.outWidth;
            const T* const weight =
                static_cast<const T*>(a.w) + (channel * a.outputs + output) * a.kernelHeight * a.kernelWidth;
            for (i64 i = 0; i < a.kernelHeight; i++) {
                const i64 down = windowAt<I>(row, i, a.strideH, a.padH, a.dilationH, a.outHeight);
                if (down < 0) {
                    continue;
                }
                for (i64 j = 0; j < a.kernelWidth; j++) {
                    const i64 across = windowAt<I>(column, j, a.strideW, a.padW, a.dilationW, a.outWidth);
                    if (across >= 0) {
                        sum += toWide(result[down * a.outWidth + across]) * toWide(weight[i * a.kernelWidth + j]);
                    }
                }
            }
        }
        static_cast<T*>(a.to)[item] = fromWide<T>(sum);
    }
}

// A block of 256 threads for an element of w: each thread sums up its share of the results, and the sums are added
// pairwise.
template <class T, class I>
static __device__ __forceinline__ void depthwiseWeight(const Depthwise& a) {
    typedef Wide<T> W;
    constexpr int threads = 256;
    __shared__ W sums[threads];
    const int thread = (int)threadIdx.x;
    const i64 results = a.outHeight * a.outWidth;
    const i64 taps = a.kernelHeight * a.kernelWidth;
    for (i64 item = blockIdx.x; item < a.items; item += gridDim.x) {
        const i64 output = item / taps;
        const i64 down = item % taps / a.kernelWidth * a.dilationH - a.padH;
        const i64 right = item % a.kernelWidth * a.dilationW - a.padW;
        W sum = 0;
        for (I e = (I)thread; e < (I)(a.images * results); e += (I)threads) {
            const i64 image = (i64)(e / (I)results);
            const I at = e % (I)results;
            const i64 row = (i64)(at / (I)a.outWidth) * a.strideH + down;
            const i64 column = (i64)(at % (I)a.outWidth) * a.strideW + right;
            if (row >= 0 && row < a.height && column >= 0 && column < a.width) {
                const i64 plane = image * a.channels * a.outputs + output;
                const i64 source = image * a.channels + output / a.outputs;
                sum += toWide(static_cast<const T*>(a.y)[plane * results + at])
                    * toWide(static_cast<const T*>(a.x)[(source * a.height + row) * a.width + column]);
            }
        }
        sums[thread] = sum;
        for (int half = threads / 2; half > 0; half /= 2) {
            __syncthreads();
            if (thread < half) {
                sums[thread] += sums[thread + half];
            }
        }
        if (thread == 0) {
            static_cast<T*>(a.to)[item] = fromWide<T>(sums[0]);
        }
        __syncthreads();
    }
}

// ---- pooling ----

struct Pooling {
    const void* from;
    void* to;
    void* indices;
    i64 items;
    i64 height, width;
    i64 kernelH, kernelW, strideH, strideW, padH, padW, dilationH, dilationW;
    i64 outHeight, outWidth;
    i64 paddingCounts;
};

// The part of a window that lies inside an axis.
struct Inside {
    i64 first, taps;
};

template <class I>
static __device__ __forceinline__ Inside inside(i64 window, i64 kernel, i64 stride, i64 pad, i64 dilation, i64 size) {
    const i64 start = window * stride - pad;
    const i64 skipped = start < 0 ? (i64)((I)(dilation - 1 - start) / (I)dilation) : 0;
    const i64 fitting = start < size ? (i64)((I)(size - start + dilation - 1) / (I)dilation) : 0;
    const i64 taps = (fitting < kernel ? fitting : kernel) - skipped;
    return Inside{start + skipped * dilation, taps < 0 ? 0 : taps};
}

// What a maximum begins with.
template <class T>
struct Least {
    static __device__ __forceinline__ T of() {
        return (T)-1 < 0 ? (T)((u64)1 << (8 * sizeof(T) - 1)) : (T)0;
    }
};

template <>
struct Least<float> {
    static __device__ __forceinline__ float of() {
        return -infinityOf(0.0f);
    }
};

template <>
struct Least<double> {
    static __device__ __forceinline__ double of() {
        return -infinityOf(0.0);
    }
};

template <>
struct Least<bf16> {
    static __device__ __forceinline__ bf16 of() {
        return bf16{0xff80};
    }
};

template <>
struct Least<f16> {
    static __device__ __forceinline__ f16 of() {
        return f16{0xfc00};
    }
};

// The largest element of each window and its index in the plane. NaN is largest; of equal elements the first wins.
template <class T, class I>
static __device__ __forceinline__ void maxPool(const Pooling& a) {
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const I rest = item / (I)a.outWidth;
        const Inside down =
            inside<I>((i64)(rest % (I)a.outHeight), a.kernelH, a.strideH, a.padH, a.dilationH, a.height);
        const Inside across =
            inside<I>((i64)(item % (I)a.outWidth), a.kernelW, a.strideW, a.padW, a.dilationW, a.width);
        const T* const image = static_cast<const T*>(a.from) + (i64)(rest / (I)a.outHeight) * a.height * a.width;
        T best = Least<T>::of();
        i64 index = down.taps == 0 || across.taps == 0 ? 0 : down.first * a.width + across.first;
        for (i64 i = 0; i < down.taps; i++) {
            i64 at = (down.first + i * a.dilationH) * a.width + across.first;
            for (i64 j = 0; j < across.taps; j++, at += a.dilationW) {
                const Wide<T> value = toWide(image[at]);
                const Wide<T> largest = toWide(best);
                if (value > largest || (value != value && largest == largest)) {
                    best = image[at];
                    index = at;
                }
            }
        }
        static_cast<T*>(a.to)[item] = best;
        static_cast<i64*>(a.indices)[item] = index;
    }
}

// ---- large windows: a warp for each, whose lanes take turns at the taps ----

constexpr i64 lanes = 32;

// The window of this thread's warp, and how far it is to the warp's next.
template <class I>
static __device__ __forceinline__ I firstOfWarp() {
    return firstItem<I>() / (I)lanes;
}

template <class I>
static __device__ __forceinline__ I warpStep() {
    return itemStep<I>() / (I)lanes;
}

// The place in the plane of the tap with a number, counted row by row over the part of the window inside the image.
template <class I>
static __device__ __forceinline__ i64 tapAt(const Pooling& a, const Inside& down, const Inside& across, i64 tap) {
    const i64 row = (i64)((I)tap / (I)across.taps);
    const i64 column = tap - row * across.taps;
    return (down.first + row * a.dilationH) * a.width + across.first + column * a.dilationW;
}

// As maxPool.
template <class T, class I>
static __device__ __forceinline__ void maxPoolLarge(const Pooling& a) {
    const i64 lane = (i64)threadIdx.x % lanes;
    for (I item = firstOfWarp<I>(); item < (I)a.items; item += warpStep<I>()) {
        const I rest = item / (I)a.outWidth;
        const Inside down =
            inside<I>((i64)(rest % (I)a.outHeight), a.kernelH, a.strideH, a.padH, a.dilationH, a.height);
        const Inside across =
            inside<I>((i64)(item % (I)a.outWidth), a.kernelW, a.strideW, a.padW, a.dilationW, a.width);
        const T* const image = static_cast<const T*>(a.from) + (i64)(rest / (I)a.outHeight) * a.height * a.width;
        const i64 taps = down.taps * across.taps;
        Wide<T> best = Wide<T>();
        i64 found = taps;  // none
        for (i64 tap = lane; tap < taps; tap += lanes) {
            const Wide<T> value = toWide(image[tapAt<I>(a, down, across, tap)]);
            if (found == taps || value > best || (value != value && best == best)) {
                best = value;
                found = tap;
            }
        }
        for (int half = (int)lanes / 2; half > 0; half /= 2) {
            const Wide<T> value = (Wide<T>)__shfl_down_sync(0xffffffffu, best, half);
            const i64 tap = __shfl_down_sync(0xffffffffu, found, half);
            const bool larger = value > best || (value != value && best == best);
            const bool smaller = value < best || (value == value && best != best);
            if (tap < taps && (found == taps || larger || (!smaller && tap < found))) {
                best = value;
                found = tap;
            }
        }
        if (lane == 0) {
            const i64 index = taps == 0 ? 0 : tapAt<I>(a, down, across, found);
            static_cast<T*>(a.to)[item] = taps == 0 ? Least<T>::of() : image[index];
            static_cast<i64*>(a.indices)[item] = index;
        }
    }
}

// ---- means ----

// The number of elements that a window's mean is over.
template <class I>
static __device__ __forceinline__ i64 divisor(
    const Pooling& a, i64 row, i64 column, const Inside& down, const Inside& across) {
    if (a.paddingCounts == 0) {
        const i64 taps = down.taps * across.taps;
        return taps > 0 ? taps : 1;
    }
    const i64 below = a.height + 2 * a.padH - row * a.strideH;
    const i64 right = a.width + 2 * a.padW - column * a.strideW;
    return (below < a.kernelH ? below : a.kernelH) * (right < a.kernelW ? right : a.kernelW);
}

// The mean of each window; the sums of its rows are added, so that roundings do not pile up in large ones.
template <class T, class I>
static __device__ __forceinline__ void avgPool(const Pooling& a) {
    typedef Wide<T> W;
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const I rest = item / (I)a.outWidth;
        const i64 row = (i64)(rest % (I)a.outHeight);
        const i64 column = (i64)(item % (I)a.outWidth);
        const Inside down = inside<I>(row, a.kernelH, a.strideH, a.padH, 1, a.height);
        const Inside across = inside<I>(column, a.kernelW, a.strideW, a.padW, 1, a.width);
        const T* const image = static_cast<const T*>(a.from) + (i64)(rest / (I)a.outHeight) * a.height * a.width;
        W sum = 0;
        for (i64 i = 0; i < down.taps; i++) {
            const T* const line = image + (down.first + i) * a.width + across.first;
            W part = 0;
            for (i64 j = 0; j < across.taps; j++) {
                part += toWide(line[j]);
            }
            sum += part;
        }
        static_cast<T*>(a.to)[item] = fromWide<T>(sum / (W)divisor<I>(a, row, column, down, across));
    }
}

template <class T, class I>
static __device__ __forceinline__ void avgPoolLarge(const Pooling& a) {
    typedef Wide<T> W;
    const i64 lane = (i64)threadIdx.x % lanes;
    for (I item = firstOfWarp<I>(); item < (I)a.items; item += warpStep<I>()) {
        const I rest = item / (I)a.outWidth;
        const i64 row = (i64)(rest % (I)a.outHeight);
        const i64 column = (i64)(item % (I)a.outWidth);
        const Inside down = inside<I>(row, a.kernelH, a.strideH, a.padH, 1, a.height);
        const Inside across = inside<I>(column, a.kernelW, a.strideW, a.padW, 1, a.width);
        const T* const image = static_cast<const T*>(a.from) + (i64)(rest / (I)a.outHeight) * a.height * a.width;
        const i64 taps = down.taps * across.taps;
        W sum = 0;
        for (i64 tap = lane; tap < taps; tap += lanes) {
            sum += toWide(image[tapAt<I>(a, down, across, tap)]);
        }
        for (int half = (int)lanes / 2; half > 0; half /= 2) {
            sum += __shfl_down_sync(0xffffffffu, sum, half);
        }
        if (lane == 0) {
            static_cast<T*>(a.to)[item] = fromWide<T>(sum / (W)divisor<I>(a, row, column, down, across));
        }
    }
}

// The windows that a position is in.
struct Covering {
    i64 begin, end;
};

template <class I>
static __device__ __forceinline__ Covering covering(i64 position, i64 kernel, i64 stride, i64 pad, i64 windows) {
    const i64 padded = position + pad;
    const i64 end = (i64)((I)padded / (I)stride) + 1;
    const i64 begin = padded < kernel ? 0 : (i64)((I)(padded - kernel) / (I)stride) + 1;
    return Covering{begin, end < windows ? end : windows};
}

// Each element's share of the windows that it is in; an item is an element of the image.
template <class T, class I>
static __device__ __forceinline__ void avgPoolShares(const Pooling& a) {
    typedef Wide<T> W;
    for (I item = firstItem<I>(); item < (I)a.items; item += itemStep<I>()) {
        const I rest = item / (I)a.width;
        const Covering down = covering<I>((i64)(rest % (I)a.height), a.kernelH, a.strideH, a.padH, a.outHeight);
        const Covering across = covering<I>((i64)(item % (I)a.width), a.kernelW, a.strideW, a.padW, a.outWidth);
        const T* const pooled = static_cast<const T*>(a.from) + (i64)(rest / (I)a.height) * a.outHeight * a.outWidth;
        W sum = 0;
        for (i64 row = down.begin; row < down.end; row++) {
            const Inside rows = inside<I>(row, a.kernelH, a.strideH, a.padH, 1, a.height);
            for (i64 column = across.begin; column < across.end; column++) {
                const Inside columns = inside<I>(column, a.kernelW, a.strideW, a.padW, 1, a.width);
                sum += toWide(pooled[row * a.outWidth + column]) / (W)divisor<I>(a, row, column, rows, columns);
            }
        }
        static_cast<T*>(a.to)[item] = fromWide<T>(sum);
    }
}
