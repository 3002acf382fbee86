package org.gatun.tensor.ir;

/**
 * The geometry of a two-dimensional convolution over the last two axes (height, width), as {@code torch.nn.functional.conv2d}.
 *
 * @param strideH rows between windows, at least 1
 * @param strideW columns between windows, at least 1
 * @param padH rows of zeros on the top and on the bottom
 * @param padW columns of zeros on the left and on the right
 * @param dilationH rows between the taps of a window, at least 1
 * @param dilationW columns between the taps of a window, at least 1
 * @param groups the number of groups that channels are split into, at least 1
 */
public record ConvSpec(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
    /** Stride 1, no padding, no dilation, one group. */
    public static final ConvSpec DEFAULT = new ConvSpec(1, 1, 0, 0, 1, 1, 1);

    /** Checks the ranges. */
    public ConvSpec {
        if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1 || groups < 1 || padH < 0 || padW < 0) {
            throw new IllegalArgumentException("conv2d: stride (" + strideH + ", " + strideW + "), dilation ("
                    + dilationH
                    + ", " + dilationW + ") and groups " + groups + " must be 1 or more, padding (" + padH + ", " + padW
                    + ") 0 or more");
        }
    }

    /** This geometry with another stride along both axes. */
    public ConvSpec stride(int stride) {
        return new ConvSpec(stride, stride, padH, padW, dilationH, dilationW, groups);
    }

    /** This geometry with another padding along both axes. */
    public ConvSpec padding(int padding) {
        return new ConvSpec(strideH, strideW, padding, padding, dilationH, dilationW, groups);
    }

    /** This geometry with another dilation along both axes. */
    public ConvSpec dilation(int dilation) {
        return new ConvSpec(strideH, strideW, padH, padW, dilation, dilation, groups);
    }

    /** This geometry with another number of groups. */
    public ConvSpec groups(int newGroups) {
        return new ConvSpec(strideH, strideW, padH, padW, dilationH, dilationW, newGroups);
    }

    /** The number of output rows: {@code floor((height + 2 padH - dilationH (kernel - 1) - 1) / strideH) + 1}. */
    public long outHeight(long height, long kernel) {
        return Math.floorDiv(height + 2L * padH - dilationH * (kernel - 1) - 1, strideH) + 1;
    }

    /** The number of output columns, as {@link #outHeight}. */
    public long outWidth(long width, long kernel) {
        return Math.floorDiv(width + 2L * padW - dilationW * (kernel - 1) - 1, strideW) + 1;
    }
}
