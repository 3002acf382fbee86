package org.gatun.tensor.cpu;

/** The associative functions that reductions fold elements with. */
enum FoldFn {
    /** {@code a + b}, from 0. */
    SUM,
    /** {@code a * b}, from 1. */
    PRODUCT,
    /** The larger, NaN if either is; from the smallest value. On BOOL: or. */
    MAX,
    /** The smaller, NaN if either is; from the largest value. On BOOL: and. */
    MIN;

    /** What folding no elements gives, in a floating dtype. */
    double floatingIdentity() {
        return switch (this) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
    }

    /** What folding no elements gives, in 64 bits. */
    long integerIdentity() {
        return switch (this) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAX -> Long.MIN_VALUE;
            case MIN -> Long.MAX_VALUE;
        };
    }
}
