package org.gatun.tensor.cpu;

/**
 * Folds elements of one dtype with one function. The order of the operations depends on the sizes only. Kernels work on raw
 * addresses and check nothing.
 */
interface FoldKernel {
    /** The elements of a row that are folded lane by lane; above this, halves are folded and combined. A power of two. */
    int BLOCK = 4096;

    /** The most rows {@link #columns} takes at a time. A power of two. */
    int ROWS = 64;

    /**
     * Folds a row of contiguous elements into one. A row of more than {@link #BLOCK} is split at {@link #split}, so that rounding
     * errors of sums grow with the logarithm of its length.
     *
     * @param in the address of the row
     * @param n the number of elements, at least 1
     * @param out where the result goes
     */
    void row(long in, long n, long out);

    /**
     * Folds each column of a few rows into one element.
     *
     * @param in the address of the first row
     * @param rows the number of rows, 1 to {@link #ROWS}
     * @param stride the bytes from one row to the next
     * @param width the number of columns
     * @param out where the row of results goes
     */
    void columns(long in, int rows, long stride, int width, long out);

    /** Where a fold of {@code n > unit} elements is split: the largest power of two times {@code unit} below {@code n}. */
    static long split(long n, long unit) {
        return Long.highestOneBit((n - 1) / unit) * unit;
    }
}
