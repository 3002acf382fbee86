package org.gatun.tensor.cpu;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The true values of the floating elementwise functions at doubles: the limits at infinities and poles as a table, every other
 * value from {@link PreciseMath}, rounded to a double and what that lost.
 *
 * @param high the value rounded to a double
 * @param low the value less {@code high}, in ulps of {@code high}: of subnormal numbers it would be no double
 */
record F64Reference(double high, double low) {
    private static F64Reference exactly(double value) {
        return new F64Reference(value, 0);
    }

    private static F64Reference of(BigDecimal value) {
        double high = Math.copySign(value.doubleValue(), value.signum());
        if (Double.isInfinite(high)) {
            return exactly(high);
        }
        BigDecimal lost = value.subtract(new BigDecimal(high));
        return new F64Reference(
                high,
                lost.divide(new BigDecimal(Math.ulp(high)), MathContext.DECIMAL64)
                        .doubleValue());
    }

    static F64Reference of(UnaryFn fn, double x) {
        if (Double.isNaN(x)) {
            return exactly(fn == UnaryFn.SIGN ? 0 : x);
        }
        if (Double.isInfinite(x)) {
            return exactly(atInfinity(fn, x));
        }
        double limit = outsideOf(fn, x);
        if (!Double.isNaN(limit)) {
            return exactly(limit);
        }
        if (!isInDomain(fn, x)) {
            return exactly(Double.NaN);
        }
        BigDecimal value = finite(fn, new BigDecimal(x));
        return value.signum() == 0 ? exactly(zero(fn, x)) : of(value);
    }

    private static double atInfinity(UnaryFn fn, double x) {
        boolean positive = x > 0;
        return switch (fn) {
            case NEG -> -x;
            case ABS, SQUARE, COSH -> Double.POSITIVE_INFINITY;
            case SIGN, TANH, ERF -> positive ? 1 : -1;
            case RELU, EXP, EXP2, SOFTPLUS -> positive ? x : 0;
            case SQRT, LOG, LOG2, LOG10, LOG1P, ACOSH -> positive ? x : Double.NaN;
            case RSQRT -> positive ? 0 : Double.NaN;
            case RECIPROCAL -> positive ? 0.0 : -0.0;
            case EXPM1 -> positive ? x : -1;
            case SIN, COS, TAN, ASIN, ACOS, ATANH -> Double.NaN;
            case ATAN -> positive ? Math.PI / 2 : -Math.PI / 2;
            case SINH, ASINH, FLOOR, CEIL, ROUND, TRUNC -> x;
            case SIGMOID -> positive ? 1 : 0;
            case ERFC -> positive ? 0 : 2;
        };
    }

    /** The infinite values at poles, elsewhere NaN. */
    private static double outsideOf(UnaryFn fn, double x) {
        return switch (fn) {
            case LOG, LOG2, LOG10 -> x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
            case LOG1P -> x == -1 ? Double.NEGATIVE_INFINITY : Double.NaN;
            case RSQRT, RECIPROCAL -> x == 0 ? 1 / x : Double.NaN;
            case ATANH -> Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, FLOOR, CEIL, ROUND, TRUNC -> Double.NaN;
            case EXP, EXP2, EXPM1, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH -> Double.NaN;
            case SIGMOID, SOFTPLUS, ERF, ERFC -> Double.NaN;
        };
    }

    private static boolean isInDomain(UnaryFn fn, double x) {
        return switch (fn) {
            case SQRT, RSQRT, LOG, LOG2, LOG10 -> x >= 0;
            case LOG1P -> x >= -1;
            case ASIN, ACOS, ATANH -> Math.abs(x) <= 1;
            case ACOSH -> x >= 1;
            case NEG, ABS, SIGN, SQUARE, RELU, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> true;
            case EXP, EXP2, EXPM1, SIN, COS, TAN, ATAN, SINH, COSH, TANH, ASINH -> true;
            case SIGMOID, SOFTPLUS, ERF, ERFC -> true;
        };
    }

    /** A zero of the function at x: odd functions keep the sign, and where others are 0, x is positive or the zero is. */
    private static double zero(UnaryFn fn, double x) {
        return switch (fn) {
            case NEG -> Math.copySign(0, -x);
            case ABS, SIGN, SQUARE, RELU -> 0;
            case SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN ->
                Math.copySign(0, x);
            case SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, ERF, ERFC, FLOOR, CEIL, ROUND, TRUNC ->
                Math.copySign(0, x);
        };
    }

