package org.gatun.tensor.cpu;

/** A loop over contiguous elements with one operand: a function, a cast, or a logical complement. */
@FunctionalInterface
public interface UnaryKernel {
    /**
     * Computes {@code n} elements.
     *
     * @param x the address of the operand
     * @param out the address of the result: {@code x} itself (where both element sizes are equal), or memory apart from it
     * @param n the number of elements
     */
    void apply(long x, long out, long n);
}
