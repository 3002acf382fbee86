package org.gatun.tensor.ir;

import org.gatun.tensor.DType;

/**
 * Elementwise arithmetic of two operands of equal shape and dtype; the result has that dtype. Integer arithmetic wraps around.
 * BOOL takes none of these; the public methods promote it.
 */
public enum BinaryFn {
    /** {@code a + b}. */
    ADD(true),
    /** {@code a - b}. */
    SUB(true),
    /** {@code a * b}. */
    MUL(true),
    /** {@code a / b}, floating dtypes only. */
    DIV(false),
    /** {@code a / b} rounded to minus infinity; an integer divided by zero is an error. */
    FLOOR_DIVIDE(true),
    /** {@code a / b} rounded to zero; an integer divided by zero is an error. */
    TRUNC_DIVIDE(true),
    /** {@code a - b * floor(a / b)}: the sign of the divisor. */
    REMAINDER(true),
    /** {@code a - b * trunc(a / b)}: the sign of the dividend, Java's {@code %}. */
    FMOD(true),
    /** {@code a^b}; with integers the exponent must not be negative. */
    POW(true),
    /** The larger operand; NaN if either is NaN. */
    MAXIMUM(true),
    /** The smaller operand; NaN if either is NaN. */
    MINIMUM(true),
    /** The angle of the point (x = b, y = a), in radians, floating dtypes only. */
    ATAN2(false),
    /** {@code sqrt(a^2 + b^2)} without overflow, floating dtypes only. */
    HYPOT(false);

    private final boolean arithmetic;

    BinaryFn(boolean arithmetic) {
        this.arithmetic = arithmetic;
    }

    /** Whether the function is defined on integers too. */
    public boolean isArithmetic() {
        return arithmetic;
    }

    /** Whether the function accepts operands of {@code dtype}: arithmetic functions all but BOOL, others floating types. */
    public boolean accepts(DType dtype) {
        return dtype.isFloating() || (arithmetic && dtype != DType.BOOL);
    }
}
