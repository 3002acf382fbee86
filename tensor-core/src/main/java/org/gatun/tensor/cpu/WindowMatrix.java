package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * The matrix whose product with a convolution's weights is the convolution of one image: row {@code (channel, tap row, tap
 * column)}, column {@code (result row, result column)}; it holds the image's element that the tap meets there, or 0 in the
 * padding ("im2col"). And its transpose, which adds such a matrix up into an image ("col2im").
 *
 * @param geometry the convolution's sizes
 * @param dtype the dtype of the elements, F32 or F64
 */
record WindowMatrix(ConvGeometry geometry, DType dtype) {

    /** Bytes of results up to which filling all of them with zeros takes less time than finding the padding. */
    private static final long ZEROED_WHOLE = 1024;

    /**
     * Writes the matrix for some channels and result rows.
     *
     * @param image the address of the first of the channels
     * @param channels how many
     * @param firstRow the first result row
     * @param rows how many
     * @param matrix where the matrix goes, row by row
     * @param step elements from one row of the matrix to the next
     */
    void unfold(long image, long channels, long firstRow, long rows, long matrix, long step) {
        move(image, channels, firstRow, rows, matrix, step, true);
    }

    /** Adds the matrix that is at {@code matrix} to the image's channels; the parameters are {@link #unfold}'s. */
    void fold(long matrix, long channels, long firstRow, long rows, long image, long step) {
        var spec = geometry.spec();
        // Taps no further apart than rows of the matrix are long: a vector of windows then begins in the matrix.
        boolean near = spec.dilationW() <= geometry.outWidth() && geometry.width() <= Integer.MAX_VALUE;
        if (dtype == DType.F32 && spec.strideH() == 1 && spec.strideW() == 1 && near) {
            foldByRows(matrix, channels, firstRow, rows, image, step);
        } else {
            move(image, channels, firstRow, rows, matrix, step, false);
        }
    }

    /**
     * Windows that are one apart, row by row of the image: adding one tap after another to all rows would load from each row what was
     * stored just before, one element beside, which a processor waits for.
     */
    private void foldByRows(long matrix, long channels, long firstRow, long rows, long image, long step) {
        var g = geometry;
        var spec = g.spec();
        long tap = 4 * step;
        long down = g.kernelWidth() * tap - 4L * spec.dilationH() * g.outWidth();
        var taps = new RowLoops.Taps(
                g.kernelWidth(), tap, down, spec.padW(), spec.dilationW(), Math.toIntExact(g.outWidth()));
        for (long channel = 0; channel < channels; channel++) {
            for (long y = 0; y < g.height(); y++) {
                // Tap row ky meets the image's row y in the windows of result row y + padH - ky dilationH.
                long last = y + spec.padH() - firstRow;
                long begin = Math.max(0, Math.ceilDiv(last - rows + 1, spec.dilationH()));
                long end = last < 0 ? 0 : Math.min(g.kernelHeight(), last / spec.dilationH() + 1);
                if (begin < end) {
                    long from = matrix + channel * g.taps() * tap + begin * down + 4 * last * g.outWidth();
                    long to = image + (channel * g.height() + y) * g.width() * 4;
                    RowLoops.get().addWindows(to, Math.toIntExact(g.width()), from, (int) (end - begin), taps);
                }
            }
        }
    }

    private void move(long image, long channels, long firstRow, long rows, long matrix, long step, boolean unfold) {
        var g = geometry;
        var spec = g.spec();
        long bytes = dtype.bytes();
        long length = rows * g.outWidth();
        long at = matrix;
        for (long channel = 0; channel < channels; channel++) {
            long plane = image + channel * g.plane() * bytes;
            for (int ky = 0; ky < g.kernelHeight(); ky++) {
                long shiftY = (long) ky * spec.dilationH() - spec.padH();
                long top = Math.max(firstRow, firstInside(shiftY, spec.strideH()));
                long bottom = Math.min(firstRow + rows, firstBeyond(g.height(), shiftY, spec.strideH()));
                for (int kx = 0; kx < g.kernelWidth(); kx++) {
                    long shiftX = (long) kx * spec.dilationW() - spec.padW();
                    long left = firstInside(shiftX, spec.strideW());
                    long right = Math.min(g.outWidth(), firstBeyond(g.width(), shiftX, spec.strideW()));
                    boolean any = top < bottom && left < right;
                    boolean all = any && (bottom - top) * (right - left) == length;
                    if (unfold && !all) {
                        if (any && length * bytes > ZEROED_WHOLE) {
                            zeroAround(at, rows, top - firstRow, bottom - firstRow, left, right);
                        } else {
                            Ram.zero(at, length * bytes);
                        }
                    }
                    if (any) {
                        long y = top * spec.strideH() + shiftY;
                        long x = left * spec.strideW() + shiftX;
                        long inImage = plane + (y * g.width() + x) * bytes;
                        long inMatrix = at + ((top - firstRow) * g.outWidth() + left) * bytes;
                        block(inImage, inMatrix, (int) (right - left), (int) (bottom - top), unfold);
                    }
                    at += step * bytes;
                }
            }
        }
    }

