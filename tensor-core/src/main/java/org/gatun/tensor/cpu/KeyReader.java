package org.gatun.tensor.cpu;

/** Reads elements as keys for sorting: longs in the order of the elements, compared as unsigned numbers. */
interface KeyReader {
    /**
     * Reads the keys of contiguous elements.
     *
     * @param in the address of the elements
     * @param n how many
     * @param keys where the keys go, 8 bytes each
     */
    void read(long in, long n, long keys);
}
