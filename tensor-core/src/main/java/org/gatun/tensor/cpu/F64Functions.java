package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import org.gatun.tensor.cpu.math.F64Arithmetic;
import org.gatun.tensor.cpu.math.F64Division;
import org.gatun.tensor.cpu.math.F64Exp;
import org.gatun.tensor.cpu.math.F64Hyperbolic;
import org.gatun.tensor.cpu.math.F64Inverse;
import org.gatun.tensor.cpu.math.F64Log;
import org.gatun.tensor.cpu.math.F64Power;
import org.gatun.tensor.cpu.math.F64Trig;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** The elementwise functions on vectors of doubles; null where a function takes {@linkplain F64Passes several loops} or is computed one by one. */
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
            case EXP -> F64Exp::exp;
            case EXP2 -> F64Exp::exp2;
            case EXPM1 -> F64Exp::expm1;
            case SIGMOID -> F64Exp::sigmoid;
            case LOG -> F64Log::log;
            case LOG2 -> F64Log::log2;
            case LOG10 -> F64Log::log10;
            case LOG1P -> F64Log::log1p;
            case SOFTPLUS -> F64Log::softplus;
            case SIN -> F64Trig::sin;
            case COS -> F64Trig::cos;
            case TAN -> F64Trig::tan;
            case ASIN -> F64Inverse::asin;
            case ACOS -> F64Inverse::acos;
            case ATAN -> F64Inverse::atan;
            case SINH -> F64Hyperbolic::sinh;
            case COSH -> F64Hyperbolic::cosh;
            case ASINH -> F64Hyperbolic::asinh;
            case ACOSH -> F64Hyperbolic::acosh;
            case ATANH -> F64Hyperbolic::atanh;
            case CBRT -> F64Power::cbrt;
            case TANH, ERF, ERFC, ERFCX, NDTR, ERFINV, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> null;
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
            case FLOOR_DIVIDE -> F64Division::floorDivide;
            case REMAINDER -> F64Division::remainder;
            case FMOD -> F64Division::fmod;
            case ATAN2 -> F64Inverse::atan2;
            case POW -> F64Power::pow;
            case HYPOT -> F64Power::hypot;
            case COPYSIGN -> F64Arithmetic::copySign;
            case NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC -> null;
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
