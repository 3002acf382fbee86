package org.gatun.tensor;

import org.gatun.tensor.ir.PoolSpec;

/** The pools among the functions of {@link Functional}. */
abstract sealed class PoolingFunctions extends ConvolutionFunctions permits ImageFunctions {
    PoolingFunctions() {}

    /**
     * The largest element of each window, as {@code torch.nn.functional.max_pool2d}; of ties the first, which gets all of the
     * gradient. Padding counts as -infinity.
     *
     * @param x of shape (n, c, h, w), or (c, h, w)
     * @param spec the windows
     * @return of shape (n, c, oh, ow), or (c, oh, ow)
     */
    public static Tensor maxPool2d(Tensor x, PoolSpec spec) {
        return Windows.maxPool2d("maxPool2d", x, spec).values();
    }

    /** As {@link #maxPool2d}, together with the index of each maximum in its plane of h * w elements. */
    public static ValuesIndices maxPool2dWithIndices(Tensor x, PoolSpec spec) {
        return Windows.maxPool2d("maxPool2dWithIndices", x, spec);
    }

    /**
     * The mean of each window, as {@code torch.nn.functional.avg_pool2d}.
     *
     * @param x of shape (n, c, h, w), or (c, h, w)
     * @param spec the windows, without dilation
     * @return of shape (n, c, oh, ow), or (c, oh, ow)
     */
    public static Tensor avgPool2d(Tensor x, PoolSpec spec) {
        return Windows.avgPool2d(x, spec);
    }

    /**
     * The largest element of each window, as {@code torch.nn.functional.max_pool1d}; of ties the first, which gets all of the gradient. Padding
     * counts as -infinity.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param options the windows
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor maxPool1d(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool1d", 1, x, options).values();
    }

    /** As {@link #maxPool1d(Tensor, PoolOptions)}, together with the index of each maximum in its line of l elements. */
    public static ValuesIndices maxPool1dWithIndices(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool1dWithIndices", 1, x, options);
    }

    /**
     * The mean of each window, as {@code torch.nn.functional.avg_pool1d}.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param options the windows, without dilation
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor avgPool1d(Tensor x, PoolOptions options) {
        return Pooling.avg(1, x, options);
    }

    /**
     * {@code (sum of x^p)^(1/p)} over each window, as {@code torch.nn.functional.lp_pool1d}: the mean of the powers times the size of the window,
     * also where a window reaches over the end. NaN where the sum of the powers is negative. The derivative where it is 0 is 0, as that of a norm.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param p above 0
     * @param options the windows, without padding and dilation
     * @throws ShapeException when a window does not fit into the input
     */
    public static Tensor lpPool1d(Tensor x, double p, PoolOptions options) {
        return Pooling.lp(1, x, p, options);
    }

    /**
     * The mean of each of {@code size} windows that cover the input, as {@code torch.nn.functional.adaptive_avg_pool1d}: window i goes from {@code floor(i n
     * / size)} to {@code ceil((i + 1) n / size)}.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param size one number for all spatial axes, or one for each
     * @throws ShapeException when a size is less than 1
     */
    public static Tensor adaptiveAvgPool1d(Tensor x, long... size) {
        return Pooling.adaptiveAvg(1, x, size);
    }

    /** The largest elements of the windows of {@link #adaptiveAvgPool1d}, as {@code torch.nn.functional.adaptive_max_pool1d}; of ties the first. */
    public static Tensor adaptiveMaxPool1d(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool1d", 1, x, size).values();
    }

    /** As {@link #adaptiveMaxPool1d}, together with the index of each maximum in its line of l elements. */
    public static ValuesIndices adaptiveMaxPool1dWithIndices(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool1dWithIndices", 1, x, size);
    }

    /**
     * Zeros but for the elements of x at the places that {@link #maxPool1dWithIndices(Tensor, PoolOptions)} gave, as {@code
     * torch.nn.functional.max_unpool1d}; which of several for one place stays is not defined.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param indices of the same shape, I64
     * @param options the windows that the indices came from
     * @param size the size of the result along its spatial axes; none for {@code (n - 1) stride - 2 padding + kernel}
     * @throws ShapeException when the size is a stride or more from that
     * @throws IndexOutOfBoundsException when an index lies outside of the result
     */
    public static Tensor maxUnpool1d(Tensor x, Tensor indices, PoolOptions options, long... size) {
        return Pooling.unpool(1, x, indices, options, size);
    }

    /**
     * The largest element of each window, as {@code torch.nn.functional.max_pool2d}; of ties the first, which gets all of the gradient. Padding
     * counts as -infinity.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param options the windows
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor maxPool2d(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool2d", 2, x, options).values();
    }

    /** As {@link #maxPool2d(Tensor, PoolOptions)}, together with the index of each maximum in its plane of h * w elements. */
    public static ValuesIndices maxPool2dWithIndices(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool2dWithIndices", 2, x, options);
    }

