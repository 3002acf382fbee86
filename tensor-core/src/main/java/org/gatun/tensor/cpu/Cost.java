package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;

/** Roughly how long elementwise operations take, to decide how many elements are worth handing to another thread. */
final class Cost {
    /** The work, in tenths of a nanosecond, that is worth handing over. */
    private static final long HAND_OVER = 200_000;

    private Cost() {}

    /** Tenths of a nanosecond for each element. */
    static int of(Op.Scalar op, DType operand) {
        int lanes = operand == DType.F64 || operand == DType.I64 ? 2 : 1;
        return lanes
                * switch (op) {
                    case Op.Unary unary -> of(unary.fn());
                    case Op.Binary binary -> of(binary.fn());
                    case Op.Compare c -> 2;
                    case Op.Logic l -> l.fn() == LogicFn.GCD ? 200 : 2;
                    case Op.Not n -> 2;
                    case Op.Select s -> 3;
                    case Op.Cast c -> 3;
                };
    }

    private static int of(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, SQUARE, RELU, FLOOR, CEIL, ROUND, TRUNC -> 2;
            case SQRT, RSQRT, RECIPROCAL -> 5;
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIGMOID, TANH, SOFTPLUS -> 6;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, ERF, ERFC, ERFCX, NDTR, CBRT -> 10;
            case ERFINV, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> 300;
        };
    }

    private static int of(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, MAXIMUM, MINIMUM, COPYSIGN -> 2;
            case DIV, TRUNC_DIVIDE, FLOOR_DIVIDE, REMAINDER, FMOD -> 5;
            case POW, ATAN2, HYPOT, NEXTAFTER -> 20;
            case ZETA -> 2000;
            case GAMMAINC, GAMMAINCC -> 10_000;
        };
    }

    /** The fewest elements of so much work each that are worth handing over. */
    static long grain(int tenthsPerElement) {
        return Math.max(1024, HAND_OVER / Math.max(1, tenthsPerElement));
    }
}
