package org.gatun.tensor.ir;

/** Elementwise logic of two operands of equal shape and dtype: logical on BOOL, bit by bit on integers. */
public enum LogicFn {
    /** Both. */
    AND,
    /** Either. */
    OR,
    /** Exactly one. */
    XOR
}
