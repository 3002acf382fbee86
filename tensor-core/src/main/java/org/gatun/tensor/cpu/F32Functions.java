package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.cpu.math.F32Arithmetic;
import org.gatun.tensor.cpu.math.F32Division;
import org.gatun.tensor.cpu.math.F32Erf;
import org.gatun.tensor.cpu.math.F32Exp;
import org.gatun.tensor.cpu.math.F32Hyperbolic;
import org.gatun.tensor.cpu.math.F32Log;
import org.gatun.tensor.cpu.math.F32Trig;
import org.gatun.tensor.cpu.math.F64Inverse;
import org.gatun.tensor.cpu.math.F64Power;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** The elementwise functions on vectors of floats; null where a function is better computed in double precision, or one by one. */
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
            case TANH -> F32Hyperbolic::tanh;
            case LOG -> F32Log::log;
            case EXP2 -> F32Exp::exp2;
            case EXPM1 -> F32Exp::expm1;
            case LOG2 -> F32Log::log2;
            case LOG10 -> F32Log::log10;
            case LOG1P -> F32Log::log1p;
            case SOFTPLUS -> F32Log::softplus;
            case SIN -> F32Trig::sin;
            case COS -> F32Trig::cos;
            case SINH -> F32Hyperbolic::sinh;
            case COSH -> F32Hyperbolic::cosh;
            case ERF -> F32Erf::erf;

            case TAN, ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH, CBRT -> null;
            case ERFC, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> null;
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
            case FLOOR_DIVIDE -> F32Division::floorDivide;
            case REMAINDER -> F32Division::remainder;
            case FMOD -> F32Division::fmod;
            case COPYSIGN -> F32Arithmetic::copySign;
            case POW, ATAN2, HYPOT, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC -> null;
        };
    }

    /** The functions of floats that are computed in double precision, for others null. */
    static @Nullable F64Unary wide(UnaryFn fn) {
        return of(fn) == null ? F64Functions.of(fn) : null;
    }

    /** The functions of floats that are computed in double precision, for others null. */
    static @Nullable F64Binary wide(BinaryFn fn) {
        return switch (fn) {
            case POW -> F64Power::powForFloats;
            case HYPOT -> F64Power::hypotOfFloats;
            case ATAN2 -> F64Inverse::atan2;
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, TRUNC_DIVIDE, FLOOR_DIVIDE, REMAINDER, FMOD -> null;
            case COPYSIGN, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC -> null;
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
