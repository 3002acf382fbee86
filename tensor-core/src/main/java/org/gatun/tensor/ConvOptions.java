package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.shape.Shape;

/**
 * The geometry of a convolution in one to three dimensions, or of a transposed one, as the arguments of {@code torch.nn.functional.conv1d}
 * to {@code conv_transpose3d}. One number serves all axes; several are for (depth, height, width), as many as there are.
 *
 * <pre>{@code
 * Functional.conv3d(x, weight, bias, ConvOptions.DEFAULT.stride(1, 2, 2).padding(1));
 * }</pre>
 *
 * @param stride elements between windows, at least 1
 * @param padding zeros on both sides
 * @param dilation elements between the taps of a window, at least 1
 * @param outputPadding for transposed convolutions: elements that the result has more at the end, less than stride or dilation
 * @param groups the number of groups that channels are split into, at least 1
 * @param same whether the padding is chosen so that the result has the size of the input, which takes stride 1; {@code padding} is 0 then
 */
public record ConvOptions(Shape stride, Shape padding, Shape dilation, Shape outputPadding, int groups, boolean same) {
    private static final Shape ZERO = Shape.of(0);
    private static final Shape ONE = Shape.of(1);

    /** Stride 1, no padding, no dilation, one group. */
    public static final ConvOptions DEFAULT = new ConvOptions(ONE, ZERO, ONE, ZERO, 1, false);

    /** Checks the ranges. */
    public ConvOptions {
        least("conv: stride", stride, 1);
        least("conv: padding", padding, 0);
        least("conv: dilation", dilation, 1);
        least("conv: outputPadding", outputPadding, 0);
        if (groups < 1) {
            throw new IllegalArgumentException("conv: " + groups + " groups: give 1 or more");
        }
        if (same && Arrays.stream(stride.toArray()).anyMatch(s -> s != 1)) {
            throw new IllegalArgumentException("conv: padding \"same\" with stride " + stride
                    + ": the size stays the same with stride 1 only, give that or a padding in numbers");
        }
    }

    /** The geometry of a two-dimensional convolution. */
    public static ConvOptions of(ConvSpec spec) {
        return DEFAULT.stride(spec.strideH(), spec.strideW())
                .padding(spec.padH(), spec.padW())
                .dilation(spec.dilationH(), spec.dilationW())
                .groups(spec.groups());
    }

    /** This geometry with other strides. */
    public ConvOptions stride(long... values) {
        return new ConvOptions(list("stride", values), padding, dilation, outputPadding, groups, same);
    }

    /** This geometry with other numbers of zeros on both sides. */
    public ConvOptions padding(long... values) {
        return new ConvOptions(stride, list("padding", values), dilation, outputPadding, groups, false);
    }

    /** This geometry with the padding that keeps the size, {@code padding="same"}; an odd number of zeros has one more at the end. */
    public ConvOptions samePadding() {
        return new ConvOptions(stride, ZERO, dilation, outputPadding, groups, true);
    }

    /** This geometry with other dilations. */
    public ConvOptions dilation(long... values) {
        return new ConvOptions(stride, padding, list("dilation", values), outputPadding, groups, same);
    }

    /** This geometry with other output paddings. */
    public ConvOptions outputPadding(long... values) {
        return new ConvOptions(stride, padding, dilation, list("outputPadding", values), groups, same);
    }

    /** This geometry with another number of groups. */
    public ConvOptions groups(int newGroups) {
        return new ConvOptions(stride, padding, dilation, outputPadding, newGroups, same);
    }

    private static Shape list(String what, long[] values) {
        least("conv: " + what, values, what.equals("stride") || what.equals("dilation") ? 1 : 0);
        return Shape.of(values);
    }

    private static void least(String what, Shape values, long least) {
        least(what, values.toArray(), least);
    }

    /** Refuses numbers out of the range of the kernels, which count in ints. */
    static void least(String what, long[] values, long least) {
        for (long v : values) {
            if (v < least || v > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(what + " " + Arrays.toString(values) + ": give "
                        + (v < least ? least + " or more" : "at most 2^31 - 1") + " for each axis");
            }
        }
    }

    /** Refuses sizes along the last axes that are beyond the ints, or of a result that memory does not hold. */
    static void requireCountable(String name, Tensor x, long[] size) {
        for (long n : size) {
            if (n > Integer.MAX_VALUE) {
                throw new ShapeException(name + ": size " + Arrays.toString(size) + " of an input of shape " + x.shape()
                        + ": give at most 2^31 - 1 for each axis");
            }
        }
        long[] sizes = x.shape().toArray();
        System.arraycopy(size, 0, sizes, sizes.length - size.length, size.length);
        HostCopies.requireRoom(name, x.dtype(), sizes, x.device());
    }

    /** One number for each of the axes. */
    static long[] along(String name, String what, Shape values, int axes) {
        if (values.rank() != 1 && values.rank() != axes) {
            throw new ShapeException(name + ": " + what + " " + values + " has " + values.rank()
                    + " numbers: give one for all axes, or " + axes);
        }
        long[] all = new long[axes];
        Arrays.setAll(all, i -> values.size(values.rank() == 1 ? 0 : i));
        return all;
    }
}
