package org.gatun.tensor.cpu;

/** Running folds of elements of one dtype. */
interface ScanKernel {
    /**
     * Writes the fold of the first element, of the first two, and so on.
     *
     * @param in the address of the first element
     * @param out where its result goes; the others follow at the same distances
     * @param n the number of elements
     * @param step the bytes from one element to the next; negative to run backwards
     */
    void row(long in, long out, long n, long step);

    /**
     * Runs along several rows.
     *
     * @param in the address of the first row's first element
     * @param out where its result goes; the others follow at the same distances
     * @param n the number of elements of a row
     * @param step the bytes from one element to the next; negative to run backwards
     * @param rowStep the bytes from one row to the next
     * @param rows the number of rows
     */
    default void rows(long in, long out, long n, long step, long rowStep, long rows) {
        for (long r = 0; r < rows; r++) {
            row(in + r * rowStep, out + r * rowStep, n, step);
        }
    }

    /**
     * Runs down several columns at once.
     *
     * @param in the address of the first row
     * @param out where its result goes; the others follow at the same distances
     * @param rows the number of rows
     * @param stride the bytes from one row to the next; negative to run upwards
     * @param width the number of columns
     */
    void columns(long in, long out, long rows, long stride, int width);
}