    /** Writes the padding: the rows above {@code top} and from {@code bottom} on, and what lies beside the columns between. */
    private void zeroAround(long at, long rows, long top, long bottom, long left, long right) {
        int bytes = dtype.bytes();
        long width = geometry.outWidth();
        Ram.zero(at, (top * width + left) * bytes);
        long between = width - right + left;
        if (between > 0) {
            for (long row = top + 1; row < bottom; row++) {
                Ram.zero(at + (row * width - (width - right)) * bytes, between * bytes);
            }
        }
        Ram.zero(at + ((bottom - 1) * width + right) * bytes, ((rows - bottom + 1) * width - right) * bytes);
    }

    /** The first result position whose tap is not before the image. */
    private static long firstInside(long shift, int stride) {
        return shift >= 0 ? 0 : Math.ceilDiv(-shift, stride);
    }

    /** The first result position whose tap is after the image; 0 or less if there is none before. */
    private static long firstBeyond(long size, long shift, int stride) {
        return Math.ceilDiv(size - shift, stride);
    }

    private void block(long inImage, long inMatrix, int length, int count, boolean unfold) {
        int bytes = dtype.bytes();
        long imageStep = geometry.spec().strideH() * geometry.width() * bytes;
        long matrixStep = geometry.outWidth() * bytes;
        if (geometry.spec().strideW() == 1) {
            if (unfold) {
                RowLoops.get().copyWords(inImage, imageStep, inMatrix, matrixStep, length * (bytes / 4), count);
                return;
            }
            if (dtype == DType.F32) {
                RowLoops.get().addFloats(inMatrix, matrixStep, inImage, imageStep, length, count);
            } else {
                RowLoops.get().addDoubles(inMatrix, matrixStep, inImage, imageStep, length, count);
            }
            return;
        }
        if (geometry.spec().strideW() == 2 && dtype == DType.F32) {
            if (unfold) {
                RowLoops.get().copyEveryOther(inImage, imageStep, inMatrix, matrixStep, length, count);
            } else {
                RowLoops.get().addToEveryOther(inMatrix, matrixStep, inImage, imageStep, length, count);
            }
            return;
        }
        long step = (long) geometry.spec().strideW() * bytes;
        for (int i = 0; i < count; i++) {
            long image = inImage + i * imageStep;
            long matrix = inMatrix + i * matrixStep;
            if (dtype == DType.F32) {
                floats(image, step, matrix, length, unfold);
            } else {
                doubles(image, step, matrix, length, unfold);
            }
        }
    }

    private static void floats(long image, long step, long matrix, int length, boolean unfold) {
        for (int j = 0; j < length; j++) {
            long in = image + j * step;
            long out = matrix + 4L * j;
            if (unfold) {
                Ram.putFloat(out, Ram.getFloat(in));
            } else {
                Ram.putFloat(in, Ram.getFloat(in) + Ram.getFloat(out));
            }
        }
    }

    private static void doubles(long image, long step, long matrix, int length, boolean unfold) {
        for (int j = 0; j < length; j++) {
            long in = image + j * step;
            long out = matrix + 8L * j;
            if (unfold) {
                Ram.putDouble(out, Ram.getDouble(in));
            } else {
                Ram.putDouble(in, Ram.getDouble(in) + Ram.getDouble(out));
            }
        }
    }
}
