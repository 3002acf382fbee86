package org.gatun.tensor.ir;

/**
 * The geometry of two-dimensional pooling over the last two axes (height, width), as {@code torch.nn.functional.max_pool2d} and
 * {@code avg_pool2d}.
 *
 * @param kernelH rows of a window, at least 1
 * @param kernelW columns of a window, at least 1
 * @param strideH rows between windows, at least 1
 * @param strideW columns between windows, at least 1
 * @param padH padding on the top and on the bottom, at most half the window
 * @param padW padding on the left and on the right, at most half the window
 * @param dilationH rows between the taps of a window, at least 1 (1 for average pooling)
 * @param dilationW columns between the taps of a window, at least 1 (1 for average pooling)
 * @param ceilMode whether a window that only partly fits counts (the output size rounds up); it must start inside
 * @param countIncludePad for average pooling: whether padding counts in the divisor
 */
public record PoolSpec(
        int kernelH,
        int kernelW,
        int strideH,
        int strideW,
        int padH,
        int padW,
        int dilationH,
        int dilationW,
        boolean ceilMode,
        boolean countIncludePad) {
    /** Checks the ranges. */
    public PoolSpec {
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1) {
            throw new IllegalArgumentException("pool2d: kernel (" + kernelH + ", " + kernelW + "), stride (" + strideH
                    + ", " + strideW + ") and dilation (" + dilationH + ", " + dilationW + ") must be 1 or more");
        }
        if (padH < 0 || padW < 0 || 2L * padH > kernelH || 2L * padW > kernelW) {
            throw new IllegalArgumentException("pool2d: padding (" + padH + ", " + padW
                    + ") must be 0 or more and at most half the kernel (" + kernelH + ", " + kernelW + ")");
        }
    }

    /** Square windows that do not overlap: stride equal to the kernel, no padding. */
    public static PoolSpec of(int kernel) {
        return of(kernel, kernel);
    }

    /** Square windows with the given stride, no padding. */
    public static PoolSpec of(int kernel, int stride) {
        return new PoolSpec(kernel, kernel, stride, stride, 0, 0, 1, 1, false, true);
    }

    /** This geometry with another padding along both axes. */
    public PoolSpec padding(int padding) {
        return new PoolSpec(
                kernelH, kernelW, strideH, strideW, padding, padding, dilationH, dilationW, ceilMode, countIncludePad);
    }

    /** The number of output rows. */
    public long outHeight(long height) {
        return out(height, kernelH, strideH, padH, dilationH);
    }

    /** The number of output columns. */
    public long outWidth(long width) {
        return out(width, kernelW, strideW, padW, dilationW);
    }

    private long out(long size, int kernel, int stride, int pad, int dilation) {
        long span = size + 2L * pad - dilation * (kernel - 1L) - 1;
        long out = (ceilMode ? Math.ceilDiv(span, stride) : Math.floorDiv(span, stride)) + 1;
        // In ceil mode the last window must start inside the input or its left padding.
        return ceilMode && (out - 1) * stride >= size + pad ? out - 1 : out;
    }
}
