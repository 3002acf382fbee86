package org.gatun.tensor.ir;

/** Elementwise comparisons of two operands of equal shape and dtype; the result is BOOL. Any comparison with NaN but NE is false. */
public enum CompareFn {
    /** {@code a == b}. */
    EQ,
    /** {@code a != b}. */
    NE,
    /** {@code a < b}. */
    LT,
    /** {@code a <= b}. */
    LE,
    /** {@code a > b}. */
    GT,
    /** {@code a >= b}. */
    GE
}
