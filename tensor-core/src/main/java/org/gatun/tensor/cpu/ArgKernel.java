package org.gatun.tensor.cpu;

/** Finds the first element with the largest key (see {@link OrderKeys}) among no more than an int counts. */
interface ArgKernel {
    /** The key of the element at an address. */
    long key(long at);

    /** The index of the first largest of {@code n} contiguous elements, at least one. */
    long row(long in, long n);

    /**
     * The index, I64, of the first largest element of each column.
     *
     * @param in the address of the first row
     * @param rows the number of rows, at least 1
     * @param stride the bytes from one row to the next
     * @param width the number of columns
     * @param out where the row of indices goes
     */
    void columns(long in, long rows, long stride, int width, long out);
}
