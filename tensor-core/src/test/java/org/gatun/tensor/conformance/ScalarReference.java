package org.gatun.tensor.conformance;

import java.math.BigInteger;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.F64Reference;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The elementwise functions by their definitions: on doubles through {@link StrictMath} and identities that hold to a few units
 * in the last place, on integers in exact arithmetic before wrapping around. NaN, infinities and C's special cases of {@code
 * pow} as PyTorch.
 */
final class ScalarReference {
    private static final double LN_2 = 0.6931471805599453;

    private ScalarReference() {}

    static double unary(UnaryFn fn, double x) {
        return switch (fn) {
            case NEG -> -x;
            case ABS -> x < 0 || 1 / x < 0 ? -x : x;
            case SIGN -> x > 0 ? 1 : x < 0 ? -1 : 0;
            case SQUARE -> x * x;
            case RELU -> x <= 0 ? 0 : x;
            case SQRT -> StrictMath.sqrt(x);
            case RSQRT -> 1 / StrictMath.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> StrictMath.exp(x);
            case EXP2 -> StrictMath.pow(2, x);
            case EXPM1 -> StrictMath.expm1(x);
            case LOG -> StrictMath.log(x);
            case LOG2 -> log2(x);
            case LOG10 -> StrictMath.log10(x);
            case LOG1P -> StrictMath.log1p(x);
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case TAN -> StrictMath.tan(x);
            case ASIN -> StrictMath.asin(x);
            case ACOS -> StrictMath.acos(x);
            case ATAN -> StrictMath.atan(x);
            case SINH -> StrictMath.sinh(x);
            case COSH -> StrictMath.cosh(x);
            case TANH -> StrictMath.tanh(x);
            case ASINH -> asinh(x);
            case ACOSH -> acosh(x);
            case ATANH -> StrictMath.copySign(0.5 * StrictMath.log1p(2 * Math.abs(x) / (1 - Math.abs(x))), x);
            case SIGMOID -> x >= 0 ? 1 / (1 + StrictMath.exp(-x)) : StrictMath.exp(x) / (1 + StrictMath.exp(x));
            case SOFTPLUS -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
            case ERF -> ErrorFunction.erf(x);
            case ERFC -> ErrorFunction.erfc(x);
            case CBRT, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E ->
                F64Reference.of(fn, x).high();
            case FLOOR -> StrictMath.floor(x);
            case CEIL -> StrictMath.ceil(x);
            case ROUND -> StrictMath.rint(x);
            case TRUNC -> truncate(x);
        };
    }

    private static double log2(double x) {
        // The exponent apart, so that a power of two is exact and cancellation near 1 does no harm.
        int exponent = Math.getExponent(x);
        if (x <= 0 || !Double.isFinite(x) || exponent < Double.MIN_EXPONENT || (x > 0.5 && x < 2)) {
            double log = StrictMath.log(x);
            return exponent < Double.MIN_EXPONENT && x > 0 ? log2(x * 0x1p60) - 60 : log / LN_2;
        }
        return exponent + StrictMath.log(Math.scalb(x, -exponent)) / LN_2;
    }

    private static double asinh(double x) {
        double a = Math.abs(x);
        double value =
                a > 1e8 ? StrictMath.log(a) + LN_2 : StrictMath.log1p(a + a * a / (1 + StrictMath.sqrt(a * a + 1)));
        return Math.copySign(value, x);
    }

    private static double acosh(double x) {
        double t = x - 1;
        if (t < 0) {
            return Double.NaN;
        }
        return x > 1e8 ? StrictMath.log(x) + LN_2 : StrictMath.log1p(t + StrictMath.sqrt(2 * t + t * t));
    }

    private static double truncate(double x) {
        return x < 0 ? StrictMath.ceil(x) : StrictMath.floor(x);
    }

