package org.gatun.tensor.cpu;

/** A region as one loop: each vector of every operand is read once, all steps run in registers, and results are written once. */
interface RegionLoop {
    /**
     * Computes {@code n} elements.
     *
     * @param at the address of each value by its number: where operands are read, where results are written, and where single
     *     elements lie; entries of other values are not read
     * @param n the number of elements
     */
    void run(long[] at, int n);
}
