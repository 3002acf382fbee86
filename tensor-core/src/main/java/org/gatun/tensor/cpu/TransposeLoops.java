package org.gatun.tensor.cpu;

/**
 * Loops that transpose a block whose rows are contiguous on both sides: element {@code (i, j)} becomes {@code (j, i)}. There are two
 * implementations with equal results, on the Vector API and in plain Java. Distances between rows are in bytes; the two blocks do not
 * overlap.
 */
interface TransposeLoops {

    /** The implementation for this JVM. */
    static TransposeLoops get() {
        return Chosen.LOOPS;
    }

    /** Transposes {@code rows} rows of {@code columns} four-byte words. */
    void ints(long from, long fromStep, long to, long toStep, int rows, int columns);

    /** Transposes {@code rows} rows of {@code columns} eight-byte words. */
    void longs(long from, long fromStep, long to, long toStep, int rows, int columns);

    /** Holds the choice, so that the Vector API's classes load only where they are used. */
    final class Chosen {
        private static final TransposeLoops LOOPS =
                VectorSupport.bits() >= 256 ? new VectorTransposeLoops() : new ScalarTransposeLoops();

        private Chosen() {}
    }
}
