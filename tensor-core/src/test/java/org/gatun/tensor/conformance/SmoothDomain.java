package org.gatun.tensor.conformance;

import java.util.function.DoublePredicate;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * Where a function of one or two numbers is smooth, with a margin around kinks, jumps and poles. The switches are exhaustive: a
 * new function does not compile without a domain.
 *
 * @param low the least operand
 * @param high the largest operand
 * @param smooth whether an operand, or a pair of them, is far enough from where the function is not smooth
 */
record SmoothDomain(double low, double high, Smooth smooth) {
    private static final double MARGIN = 0.08;

    /** Whether a function is smooth around a pair of operands; for functions of one operand both are the same. */
    @FunctionalInterface
    interface Smooth {
        boolean at(double a, double b);
    }

    static SmoothDomain of(UnaryFn fn) {
        return switch (fn) {
            case NEG,
                    SQUARE,
                    EXP,
                    EXP2,
                    EXPM1,
                    SIN,
                    COS,
                    ATAN,
                    SINH,
                    COSH,
                    TANH,
                    ASINH,
                    SIGMOID,
                    SOFTPLUS,
                    ERF,
                    ERFC,
                    ERFCX,
                    NDTR,
                    I0,
                    I1 -> on(-2, 2);
            case ABS, SIGN, RELU, I0E, I1E -> on(-2, 2, x -> Math.abs(x) > MARGIN);
            case SQRT, RSQRT, LOG, LOG2, LOG10 -> on(0.3, 3);
            case RECIPROCAL -> on(-2, 2, x -> Math.abs(x) > 0.4);
            case LOG1P -> on(-0.6, 2);
            case TAN -> on(-1.1, 1.1);
            case ASIN, ACOS, ATANH -> on(-0.8, 0.8);
            case ACOSH -> on(1.3, 4);
            case CBRT -> on(-2, 2, x -> Math.abs(x) > 0.3);
            case ERFINV -> on(-0.8, 0.8);
            case NDTRI -> on(0.1, 0.9);
            case LGAMMA, DIGAMMA -> on(-1.7, 4, x -> x > 0.3 || Math.abs(x - Math.rint(x)) > 0.25);
            case FLOOR, CEIL, TRUNC -> on(-3, 3, x -> Math.abs(x - Math.rint(x)) > MARGIN);
            case ROUND -> on(-3, 3, x -> Math.abs(x - Math.floor(x) - 0.5) > MARGIN);
        };
    }

    static SmoothDomain of(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL -> on(-2, 2);
            case DIV -> new SmoothDomain(-2, 2, (a, b) -> Math.abs(b) > 0.4);
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD ->
                new SmoothDomain(-3, 3, (a, b) -> Math.abs(b) > 0.5 && Math.abs(a / b - Math.rint(a / b)) > MARGIN);
            case POW -> on(0.4, 2);
            case MAXIMUM, MINIMUM -> new SmoothDomain(-2, 2, (a, b) -> Math.abs(a - b) > MARGIN);
            case COPYSIGN -> new SmoothDomain(-2, 2, (a, b) -> Math.abs(a) > MARGIN && Math.abs(b) > MARGIN);
            case NEXTAFTER -> new SmoothDomain(-2, 2, (a, b) -> Math.abs(a - b) > MARGIN);
            case ZETA -> on(1.5, 4);
            case GAMMAINC, GAMMAINCC -> on(0.4, 4);
            case ATAN2, HYPOT -> new SmoothDomain(-2, 2, (a, b) -> a * a + b * b > 0.2);
        };
    }

    private static SmoothDomain on(double low, double high) {
        return new SmoothDomain(low, high, (a, b) -> true);
    }

    private static SmoothDomain on(double low, double high, DoublePredicate smooth) {
        return new SmoothDomain(low, high, (a, b) -> smooth.test(a));
    }
}
