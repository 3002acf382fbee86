package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.cpu.math.F32Arithmetic;
import org.gatun.tensor.cpu.math.F32Exp;
import org.gatun.tensor.cpu.math.F32Log;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** The elementwise functions on vectors of floats; null where a function has no vector form. */
final class F32Functions {
    private F32Functions() {}

    static @Nullable F32Unary of(UnaryFn fn) {
        return switch (fn) {
            case NEG -> FloatVector::neg;
            case ABS -> FloatVector::abs;
            case SIGN -> F32Arithmetic::sign;
            case SQUARE -> F32Arithmetic::square;
            case RELU -> F32Arithmetic::relu;
            case SQRT -> FloatVector::sqrt;
            case RSQRT -> F32Arithmetic::rsqrt;
            case RECIPROCAL -> F32Arithmetic::reciprocal;
            case FLOOR -> F32Arithmetic::floor;
            case CEIL -> F32Arithmetic::ceil;
            case ROUND -> F32Arithmetic::round;
            case TRUNC -> F32Arithmetic::trunc;
            case EXP -> F32Exp::exp;
            case SIGMOID -> F32Exp::sigmoid;
            case TANH -> F32Exp::tanh;
            case LOG -> F32Log::log;
            case EXP2, EXPM1, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN -> null;
            case SINH, COSH, ASINH, ACOSH, ATANH, SOFTPLUS, ERF, ERFC -> null;
        };
    }

    static @Nullable F32Binary of(BinaryFn fn) {
        return switch (fn) {
            case ADD -> FloatVector::add;
            case SUB -> FloatVector::sub;
            case MUL -> FloatVector::mul;
            case DIV -> FloatVector::div;
            case MAXIMUM -> FloatVector::max;
            case MINIMUM -> FloatVector::min;
            case TRUNC_DIVIDE -> F32Arithmetic::truncDivide;
            case FLOOR_DIVIDE, REMAINDER, FMOD, POW, ATAN2, HYPOT -> null;
        };
    }

    static F32Comparison of(CompareFn fn) {
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