    /**
     * The mean of each window, as {@code torch.nn.functional.avg_pool2d}.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param options the windows, without dilation
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor avgPool2d(Tensor x, PoolOptions options) {
        return Pooling.avg(2, x, options);
    }

    /**
     * {@code (sum of x^p)^(1/p)} over each window, as {@code torch.nn.functional.lp_pool2d}: the mean of the powers times the size of the window,
     * also where a window reaches over the end. NaN where the sum of the powers is negative. The derivative where it is 0 is 0, as that of a norm.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param p above 0
     * @param options the windows, without padding and dilation
     * @throws ShapeException when a window does not fit into the input
     */
    public static Tensor lpPool2d(Tensor x, double p, PoolOptions options) {
        return Pooling.lp(2, x, p, options);
    }

    /**
     * The mean of each of {@code size} windows that cover the input, as {@code torch.nn.functional.adaptive_avg_pool2d}: window i goes from {@code floor(i n
     * / size)} to {@code ceil((i + 1) n / size)}.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param size one number for all spatial axes, or one for each
     * @throws ShapeException when a size is less than 1
     */
    public static Tensor adaptiveAvgPool2d(Tensor x, long... size) {
        return Pooling.adaptiveAvg(2, x, size);
    }

    /** The largest elements of the windows of {@link #adaptiveAvgPool2d}, as {@code torch.nn.functional.adaptive_max_pool2d}; of ties the first. */
    public static Tensor adaptiveMaxPool2d(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool2d", 2, x, size).values();
    }

    /** As {@link #adaptiveMaxPool2d}, together with the index of each maximum in its plane of h * w elements. */
    public static ValuesIndices adaptiveMaxPool2dWithIndices(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool2dWithIndices", 2, x, size);
    }

    /**
     * Zeros but for the elements of x at the places that {@link #maxPool2dWithIndices(Tensor, PoolOptions)} gave, as {@code
     * torch.nn.functional.max_unpool2d}; which of several for one place stays is not defined.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param indices of the same shape, I64
     * @param options the windows that the indices came from
     * @param size the size of the result along its spatial axes; none for {@code (n - 1) stride - 2 padding + kernel}
     * @throws ShapeException when the size is a stride or more from that
     * @throws IndexOutOfBoundsException when an index lies outside of the result
     */
    public static Tensor maxUnpool2d(Tensor x, Tensor indices, PoolOptions options, long... size) {
        return Pooling.unpool(2, x, indices, options, size);
    }

    /**
     * The largest element of each window, as {@code torch.nn.functional.max_pool3d}; of ties the first, which gets all of the gradient. Padding
     * counts as -infinity.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param options the windows
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor maxPool3d(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool3d", 3, x, options).values();
    }

    /** As {@link #maxPool3d(Tensor, PoolOptions)}, together with the index of each maximum in its volume of d * h * w elements. */
    public static ValuesIndices maxPool3dWithIndices(Tensor x, PoolOptions options) {
        return Pooling.max("maxPool3dWithIndices", 3, x, options);
    }

    /**
     * The mean of each window, as {@code torch.nn.functional.avg_pool3d}.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param options the windows, without dilation
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor avgPool3d(Tensor x, PoolOptions options) {
        return Pooling.avg(3, x, options);
    }

    /**
     * {@code (sum of x^p)^(1/p)} over each window, as {@code torch.nn.functional.lp_pool3d}: the mean of the powers times the size of the window,
     * also where a window reaches over the end. NaN where the sum of the powers is negative. The derivative where it is 0 is 0, as that of a norm.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param p above 0
     * @param options the windows, without padding and dilation
     * @throws ShapeException when a window does not fit into the input
     */
    public static Tensor lpPool3d(Tensor x, double p, PoolOptions options) {
        return Pooling.lp(3, x, p, options);
    }

    /**
     * The mean of each of {@code size} windows that cover the input, as {@code torch.nn.functional.adaptive_avg_pool3d}: window i goes from {@code floor(i n
     * / size)} to {@code ceil((i + 1) n / size)}.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param size one number for all spatial axes, or one for each
     * @throws ShapeException when a size is less than 1
     */
    public static Tensor adaptiveAvgPool3d(Tensor x, long... size) {
        return Pooling.adaptiveAvg(3, x, size);
    }

    /** The largest elements of the windows of {@link #adaptiveAvgPool3d}, as {@code torch.nn.functional.adaptive_max_pool3d}; of ties the first. */
    public static Tensor adaptiveMaxPool3d(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool3d", 3, x, size).values();
    }

    /** As {@link #adaptiveMaxPool3d}, together with the index of each maximum in its volume of d * h * w elements. */
    public static ValuesIndices adaptiveMaxPool3dWithIndices(Tensor x, long... size) {
        return Pooling.adaptiveMax("adaptiveMaxPool3dWithIndices", 3, x, size);
    }

    /**
     * Zeros but for the elements of x at the places that {@link #maxPool3dWithIndices(Tensor, PoolOptions)} gave, as {@code
     * torch.nn.functional.max_unpool3d}; which of several for one place stays is not defined.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param indices of the same shape, I64
     * @param options the windows that the indices came from
     * @param size the size of the result along its spatial axes; none for {@code (n - 1) stride - 2 padding + kernel}
     * @throws ShapeException when the size is a stride or more from that
     * @throws IndexOutOfBoundsException when an index lies outside of the result
     */
    public static Tensor maxUnpool3d(Tensor x, Tensor indices, PoolOptions options, long... size) {
        return Pooling.unpool(3, x, indices, options, size);
    }
}
