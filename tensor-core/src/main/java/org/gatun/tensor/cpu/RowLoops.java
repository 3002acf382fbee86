package org.gatun.tensor.cpu;

/**
 * Loops over contiguous rows, most over blocks of equally long ones: what convolutions move images by. There are two implementations with equal results, on
 * the Vector API and in plain Java. Distances between rows are in bytes.
 */
interface RowLoops {

    /** The implementation for this JVM. */
    static RowLoops get() {
        return Chosen.LOOPS;
    }

    /** Copies {@code count} rows of {@code length} four-byte words. The blocks do not overlap. */
    void copyWords(long from, long fromStep, long to, long toStep, int length, int count);

    /** Copies words 0, 2, 4, ... of {@code count} rows to rows of {@code length} words. The blocks do not overlap. */
    void copyEveryOther(long from, long fromStep, long to, long toStep, int length, int count);

    /** Adds {@code count} rows of {@code length} floats to floats 0, 2, 4, ... of others. The blocks do not overlap. */
    void addToEveryOther(long from, long fromStep, long to, long toStep, int length, int count);

    /** Adds {@code count} rows of {@code length} floats to others. The blocks do not overlap. */
    void addFloats(long from, long fromStep, long to, long toStep, int length, int count);

    /**
     * Adds to a row of {@code width} floats what windows that are one apart hold of it: to float j, for each row r of taps and each column c
     * in order, float {@code o = j + shift - c dilation} of the row {@code from + r rowStep + c columnStep}, if o is from 0 to {@code
     * outWidth - 1}.
     */
    void addWindows(long to, int width, long from, int rows, Taps taps);

    /**
     * Where the windows of a row of an image lie.
     *
     * @param columns columns of taps
     * @param columnStep bytes from a tap to the one in the next column
     * @param rowStep bytes from what one row of taps holds of a row of the image to what the next row of taps holds of it
     * @param shift columns of padding before the image
     * @param dilation elements of the image from a column of taps to the next
     * @param outWidth windows of a row
     */
    record Taps(int columns, long columnStep, long rowStep, int shift, int dilation, int outWidth) {}

    /** Adds {@code count} rows of {@code length} doubles to others. The blocks do not overlap. */
    void addDoubles(long from, long fromStep, long to, long toStep, int length, int count);

    /** Holds the choice, so that the Vector API's classes load only where they are used. */
    final class Chosen {
        private static final RowLoops LOOPS = VectorSupport.ENABLED
                ? KernelTemplate.outOfLine(VectorRowLoops.class, RowLoops.class)
                : new ScalarRowLoops();

        private Chosen() {}
    }
}
