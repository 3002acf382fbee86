package org.gatun.tensor.cpu;

/**
 * A loop over contiguous elements with two operands of one dtype: arithmetic, a comparison (the result is BOOL) or logic.
 * An operand that is one element repeated has its own loop, so that a scalar or a stride-0 operand costs no memory traffic.
 *
 * <p>The result may start exactly where an operand does when both have the same element size; otherwise it lies apart from both.
 */
public interface BinaryKernel {
    /** Computes {@code n} elements from the arrays at {@code a} and {@code b}. */
    void apply(long a, long b, long out, long n);

    /** Computes {@code n} elements from the array at {@code a} and the one element at {@code b}. */
    void applyScalarRight(long a, long b, long out, long n);

    /** Computes {@code n} elements from the one element at {@code a} and the array at {@code b}. */
    void applyScalarLeft(long a, long b, long out, long n);
}
