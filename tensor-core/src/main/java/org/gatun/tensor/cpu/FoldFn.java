package org.gatun.tensor.cpu;

import org.gatun.tensor.ir.BinaryFn;

/** The associative functions that reductions fold elements with. */
enum FoldFn {
    /** {@code a + b}, from 0. */
    SUM(BinaryFn.ADD),
    /** {@code a * b}, from 1. */
    PRODUCT(BinaryFn.MUL),
    /** The larger, NaN if either is; from the smallest value. On BOOL: or. */
    MAX(BinaryFn.MAXIMUM),
    /** The smaller, NaN if either is; from the largest value. On BOOL: and. */
    MIN(BinaryFn.MINIMUM);

    private final BinaryFn elementwise;

    FoldFn(BinaryFn elementwise) {
        this.elementwise = elementwise;
    }

    /** The function of two arrays. */
    BinaryFn elementwise() {
        return elementwise;
    }

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
