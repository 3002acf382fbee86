package org.gatun.tensor.cpu;

/** Softmax and its relatives over one row of contiguous elements, at least one, of one floating dtype. */
interface RowSoftmax {
    /** {@code out = e^(x - m) / sum(e^(x - m))} with {@code m = max(x)}; NaN throughout if m is infinite. */
    void softmax(long x, long n, long out);

    /** {@code out = x - m - log(sum(e^(x - m)))} with {@code m = max(x)}; NaN throughout if m is infinite. */
    void logSoftmax(long x, long n, long out);

    /**
     * Writes two elements whose sum is {@code log(sum(e^x))}: the largest element m, or 0 if that is infinite, and the logarithm of the
     * sum of {@code e^(x - m)}.
     */
    void logSumExp(long x, long n, long out);

    /** Made when it is first used, and once: each copy of the loops is compiled anew. */
    final class Floats {
        static final RowSoftmax ROWS = KernelTemplate.outOfLine(F32RowSoftmax.class, RowSoftmax.class);

        private Floats() {}
    }
}