    /** On integers, before wrapping around; only for functions that accept them. */
    static long unary(UnaryFn fn, long x) {
        return switch (fn) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case SQUARE -> x * x;
            case RELU -> Math.max(x, 0);
            case SQRT,
                    RSQRT,
                    RECIPROCAL,
                    EXP,
                    EXP2,
                    EXPM1,
                    LOG,
                    LOG2,
                    LOG10,
                    LOG1P,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    TANH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    SIGMOID,
                    SOFTPLUS,
                    ERF,
                    ERFC,
                    CBRT,
                    ERFCX,
                    ERFINV,
                    NDTR,
                    NDTRI,
                    LGAMMA,
                    DIGAMMA,
                    I0,
                    I0E,
                    I1,
                    I1E,
                    FLOOR,
                    CEIL,
                    ROUND,
                    TRUNC -> throw new IllegalArgumentException(fn + " takes no integers");
        };
    }

    /** A function of two numbers of a floating dtype, before rounding to it. */
    static double binary(BinaryFn fn, DType dtype, double a, double b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case FLOOR_DIVIDE -> floorDivide(a, b);
            // The quotient is one of the dtype's arithmetic, as in PyTorch: near an integer it may round up to it.
            case TRUNC_DIVIDE -> truncate(HostArray.round(dtype.arithmetic(), a / b));
            case REMAINDER -> remainder(a, b);
            case FMOD -> a % b;
            case POW -> a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : StrictMath.pow(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case ATAN2 -> StrictMath.atan2(a, b);
            case HYPOT -> StrictMath.hypot(a, b);
            case COPYSIGN -> (Double.doubleToRawLongBits(b) < 0) ? -Math.abs(a) : Math.abs(a);
            case NEXTAFTER -> next(dtype, a, b);
            case ZETA, GAMMAINC, GAMMAINCC -> F64Reference.of(fn, a, b).high();
        };
    }

    /**
     * The exact quotient rounded down, which can differ from the floor of the rounded quotient; NaN for infinite dividends, as
     * in PyTorch.
     */
    private static double floorDivide(double a, double b) {
        if (b == 0 || Double.isNaN(a) || Double.isNaN(b)) {
            return a / b;
        }
        if (Double.isInfinite(a)) {
            return Double.NaN;
        }
        if (Double.isInfinite(b)) {
            return a == 0 || (a < 0) == (b < 0) ? 0 : -1;
        }
        // Scaled, so that the difference does not overflow at the end of the range.
        double scale = Math.abs(a) > 1 ? 0.25 : 1;
        double near = StrictMath.rint((scale * a - scale * remainder(a, b)) / (scale * b));
        // Three roundings may leave the integer beside the one that leaves the exact remainder.
        double best = near;
        for (double q : new double[] {near - 1, near + 1}) {
            boolean better = error(a, b, q) < error(a, b, best);
            best = better ? q : best;
        }
        return best;
    }

    private static double error(double a, double b, double quotient) {
        return Math.abs(Math.fma(-quotient, b, a) - remainder(a, b));
    }

    /** The neighbour of a towards b: the bits of numbers of one sign count up with their magnitude. */
    private static double next(DType dtype, double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Double.NaN;
        }
        if (a == b) {
            return b;
        }
        int step = a < b == a > 0 ? 1 : -1;
        return switch (dtype) {
            case F32 ->
                a == 0
                        ? Math.copySign(Float.MIN_VALUE, b)
                        : Float.intBitsToFloat(Float.floatToRawIntBits((float) a) + step);
            case F64 ->
                a == 0
                        ? Math.copySign(Double.MIN_VALUE, b)
                        : Double.longBitsToDouble(Double.doubleToRawLongBits(a) + step);
            case BF16 -> neighbour(a, b, 8, Float.MIN_EXPONENT);
            case F16 -> neighbour(a, b, 11, -14);
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " has no neighbours");
        };
    }

    /** The neighbour among the numbers of that many digits and that least exponent, by the distance of two at this exponent. */
    private static double neighbour(double a, double b, int digits, int leastExponent) {
        double largest = (2 - Math.scalb(1.0, 1 - digits)) * Math.scalb(1.0, 1 - leastExponent);
        if (Double.isInfinite(a)) {
            return Math.copySign(largest, a);
        }
        int exponent = Math.max(Math.getExponent(a), leastExponent);
        boolean below = Math.abs(a) == Math.scalb(1.0, exponent) && exponent > leastExponent && a < b != a > 0;
        double distance = Math.scalb(1.0, exponent - digits + 1 - (below ? 1 : 0));
        double next = a + Math.copySign(distance, b - a);
        return Math.abs(next) > largest
                ? Math.copySign(Double.POSITIVE_INFINITY, a)
                : Math.copySign(next, next == 0 ? a : next);
    }

    private static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }

    /** On integers, before wrapping around; only for functions that accept them. */
    static long binary(BinaryFn fn, long a, long b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case FLOOR_DIVIDE -> Math.floorDiv(a, b);
            case TRUNC_DIVIDE -> a / b;
            case REMAINDER -> Math.floorMod(a, b);
            case FMOD -> a % b;
            case POW -> power(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case DIV, ATAN2, HYPOT, COPYSIGN, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC ->
                throw new IllegalArgumentException(fn + " takes no integers");
        };
    }

    private static long power(long a, long b) {
        if (b < 0) {
            throw new ArithmeticException("a negative power of an integer");
        }
        return BigInteger.valueOf(a)
                .modPow(BigInteger.valueOf(b), BigInteger.ONE.shiftLeft(64))
                .longValue();
    }

    static boolean compare(CompareFn fn, double a, double b) {
        return switch (fn) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }

    static boolean compare(CompareFn fn, long a, long b) {
        return switch (fn) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            case GT -> a > b;
            case GE -> a >= b;
        };
    }

    static long logic(LogicFn fn, long a, long b) {
        return switch (fn) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case SHIFT_LEFT ->
                b < 0 || b > 63 ? 0 : BigInteger.valueOf(a).shiftLeft((int) b).longValue();
            case GCD -> BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).longValue();
            case SHIFT_RIGHT ->
                BigInteger.valueOf(a).shiftRight(b < 0 || b > 63 ? 64 : (int) b).longValue();
        };
    }

    /**
     * The conversion of a floating value to an integer dtype: truncated to zero; beyond the range of I64 and I32 the nearest
     * bound, for I16, I8 and U8 the low bits; 0 for NaN. Whether it is not 0, for BOOL.
     */
    static long toWhole(DType to, double x) {
        return switch (to) {
            case I64 -> (long) x;
            case I32 -> (int) x;
            case I16 -> (short) (long) x;
            case I8 -> (byte) (long) x;
            case U8 -> (long) x & 0xff;
            case BOOL -> x != 0 ? 1 : 0;
            case F32, F64, BF16, F16 -> throw new IllegalArgumentException(to + " is not an integer type");
        };
    }
}
