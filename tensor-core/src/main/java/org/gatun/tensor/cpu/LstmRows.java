package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** What a step of a long short-term memory does to one sample between the matrix products; rows are contiguous, four gates of {@code n} elements. */
interface LstmRows {
    /**
     * A step forward: the gates i, f, g, o of {@code x + z} after their functions, and the new c and h.
     *
     * @param x what the input gives to the gates
     * @param z what h gives to the gates
     * @param before c of the step before
     */
    void cell(long x, long z, long before, long gates, long c, long h, int n);

    /**
     * A step back.
     *
     * @param outside the cotangent of h from outside
     * @param inside that from the step after
     * @param cell the cotangent of c, which becomes that of c of the step before
     * @param gates the gates after their functions
     * @param c c of the step
     * @param before c of the step before
     * @param out the cotangents of the gates before their functions
     */
    void flow(long outside, long inside, long cell, long gates, long c, long before, long out, int n);

    /** The implementation for a dtype in this JVM. */
    static LstmRows of(DType dtype) {
        return VectorSupport.ENABLED && dtype == DType.F32 ? Floats.ROWS : new ComposedLstmRows(dtype);
    }

    /** Made when it is first used, and once: each copy of the loops is compiled anew. */
    final class Floats {
        private static final LstmRows ROWS = KernelTemplate.outOfLine(F32LstmRows.class, LstmRows.class);

        private Floats() {}
    }
}
