package org.gatun.tensor.cpu;

/** Where the windows of a pooling lie along one axis, each cut to the part inside the image. */
final class PoolWindows {

    private final int[] first;
    private final int[] taps;
    private final int[] padded;
    private final int stride;
    private final int wholeBegin;
    private final int wholeEnd;

    private PoolWindows(int[] first, int[] taps, int[] padded, int stride, int kernel) {
        this.first = first;
        this.taps = taps;
        this.padded = padded;
        this.stride = stride;
        int begin = 0;
        while (begin < taps.length && taps[begin] < kernel) {
            begin++;
        }
        int end = begin;
        while (end < taps.length && taps[end] == kernel) {
            end++;
        }
        this.wholeBegin = begin;
        this.wholeEnd = end;
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
        return new PoolWindows(first, taps, padded, stride, kernel);
    }

    /** The number of windows. */
    int count() {
        return first.length;
    }

    /** Elements from one window to the next. */
    int stride() {
        return stride;
    }

    /** The first window that is wholly inside the image; those from it to {@link #wholeEnd} are. */
    int wholeBegin() {
        return wholeBegin;
    }

    /** The first one behind it that is not. */
    int wholeEnd() {
        return wholeEnd;
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
