package org.gatun.tensor.cpu;

/** Computes one element: reads it at {@code x} and writes the result at {@code out}. */
@FunctionalInterface
interface ScalarUnary {
    void apply(long x, long out);

    /** A function with the sizes of its elements, the class data of {@link ScalarUnaryLoop}. */
    record Of(ScalarUnary fn, int inBytes, int outBytes) {}
}
