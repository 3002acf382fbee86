package org.gatun.tensor.cpu;

/** The loops of {@link RowNormKernels} over a row of floats: each goes over the row once. */
interface RowNormLoops {
    /**
     * Brings a row to mean 0 and variance 1.
     *
     * @param weight the weight's address, or 0
     * @param bias the bias's address, or 0
     * @param statistics where two numbers whose sum is the mean go, and {@code 1 / sqrt(variance + epsilon)}
     */
    void forward(boolean centred, double epsilon, long x, int n, long weight, long bias, long y, long statistics);

    /**
     * The cotangent of a row.
     *
     * @param weight the weight's address, or 0
     * @param centred whether the mean was taken away
     * @param statistics what {@link #forward} wrote
     * @param out where the cotangent goes
     */
    void gradient(boolean centred, long x, long g, int n, long weight, long statistics, long out);

    /** Adds {@code g (x - shift - offset) scale} to the sums of a weight's cotangent. */
    void toWeight(long x, long g, int n, long statistics, long sums);

    /** Made when it is first used, and once: each copy of the loops is compiled anew. */
    final class Floats {
        static final RowNormLoops LOOPS = KernelTemplate.outOfLine(F32RowNorm.class, RowNormLoops.class);

        private Floats() {}
    }
}
