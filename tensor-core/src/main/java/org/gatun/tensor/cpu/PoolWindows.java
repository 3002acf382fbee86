package org.gatun.tensor.cpu;

/** Where the windows of a pooling lie along one axis, each cut to the part inside the image. */
final class PoolWindows {

    private final int[] first;
    private final int[] taps;
    private final int[] padded;

    private PoolWindows(int[] first, int[] taps, int[] padded) {
        this.first = first;
        this.taps = taps;
        this.padded = padded;
    }

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

    /** The number of windows. */
    int count() {
        return first.length;
    }

    /** The position of a window's first tap inside the image. */
    int first(int window) {
        return first[window];
    }

    /** The number of a window's taps inside the image. */
    int taps(int window) {
        return taps[window];
    }

    /** The number of a window's positions inside the padded image: what counts where padding counts. */
    int padded(int window) {
        return padded[window];
    }
}
