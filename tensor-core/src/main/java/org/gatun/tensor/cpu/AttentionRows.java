package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** What attention does to rows of its scores, between the matrix products. Rows are contiguous and of one floating dtype. */
interface AttentionRows {
    /** The largest element of a row, -infinity of none. */
    double max(long x, int n);

    /** Replaces a row by {@code e^(x - shift)} and returns the sum. */
    double powers(long x, int n, double shift);

    /**
     * Replaces a row of scores by the softmax {@code e^(score - shift - log)}, and a row of what flows to it, g, by what flows to the scores,
     * {@code softmax (g - delta)}.
     */
    void flow(long scores, long g, int n, double shift, double log, double delta);

    /** {@code out = factor x}; out may be x. */
    void scale(long x, int n, double factor, long out);

    /** {@code x = x / divisor}. */
    void divide(long x, int n, double divisor);

    /** The implementation for a dtype in this JVM. */
    static AttentionRows of(DType dtype) {
        return VectorSupport.ENABLED && dtype == DType.F32 ? Floats.ROWS : new ComposedAttentionRows(dtype);
    }

    /** Made when it is first used, and once: each copy of the loops is compiled anew. */
    final class Floats {
        private static final AttentionRows ROWS = KernelTemplate.outOfLine(F32AttentionRows.class, AttentionRows.class);

        private Floats() {}
    }
}
