package org.gatun.tensor.cpu;

/** Computes one element: reads the operands at {@code a} and {@code b} and writes the result at {@code out}. */
@FunctionalInterface
interface ScalarBinary {
    void apply(long a, long b, long out);

    /** A function with the sizes of its elements, the class data of {@link ScalarBinaryLoop}. */
    record Of(ScalarBinary fn, int inBytes, int outBytes) {}
}
