package org.gatun.tensor;

import java.util.Objects;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.trace.CastPolicy;
import org.jspecify.annotations.Nullable;

/** The convolutions among the functions of {@link Functional}. */
abstract sealed class ConvolutionFunctions permits PoolingFunctions {
    ConvolutionFunctions() {}

    /** As {@link #conv2d(Tensor, Tensor, Tensor, ConvSpec)} with stride 1, no padding and no bias. */
    public static Tensor conv2d(Tensor x, Tensor weight) {
        return CastPolicy.LOWER.apply(
                in -> Convolutions.conv(2, in[0], in[1], in[2], ConvOptions.DEFAULT), x, weight, null);
    }

    /**
     * The two-dimensional cross-correlation, as {@code torch.nn.functional.conv2d}:
     * {@code y[n, o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[n, c, i strideH - padH + u dilationH, ...]}.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param weight of shape (out, c / groups, kh, kw)
     * @param bias of shape (out), or null for none
     * @param spec stride, padding, dilation, groups
     * @return of shape (n, out, oh, ow), or (out, oh, ow)
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvSpec spec) {
        Objects.requireNonNull(spec, "conv2d: the geometry is null: give a ConvSpec");
        return CastPolicy.LOWER.apply(
                in -> Convolutions.conv(2, in[0], in[1], in[2], ConvOptions.of(spec)), x, weight, bias);
    }

    /** As {@link #conv2d(Tensor, Tensor, Tensor, ConvSpec)}, with a geometry that can keep the size. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.conv(2, in[0], in[1], in[2], options), x, weight, bias);
    }

    /**
     * The one-dimensional cross-correlation, as {@code torch.nn.functional.conv1d}.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param weight of shape (out, c / groups, k)
     * @param bias of shape (out), or null for none
     * @param options stride, padding, dilation, groups
     * @return of shape (n, out, ol), or (out, ol)
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.conv(1, in[0], in[1], in[2], options), x, weight, bias);
    }

    /** As {@link #conv1d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1, no padding and no bias. */
    public static Tensor conv1d(Tensor x, Tensor weight) {
        return CastPolicy.LOWER.apply(
                in -> Convolutions.conv(1, in[0], in[1], in[2], ConvOptions.DEFAULT), x, weight, null);
    }

    /**
     * The three-dimensional cross-correlation, as {@code torch.nn.functional.conv3d}.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param weight of shape (out, c / groups, kd, kh, kw)
     * @param bias of shape (out), or null for none
     * @param options stride, padding, dilation, groups
     * @return of shape (n, out, od, oh, ow), or (out, od, oh, ow)
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.conv(3, in[0], in[1], in[2], options), x, weight, bias);
    }

    /** As {@link #conv3d(Tensor, Tensor, Tensor, ConvOptions)} with stride 1, no padding and no bias. */
    public static Tensor conv3d(Tensor x, Tensor weight) {
        return CastPolicy.LOWER.apply(
                in -> Convolutions.conv(3, in[0], in[1], in[2], ConvOptions.DEFAULT), x, weight, null);
    }

    /**
     * The transposed one-dimensional convolution, as {@code torch.nn.functional.conv_transpose1d}: the gradient of {@link #conv1d(Tensor,
     * Tensor, Tensor, ConvOptions)} with respect to its input. Of size {@code (l - 1) stride - 2 padding + dilation (k - 1) + outputPadding + 1}.
     *
     * @param x of shape (n, c, l), or (c, l) without a batch
     * @param weight of shape (c, out / groups, k)
     * @param bias of shape (out), or null for none
     * @param options stride, padding, output padding, dilation, groups
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.transposed(1, in[0], in[1], in[2], options), x, weight, bias);
    }

    /**
     * The transposed two-dimensional convolution, as {@code torch.nn.functional.conv_transpose2d}; along each axis as {@link
     * #convTranspose1d}.
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param weight of shape (c, out / groups, kh, kw)
     * @param bias of shape (out), or null for none
     * @param options stride, padding, output padding, dilation, groups
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.transposed(2, in[0], in[1], in[2], options), x, weight, bias);
    }

    /**
     * The transposed three-dimensional convolution, as {@code torch.nn.functional.conv_transpose3d}; along each axis as {@link
     * #convTranspose1d}.
     *
     * @param x of shape (n, c, d, h, w), or (c, d, h, w) without a batch
     * @param weight of shape (c, out / groups, kd, kh, kw)
     * @param bias of shape (out), or null for none
     * @param options stride, padding, output padding, dilation, groups
     * @throws ShapeException when the channels, groups or sizes do not fit, naming both shapes
     */
    public static Tensor convTranspose3d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return CastPolicy.LOWER.apply(in -> Convolutions.transposed(3, in[0], in[1], in[2], options), x, weight, bias);
    }
}
