package org.gatun.tensor;

import org.gatun.tensor.trace.CastPolicy;

/** The functions of {@link Functional} that resample and rearrange images. */
abstract sealed class ImageFunctions extends PoolingFunctions permits DistanceFunctions {
    ImageFunctions() {}

    // ---- windows as columns ----

    /**
     * The windows of images as columns, as {@code torch.nn.functional.unfold} (im2col).
     *
     * @param x of shape (n, c, h, w), or (c, h, w) without a batch
     * @param kernel the height and width of a window, or one number for both
     * @param options stride, padding, dilation
     * @return of shape (n, c kh kw, windows), row by row
     * @throws ShapeException when a window does not fit into the padded input
     */
    public static Tensor unfold(Tensor x, long[] kernel, ConvOptions options) {
        return Patches.unfold(x, kernel, options);
    }

    /**
     * Images from columns, added up where windows overlap, as {@code torch.nn.functional.fold} (col2im): the transpose of {@link #unfold}.
     *
     * @param x of shape (n, c kh kw, windows), or without a batch
     * @param size the height and width of the images, or one number for both
     * @param kernel the height and width of a window, or one number for both
     * @param options stride, padding, dilation
     * @return of shape (n, c, h, w)
     * @throws ShapeException when the input has another number of rows or columns
     */
    public static Tensor fold(Tensor x, long[] size, long[] kernel, ConvOptions options) {
        return Patches.fold(x, size, kernel, options);
    }

    // ---- channels as pixels ----

    /**
     * Channels as pixels, as {@code torch.nn.functional.pixel_shuffle}: from (.., c r^2, h, w) to (.., c, h r, w r).
     *
     * @throws ShapeException when the channels are no multiple of r^2
     */
    public static Tensor pixelShuffle(Tensor x, long r) {
        return Patches.pixelShuffle(x, r);
    }

    /**
     * Pixels as channels, as {@code torch.nn.functional.pixel_unshuffle}: from (.., c, h r, w r) to (.., c r^2, h, w).
     *
     * @throws ShapeException when height or width are no multiples of r
     */
    public static Tensor pixelUnshuffle(Tensor x, long r) {
        return Patches.pixelUnshuffle(x, r);
    }

    /**
     * The channels (n, c, ..) in another order, as {@code torch.nn.functional.channel_shuffle}: the first of each group, then the second of each.
     *
     * @throws ShapeException when the channels are no multiple of the groups
     */
    public static Tensor channelShuffle(Tensor x, long groups) {
        return Patches.channelShuffle(x, groups);
    }

    // ---- resampling ----

    /**
     * Images resampled to a size, as {@code torch.nn.functional.interpolate}. Element i of the result lies at {@code (i + 0.5) n / m - 0.5} among the n elements
     * of an axis, or at {@code i (n - 1) / (m - 1)} with aligned corners.
     *
     * @param x of shape (n, c, l), (n, c, h, w) or (n, c, d, h, w)
     * @param size one number for all spatial axes, or one for each
     * @param mode how values between elements are found
     * @param alignCorners whether the first and the last elements stay where they are; linear and cubic modes only
     * @throws ShapeException when the mode does not go with the rank, or a size is less than 1
     */
    public static Tensor interpolate(Tensor x, long[] size, InterpolationMode mode, boolean alignCorners) {
        return CastPolicy.F32.apply(x, image -> Interpolation.toSize("interpolate", image, size, mode, alignCorners));
    }

    /** As {@link #interpolate(Tensor, long[], InterpolationMode, boolean)}, corners not aligned. */
    public static Tensor interpolate(Tensor x, long[] size, InterpolationMode mode) {
        return CastPolicy.F32.apply(x, image -> Interpolation.toSize("interpolate", image, size, mode, false));
    }

    /**
     * Images resampled by factors, as {@code torch.nn.functional.interpolate} with {@code scale_factor}: to {@code floor(n factor)} elements. The distance
     * of elements is {@code 1 / factor}, not that of the sizes, where corners are not aligned.
     *
     * @param x of shape (n, c, l), (n, c, h, w) or (n, c, d, h, w)
     * @param factors one number for all spatial axes, or one for each
     * @param mode how values between elements are found
     * @param alignCorners whether the first and the last elements stay where they are; linear and cubic modes only
     * @throws ShapeException when the mode does not go with the rank, or a size is less than 1
     */
    public static Tensor interpolate(Tensor x, double[] factors, InterpolationMode mode, boolean alignCorners) {
        return CastPolicy.F32.apply(
                x, image -> Interpolation.byFactor("interpolate", image, factors, mode, alignCorners));
    }

    /** As {@link #interpolate(Tensor, double[], InterpolationMode, boolean)}, corners not aligned. */
    public static Tensor interpolate(Tensor x, double[] factors, InterpolationMode mode) {
        return CastPolicy.F32.apply(x, image -> Interpolation.byFactor("interpolate", image, factors, mode, false));
    }

    /** {@link #interpolate(Tensor, double[], InterpolationMode)} to the nearest, as {@code torch.nn.functional.upsample_nearest}. */
    public static Tensor upsampleNearest(Tensor x, double... factors) {
        return CastPolicy.F32.apply(
                x,
                image -> Interpolation.byFactor("upsampleNearest", image, factors, InterpolationMode.NEAREST, false));
    }

    /** {@link #interpolate(Tensor, double[], InterpolationMode, boolean)}, bilinear with aligned corners, as {@code torch.nn.functional.upsample_bilinear}. */
    public static Tensor upsampleBilinear(Tensor x, double... factors) {
        return CastPolicy.F32.apply(
                x,
                image -> Interpolation.byFactor("upsampleBilinear", image, factors, InterpolationMode.BILINEAR, true));
    }

    /**
     * Images sampled at the places of a grid, as {@code torch.nn.functional.grid_sample}. Differentiable in the image and, but for the nearest
     * element, in the grid. A place that is not a number gives 0.
     *
     * @param x of shape (n, c, h, w) or (n, c, d, h, w)
     * @param grid places (n, oh, ow, 2) as (x, y), or (n, od, oh, ow, 3) as (x, y, z), from -1 to 1 over the image; of the dtype of x
     * @param mode NEAREST, BILINEAR (which is trilinear for three axes), or BICUBIC for two
     * @param padding what lies outside
     * @param alignCorners whether -1 and 1 are the centres of the first and the last element rather than the borders of the image
     * @return of shape (n, c, oh, ow) or (n, c, od, oh, ow)
     * @throws ShapeException when the shapes do not fit
     */
    public static Tensor gridSample(
            Tensor x, Tensor grid, InterpolationMode mode, GridPadding padding, boolean alignCorners) {
        return CastPolicy.PROMOTE.apply(
                x, grid, (image, places) -> GridSampling.sample(image, places, mode, padding, alignCorners));
    }

    /**
     * The grid of an affine map for {@link #gridSample}, as {@code torch.nn.functional.affine_grid}.
     *
     * @param theta matrices (n, 2, 3) of maps of (x, y, 1), or (n, 3, 4) of (x, y, z, 1)
     * @param size of the images that are sampled: (n, c, h, w) or (n, c, d, h, w)
     * @param alignCorners whether -1 and 1 are the centres of the first and the last element rather than the borders of the image
     * @return of shape (n, h, w, 2) or (n, d, h, w, 3)
     * @throws ShapeException when the matrices do not go with the size
     */
    public static Tensor affineGrid(Tensor theta, long[] size, boolean alignCorners) {
        return GridSampling.affineGrid(theta, size, alignCorners);
    }
}
