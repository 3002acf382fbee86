package org.gatun.tensor.cpu;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.gatun.tensor.cpu.math.ScalarBessel;
import org.gatun.tensor.cpu.math.ScalarDivision;
import org.gatun.tensor.cpu.math.ScalarErf;
import org.gatun.tensor.cpu.math.ScalarGamma;
import org.gatun.tensor.cpu.math.ScalarGammaInc;
import org.gatun.tensor.cpu.math.ScalarMath;
import org.gatun.tensor.cpu.math.ScalarZeta;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * The elementwise functions on single values: on {@code double} for both floating types (F32 rounds the result once) and on
 * {@code long} for all integer types (the narrower ones keep the low bits). Null stands for a function that the enum's
 * {@code accepts} excludes from integers.
 */
final class ScalarFunctions {
    private ScalarFunctions() {}

    /** A comparison of doubles. */
    @FunctionalInterface
    interface DoubleComparison {
        boolean test(double a, double b);
    }

    /** A comparison of integers. */
    @FunctionalInterface
    interface LongComparison {
        boolean test(long a, long b);
    }

    static DoubleUnaryOperator floating(UnaryFn fn) {
        return switch (fn) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : 0;
            case SQUARE -> x -> x * x;
            case RELU -> x -> x <= 0 ? 0 : x;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case EXP -> Math::exp;
            case EXP2 -> ScalarMath::exp2;
            case EXPM1 -> Math::expm1;
            case LOG -> Math::log;
            case LOG2 -> ScalarMath::log2;
            case LOG10 -> Math::log10;
            case LOG1P -> Math::log1p;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TAN -> Math::tan;
            case ASIN -> Math::asin;
            case ACOS -> Math::acos;
            case ATAN -> Math::atan;
            case SINH -> ScalarMath::sinh;
            case COSH -> ScalarMath::cosh;
            case TANH -> Math::tanh;
            case ASINH -> ScalarMath::asinh;
            case ACOSH -> ScalarMath::acosh;
            case ATANH -> ScalarMath::atanh;
            case SIGMOID -> ScalarMath::sigmoid;
            case SOFTPLUS -> ScalarMath::softplus;
            case ERF -> ScalarMath::erf;
            case ERFC -> ScalarMath::erfc;
            case ERFCX -> ScalarErf::erfcx;
            case ERFINV -> ScalarErf::erfinv;
            case NDTR -> ScalarErf::ndtr;
            case NDTRI -> ScalarErf::ndtri;
            case LGAMMA -> ScalarGamma::lgamma;
            case DIGAMMA -> ScalarGamma::digamma;
            case I0 -> ScalarBessel::i0;
            case I0E -> ScalarBessel::i0e;
            case I1 -> ScalarBessel::i1;
            case I1E -> ScalarBessel::i1e;
            case CBRT -> Math::cbrt;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNC -> ScalarMath::truncate;
        };
    }

    static @Nullable LongUnaryOperator integer(UnaryFn fn) {
        return switch (fn) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Long::signum;
            case SQUARE -> x -> x * x;
            case RELU -> x -> Math.max(x, 0);
            case SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P -> null;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH -> null;
            case CBRT, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> null;
            case SIGMOID, SOFTPLUS, ERF, ERFC, FLOOR, CEIL, ROUND, TRUNC -> null;
        };
    }

    static DoubleBinaryOperator floating(BinaryFn fn) {
        return switch (fn) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
            case FLOOR_DIVIDE -> ScalarMath::floorDivide;
            case TRUNC_DIVIDE -> (a, b) -> ScalarMath.truncate(a / b);
            case REMAINDER -> ScalarMath::remainder;
            case FMOD -> (a, b) -> a % b;
            case POW -> ScalarMath::pow;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case ATAN2 -> Math::atan2;
            case HYPOT -> Math::hypot;
            case COPYSIGN -> Math::copySign;
            case NEXTAFTER -> Math::nextAfter;
            case ZETA -> ScalarZeta::zeta;
            case GAMMAINC -> ScalarGammaInc::lower;
            case GAMMAINCC -> ScalarGammaInc::upper;
        };
    }

    static @Nullable LongBinaryOperator integer(BinaryFn fn) {
        return switch (fn) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case FLOOR_DIVIDE -> ScalarDivision::floorDivide;
            case TRUNC_DIVIDE -> ScalarDivision::truncDivide;
            case REMAINDER -> ScalarDivision::remainder;
            case FMOD -> ScalarDivision::fmod;
            case POW -> ScalarFunctions::pow;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case DIV, ATAN2, HYPOT, COPYSIGN, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC -> null;
        };
    }

    static DoubleComparison floating(CompareFn fn) {
        return switch (fn) {
            case EQ -> (a, b) -> a == b;
            case NE -> (a, b) -> a != b;
            case LT -> (a, b) -> a < b;
            case LE -> (a, b) -> a <= b;
            case GT -> (a, b) -> a > b;
            case GE -> (a, b) -> a >= b;
        };
    }

    static LongComparison integer(CompareFn fn) {
        return switch (fn) {
            case EQ -> (a, b) -> a == b;
            case NE -> (a, b) -> a != b;
            case LT -> (a, b) -> a < b;
            case LE -> (a, b) -> a <= b;
            case GT -> (a, b) -> a > b;
            case GE -> (a, b) -> a >= b;
        };
    }

    private static long pow(long base, long exponent) {
        if (exponent < 0) {
            throw ScalarDivision.negativeExponent(exponent);
        }
        long result = 1;
        long square = base;
        for (long rest = exponent; rest != 0; rest >>= 1) {
            if ((rest & 1) != 0) {
                result *= square;
            }
            square *= square;
        }
        return result;
    }
}
