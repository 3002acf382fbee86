package org.gatun.tensor.ir;

import org.gatun.tensor.DType;

/** Elementwise functions of two truth values or integers of equal shape and dtype: logical on BOOL, on integers bit by bit or as stated. */
public enum LogicFn {
    /** Both. */
    AND(true),
    /** Either. */
    OR(true),
    /** Exactly one. */
    XOR(true),
    /** {@code a 2^b}, what overflows being lost; 0 where b is negative or not less than the number of bits. Integers only. */
    SHIFT_LEFT(false),
    /** {@code a / 2^b} rounded down; b counts as the number of bits where it is negative or not less than that. Integers only. */
    SHIFT_RIGHT(false),
    /** The greatest common divisor, not negative unless it overflows; 0 of two zeros. Integers only. */
    GCD(false);

    private final boolean logical;

    LogicFn(boolean logical) {
        this.logical = logical;
    }

    /** Whether the function is defined on truth values too. */
    public boolean isLogical() {
        return logical;
    }

    /** Whether the function accepts operands of {@code dtype}: integers, and BOOL if it {@linkplain #isLogical is logical}. */
    public boolean accepts(DType dtype) {
        return dtype.isInteger() || (dtype == DType.BOOL && isLogical());
    }
}