    private static BigDecimal finite(UnaryFn fn, BigDecimal x) {
        return switch (fn) {
            case NEG -> x.negate();
            case ABS -> x.abs();
            case SIGN -> new BigDecimal(x.signum());
            case SQUARE -> x.multiply(x);
            case RELU -> x.max(BigDecimal.ZERO);
            case SQRT -> x.sqrt(PreciseMath.DIGITS);
            case RSQRT -> BigDecimal.ONE.divide(x.sqrt(PreciseMath.DIGITS), PreciseMath.DIGITS);
            case RECIPROCAL -> BigDecimal.ONE.divide(x, PreciseMath.DIGITS);
            case EXP -> PreciseMath.exp(x);
            case EXP2 -> PreciseMath.exp2(x);
            case EXPM1 -> PreciseMath.expm1(x);
            case LOG -> PreciseMath.log(x);
            case LOG2 -> PreciseMath.log2(x);
            case LOG10 -> PreciseMath.log10(x);
            case LOG1P -> PreciseMath.log1p(x);
            case SIN -> PreciseMath.sin(x);
            case COS -> PreciseMath.cos(x);
            case TAN -> PreciseMath.tan(x);
            case ASIN -> PreciseMath.asin(x);
            case ACOS -> PreciseMath.acos(x);
            case ATAN -> PreciseMath.atan(x);
            case SINH -> PreciseMath.sinh(x);
            case COSH -> PreciseMath.cosh(x);
            case TANH -> PreciseMath.tanh(x);
            case ASINH -> PreciseMath.asinh(x);
            case ACOSH -> PreciseMath.acosh(x);
            case ATANH -> PreciseMath.atanh(x);
            case SIGMOID -> PreciseMath.sigmoid(x);
            case SOFTPLUS -> PreciseMath.softplus(x);
            case ERF -> PreciseMath.erf(x);
            case ERFC -> PreciseMath.erfc(x);
            case FLOOR -> x.setScale(0, RoundingMode.FLOOR);
            case CEIL -> x.setScale(0, RoundingMode.CEILING);
            case ROUND -> x.setScale(0, RoundingMode.HALF_EVEN);
            case TRUNC -> x.setScale(0, RoundingMode.DOWN);
        };
    }

    static F64Reference of(BinaryFn fn, double a, double b) {
        return switch (fn) {
            // Java's arithmetic is IEEE's
            case ADD -> exactly(a + b);
            case SUB -> exactly(a - b);
            case MUL -> exactly(a * b);
            case DIV -> exactly(a / b);
            case FMOD -> exactly(a % b);
            case MAXIMUM -> exactly(Math.max(a, b));
            case MINIMUM -> exactly(Math.min(a, b));
            // of the rounded quotient, as PyTorch has it
            case TRUNC_DIVIDE -> exactly(a / b < 0 ? Math.ceil(a / b) : Math.floor(a / b));
            case FLOOR_DIVIDE -> floorDivide(a, b);
            case REMAINDER -> remainder(a, b);
            case POW -> pow(a, b);
            case ATAN2 ->
                isOrdinary(a) && isOrdinary(b)
                        ? of(PreciseMath.atan2(new BigDecimal(a), new BigDecimal(b)))
                        : exactly(StrictMath.atan2(a, b));
            case HYPOT -> hypot(a, b);
        };
    }

    private static boolean isOrdinary(double x) {
        return Double.isFinite(x) && x != 0;
    }

    private static boolean haveOneSign(double a, double b) {
        return a < 0 == b < 0;
    }

    private static F64Reference floorDivide(double a, double b) {
        if (b == 0 || a == 0 || Double.isNaN(a) || Double.isNaN(b)) {
            return exactly(a / b);
        }
        if (Double.isInfinite(a)) {
            return exactly(Double.NaN);
        }
        if (Double.isInfinite(b)) {
            return exactly(haveOneSign(a, b) ? 0 : -1);
        }
        BigDecimal floor = floor(a, b);
        return floor.signum() == 0 ? exactly(0) : of(floor);
    }

    private static F64Reference remainder(double a, double b) {
        if (b == 0 || !Double.isFinite(a) || Double.isNaN(b)) {
            return exactly(Double.NaN);
        }
        if (Double.isInfinite(b)) {
            return exactly(a == 0 || haveOneSign(a, b) ? a : b);
        }
        BigDecimal rest = new BigDecimal(a).subtract(new BigDecimal(b).multiply(floor(a, b)));
        return rest.signum() == 0 ? exactly(Math.copySign(0, a)) : of(rest);
    }

    /** The largest integer not above a / b. */
    private static BigDecimal floor(double a, double b) {
        BigDecimal[] quotient = new BigDecimal(a).divideAndRemainder(new BigDecimal(b));
        return quotient[1].signum() * Math.signum(b) < 0 ? quotient[0].subtract(BigDecimal.ONE) : quotient[0];
    }

    /** IEEE 754's pow. */
    private static F64Reference pow(double a, double b) {
        if (b == 0 || a == 1 || (a == -1 && Double.isInfinite(b))) {
            return exactly(1);
        }
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return exactly(Double.NaN);
        }
        if (Double.isInfinite(b)) {
            return exactly(Math.abs(a) > 1 == b > 0 ? Double.POSITIVE_INFINITY : 0);
        }
        double sign = Math.copySign(1, a) < 0 && Math.abs(b % 2) == 1 ? -1 : 1;
        if (!isOrdinary(a)) {
            return exactly(sign * (a == 0 == b > 0 ? 0 : Double.POSITIVE_INFINITY));
        }
        if (a < 0 && b % 1 != 0) {
            return exactly(Double.NaN);
        }
        F64Reference magnitude = of(PreciseMath.pow(new BigDecimal(Math.abs(a)), new BigDecimal(b)));
        return new F64Reference(sign * magnitude.high, sign * magnitude.low);
    }

    private static F64Reference hypot(double a, double b) {
        if (Double.isInfinite(a) || Double.isInfinite(b)) {
            return exactly(Double.POSITIVE_INFINITY);
        }
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return exactly(Double.NaN);
        }
        return of(PreciseMath.hypot(new BigDecimal(a), new BigDecimal(b)));
    }
}
