package org.gatun.tensor.cpu;

/** A loop over contiguous elements that takes {@code a} where a condition holds and {@code b} elsewhere, as {@code torch.where}. */
@FunctionalInterface
public interface SelectKernel {
    /**
     * Chooses {@code n} elements.
     *
     * @param cond the address of the condition: BOOL, one byte of 0 or 1 for each element
     * @param a the address of the elements taken where the condition is 1
     * @param b the address of the elements taken where it is 0
     * @param out the address of the result: that of {@code a} or {@code b} (or of {@code cond}, if the element is one byte), or apart
     * @param n the number of elements
     */
    void apply(long cond, long a, long b, long out, long n);
}
