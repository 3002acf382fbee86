package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.cpu.math.F64Arithmetic;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** The elementwise functions on vectors of doubles; null where a function has no vector form. */
final class F64Functions {
    private F64Functions() {}

    static @Nullable F64Unary of(UnaryFn fn) {
        return switch (fn) {
            case NEG -> DoubleVector::neg;
            case ABS -> DoubleVector::abs;
            case SIGN -> F64Arithmetic::sign;
            case SQUARE -> F64Arithmetic::square;
            case RELU -> F64Arithmetic::relu;
            case SQRT -> DoubleVector::sqrt;
            case RSQRT -> F64Arithmetic::rsqrt;
            case RECIPROCAL -> F64Arithmetic::reciprocal;
            case FLOOR -> F64Arithmetic::floor;
            case CEIL -> F64Arithmetic::ceil;
            case ROUND -> F64Arithmetic::round;
            case TRUNC -> F64Arithmetic::trunc;
            case EXP, SIGMOID, TANH, LOG, EXP2, EXPM1, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN -> null;
            case SINH, COSH, ASINH, ACOSH, ATANH, SOFTPLUS, ERF, ERFC -> null;
        };
    }

    static @Nullable F64Binary of(BinaryFn fn) {
        return switch (fn) {
            case ADD -> DoubleVector::add;
            case SUB -> DoubleVector::sub;
            case MUL -> DoubleVector::mul;
            case DIV -> DoubleVector::div;
            case MAXIMUM -> DoubleVector::max;
            case MINIMUM -> DoubleVector::min;
            case TRUNC_DIVIDE -> F64Arithmetic::truncDivide;
            case FLOOR_DIVIDE, REMAINDER, FMOD, POW, ATAN2, HYPOT -> null;
        };
    }

    static F64Comparison of(CompareFn fn) {
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
