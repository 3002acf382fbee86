package org.gatun.tensor.cpu;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.cpu.math.IntegerDivision;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** The elementwise functions on vectors of ints; null where a function has no vector form, or one in double precision. */
final class I32Functions {
    private I32Functions() {}

    static @Nullable I32Unary of(UnaryFn fn) {
        return switch (fn) {
            case NEG -> IntVector::neg;
            case ABS -> IntVector::abs;
            case SQUARE -> x -> x.mul(x);
            case RELU -> x -> x.max(0);
            case SIGN, SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P -> null;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH -> null;
            case CBRT, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> null;
            case SIGMOID, SOFTPLUS, ERF, ERFC, FLOOR, CEIL, ROUND, TRUNC -> null;
        };
    }

    static @Nullable I32Binary of(BinaryFn fn) {
        return switch (fn) {
            case ADD -> IntVector::add;
            case SUB -> IntVector::sub;
            case MUL -> IntVector::mul;
            case MAXIMUM -> IntVector::max;
            case MINIMUM -> IntVector::min;
            case DIV,
                    FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    POW,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> null;
        };
    }

    /** The functions of ints that are computed in double precision, for others null. */
    static @Nullable F64Binary wide(BinaryFn fn) {
        return switch (fn) {
            case FLOOR_DIVIDE -> IntegerDivision::floorDivide;
            case TRUNC_DIVIDE -> IntegerDivision::truncDivide;
            case REMAINDER -> IntegerDivision::remainder;
            case FMOD -> IntegerDivision::fmod;
            case ADD,
                    SUB,
                    MUL,
                    DIV,
                    MAXIMUM,
                    MINIMUM,
                    POW,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> null;
        };
    }

    static I32Comparison of(CompareFn fn) {
        return switch (fn) {
            case EQ -> (a, b) -> a.compare(VectorOperators.EQ, b);
            case NE -> (a, b) -> a.compare(VectorOperators.NE, b);
            case LT -> (a, b) -> a.compare(VectorOperators.LT, b);
            case LE -> (a, b) -> a.compare(VectorOperators.LE, b);
            case GT -> (a, b) -> a.compare(VectorOperators.GT, b);
            case GE -> (a, b) -> a.compare(VectorOperators.GE, b);
        };
    }
}
