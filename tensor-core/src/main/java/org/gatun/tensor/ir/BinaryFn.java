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
    HYPOT(false),
    /** {@code |a|} with the sign of b, also that of a zero or a NaN; floating dtypes only. */
    COPYSIGN(false),
    /** The number of the dtype next to a in the direction of b, b itself if they are equal; floating dtypes only. */
    NEXTAFTER(false),
    /**
     * The Hurwitz zeta function {@code 1/b^a + 1/(b+1)^a + 1/(b+2)^a + ...}, floating dtypes only. It has a derivative by b, and none
     * by a.
     */
    ZETA(false),
    /**
     * The regularised lower incomplete gamma function: {@code t^(a-1) e^-t} integrated from 0 to b, over {@code gamma(a)}; floating dtypes
     * only.
     */
    GAMMAINC(false),
    /** {@code 1 - GAMMAINC}, without that difference. */
    GAMMAINCC(false);

    private final boolean arithmetic;

    BinaryFn(boolean arithmetic) {
        this.arithmetic = arithmetic;
    }

    /** Whether the function is defined on integers too. */
    public boolean isArithmetic() {
        return arithmetic;
    }

    /** Whether there is a derivative by the first operand; there is one by the second of every function, 0 perhaps. */
    public boolean isDifferentiableByFirst() {
        return switch (this) {
            case ZETA -> false;
            case ADD, SUB, MUL, DIV, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW, MAXIMUM, MINIMUM -> true;
            case ATAN2, HYPOT, COPYSIGN, NEXTAFTER, GAMMAINC, GAMMAINCC -> true;
        };
    }

    /** Whether the function accepts operands of {@code dtype}: arithmetic functions all but BOOL, others floating types. */
    public boolean accepts(DType dtype) {
        return dtype.isFloating() || (arithmetic && dtype != DType.BOOL);
    }
}
