package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * The loops of average pooling and of its transpose over contiguous planes.
 *
 * @param dtype F32 or F64
 * @param image the image, planes of height x width: read by the means, written by the shares
 * @param pooled planes of one element for each window: written by the means, read by the shares
 * @param height rows of the image
 * @param width columns of the image
 * @param rows the windows along the height
 * @param columns the windows along the width
 * @param paddingCounts whether padding counts in the divisor
 */
record AvgPoolLoop(
        DType dtype,
        long image,
        long pooled,
        long height,
        long width,
        PoolWindows rows,
        PoolWindows columns,
        boolean paddingCounts) {

    /** Computes the pooled rows {@code begin} to {@code end}, counted over all planes. */
    void means(long begin, long end) {
        int down = rows.count();
        for (long r = begin; r < end; r++) {
            long plane = image + r / down * height * width * dtype.bytes();
            int i = (int) (r % down);
            long to = pooled + r * columns.count() * dtype.bytes();
            if (dtype == DType.F32) {
                floatMeans(plane, i, to);
            } else {
                doubleMeans(plane, i, to);
            }
        }
    }

    private void floatMeans(long plane, int i, long to) {
        for (int j = 0; j < columns.count(); j++) {
            double sum = 0;
            for (int y = 0; y < rows.taps(i); y++) {
                long from = plane + 4 * ((rows.first(i) + y) * width + columns.first(j));
                for (int x = 0; x < columns.taps(j); x++) {
                    sum += Ram.getFloat(from + 4L * x);
                }
            }
            Ram.putFloat(to + 4L * j, (float) (sum / divisor(i, j)));
        }
    }

    private void doubleMeans(long plane, int i, long to) {
        for (int j = 0; j < columns.count(); j++) {
            double sum = 0;
            for (int y = 0; y < rows.taps(i); y++) {
                long from = plane + 8 * ((rows.first(i) + y) * width + columns.first(j));
                for (int x = 0; x < columns.taps(j); x++) {
                    sum += Ram.getDouble(from + 8L * x);
                }
            }
            Ram.putDouble(to + 8L * j, sum / divisor(i, j));
        }
    }

    /** Computes the image planes {@code begin} to {@code end} of the transpose. */
    void shares(long begin, long end) {
        int bytes = dtype.bytes();
        long windows = (long) rows.count() * columns.count();
        for (long p = begin; p < end; p++) {
            long plane = image + p * height * width * bytes;
            Ram.zero(plane, height * width * bytes);
            for (int i = 0; i < rows.count(); i++) {
                long from = pooled + (p * windows + (long) i * columns.count()) * bytes;
                if (dtype == DType.F32) {
                    floatShares(plane, i, from);
                } else {
                    doubleShares(plane, i, from);
                }
            }
        }
    }

    private void floatShares(long plane, int i, long from) {
        for (int j = 0; j < columns.count(); j++) {
            float share = (float) (Ram.getFloat(from + 4L * j) / divisor(i, j));
            for (int y = 0; y < rows.taps(i); y++) {
                long to = plane + 4 * ((rows.first(i) + y) * width + columns.first(j));
                for (int x = 0; x < columns.taps(j); x++) {
                    Ram.putFloat(to + 4L * x, Ram.getFloat(to + 4L * x) + share);
                }
            }
        }
    }

    private void doubleShares(long plane, int i, long from) {
        for (int j = 0; j < columns.count(); j++) {
            double share = Ram.getDouble(from + 8L * j) / divisor(i, j);
            for (int y = 0; y < rows.taps(i); y++) {
                long to = plane + 8 * ((rows.first(i) + y) * width + columns.first(j));
                for (int x = 0; x < columns.taps(j); x++) {
                    Ram.putDouble(to + 8L * x, Ram.getDouble(to + 8L * x) + share);
                }
            }
        }
    }

    private double divisor(int i, int j) {
        return paddingCounts
                ? (double) rows.padded(i) * columns.padded(j)
                : Math.max(1.0, (double) rows.taps(i) * columns.taps(j));
    }
}
