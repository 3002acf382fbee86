package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;

/**
 * The windows of pooling in one to three dimensions, as the arguments of {@code torch.nn.functional.max_pool1d} to {@code avg_pool3d}. One
 * number serves all axes; several are for (depth, height, width), as many as there are.
 *
 * <pre>{@code
 * Functional.maxPool3d(x, PoolOptions.of(2).padding(1, 0, 0).ceilMode(true));
 * }</pre>
 *
 * @param kernel elements of a window, at least 1
 * @param stride elements between windows, at least 1
 * @param padding padding on both sides, at most half the window
 * @param dilation elements between the taps of a window, at least 1 (1 for averages)
 * @param ceilMode whether a window that only partly fits counts; it must start inside
 * @param countIncludePad for averages: whether padding counts in the divisor
 * @param divisorOverride for averages: what sums are divided by instead of the number of elements; 0 for that
 */
public record PoolOptions(
        Shape kernel,
        Shape stride,
        Shape padding,
        Shape dilation,
        boolean ceilMode,
        boolean countIncludePad,
        long divisorOverride) {
    /** Checks the ranges. */
    public PoolOptions {
        ConvOptions.least("pool: kernel", kernel.toArray(), 1);
        ConvOptions.least("pool: stride", stride.toArray(), 1);
        ConvOptions.least("pool: padding", padding.toArray(), 0);
        ConvOptions.least("pool: dilation", dilation.toArray(), 1);
    }

    /** Windows that do not overlap: stride equal to the kernel, no padding. */
    public static PoolOptions of(long... kernel) {
        ConvOptions.least("pool: kernel", kernel, 1);
        Shape size = Shape.of(kernel);
        return new PoolOptions(size, size, Shape.of(0), Shape.of(1), false, true, 0);
    }

    /** These windows with other strides. */
    public PoolOptions stride(long... values) {
        ConvOptions.least("pool: stride", values, 1);
        return new PoolOptions(kernel, Shape.of(values), padding, dilation, ceilMode, countIncludePad, divisorOverride);
    }

    /** These windows with other paddings. */
    public PoolOptions padding(long... values) {
        ConvOptions.least("pool: padding", values, 0);
        return new PoolOptions(kernel, stride, Shape.of(values), dilation, ceilMode, countIncludePad, divisorOverride);
    }

    /** These windows with other dilations. */
    public PoolOptions dilation(long... values) {
        ConvOptions.least("pool: dilation", values, 1);
        return new PoolOptions(kernel, stride, padding, Shape.of(values), ceilMode, countIncludePad, divisorOverride);
    }

    /** These windows, those that only partly fit too or not. */
    public PoolOptions ceilMode(boolean ceil) {
        return new PoolOptions(kernel, stride, padding, dilation, ceil, countIncludePad, divisorOverride);
    }

    /** These windows, padding counted in the divisor of averages or not. */
    public PoolOptions countIncludePad(boolean count) {
        return new PoolOptions(kernel, stride, padding, dilation, ceilMode, count, divisorOverride);
    }

    /**
     * These windows, sums divided by a number of one's own.
     *
     * @throws IllegalArgumentException when it is 0
     */
    public PoolOptions divisorOverride(long divisor) {
        if (divisor == 0) {
            throw new IllegalArgumentException("pool: a divisor of 0: give another number");
        }
        return new PoolOptions(kernel, stride, padding, dilation, ceilMode, countIncludePad, divisor);
    }

    /** The geometry along each of the axes of the signal. */
    Geometry windows(String name, int axes) {
        return new Geometry(
                ConvOptions.along(name, "kernel", kernel, axes),
                ConvOptions.along(name, "stride", stride, axes),
                ConvOptions.along(name, "padding", padding, axes),
                ConvOptions.along(name, "dilation", dilation, axes),
                ceilMode,
                countIncludePad);
    }

    /** One number for each axis. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Geometry(
            long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceil, boolean countIncludePad) {
        /** The windows of a plane of two axes, of which the first may be -1, for one row. */
        PoolSpec plane(int a, int b) {
            return new PoolSpec(
                    a < 0 ? 1 : (int) kernel[a],
                    b < 0 ? 1 : (int) kernel[b],
                    a < 0 ? 1 : (int) stride[a],
                    b < 0 ? 1 : (int) stride[b],
                    a < 0 ? 0 : (int) padding[a],
                    b < 0 ? 0 : (int) padding[b],
                    a < 0 ? 1 : (int) dilation[a],
                    b < 0 ? 1 : (int) dilation[b],
                    ceil,
                    countIncludePad);
        }

        /** The number of windows along an axis of n elements. */
        long count(int a, long n) {
            return plane(a, -1).outHeight(n);
        }

        @Override
        public String toString() {
            return "windows of " + Arrays.toString(kernel) + ", padding " + Arrays.toString(padding) + ", dilation "
                    + Arrays.toString(dilation);
        }
    }
}
