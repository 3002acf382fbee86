package org.gatun.tensor.cpu;

/** Splits long arrays for loops over {@code int}, which the compiler unrolls and frees of range checks. */
final class Blocks {
    private static final long LARGEST = 1L << 28;

    private Blocks() {}

    /** The number of elements of the next block: the multiple of {@code lanes} not above {@code rest}, and bounded. */
    static int wholeVectors(long rest, int lanes) {
        return (int) Math.min(LARGEST, rest) & -lanes;
    }
}
