package org.gatun.tensor.cpu;

/**
 * Where the windows of a pooling lie along one axis, each cut to the part inside the image.
 *
 * @param first the position of each window's first tap inside the image
 * @param taps the number of its taps inside the image
 * @param padded the number of its positions inside the padded image, which is what counts where padding counts
 */
record PoolWindows(int[] first, int[] taps, int[] padded) {

    /** The windows of {@code count} results over {@code size} elements. */
    static PoolWindows along(long size, long count, int kernel, int stride, int pad, int dilation) {
        int n = Math.toIntExact(count);
        int[] first = new int[n];
        int[] taps = new int[n];
        int[] padded = new int[n];
        for (int i = 0; i < n; i++) {
            long start = (long) i * stride - pad;
            long skipped = start < 0 ? Math.ceilDiv(-start, dilation) : 0;
            long inside = Math.min(kernel, Math.ceilDiv(size - start, dilation)) - skipped;
            taps[i] = (int) Math.max(0, inside);
            first[i] = taps[i] == 0 ? 0 : (int) (start + skipped * dilation);
            padded[i] = (int) (Math.min(start + kernel, size + pad) - start);
        }
        return new PoolWindows(first, taps, padded);
    }

    int count() {
        return first.length;
    }
}
