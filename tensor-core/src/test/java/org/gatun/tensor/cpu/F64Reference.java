package org.gatun.tensor.cpu;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The true values of the floating elementwise functions at doubles: the limits at infinities and poles as a table, every other
 * value from {@link PreciseMath}, rounded to a double and what that lost.
 *
 * @param high the value rounded to a double
 * @param low the value less {@code high}, in ulps of {@code high}: of subnormal numbers it would be no double
 */
public record F64Reference(double high, double low) {
    /** What takes a millisecond or more, and is asked for again with every layout. */
    private static final ConcurrentHashMap<List<Double>, F64Reference> ZETAS = new ConcurrentHashMap<>();

    private static final ConcurrentHashMap<List<Object>, F64Reference> SPECIAL = new ConcurrentHashMap<>();

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

    /** The value of a function of one double. */
    public static F64Reference of(UnaryFn fn, double x) {
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
        return switch (fn) {
            case ERFINV, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E ->
                SPECIAL.computeIfAbsent(List.of(fn, x), known -> value(fn, x));
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RSQRT, CBRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> value(fn, x);
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN -> value(fn, x);
            case SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, ERF, ERFC, ERFCX, NDTR -> value(fn, x);
        };
    }

    private static F64Reference value(UnaryFn fn, double x) {
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
            case ERFCX -> positive ? 0 : Double.POSITIVE_INFINITY;
            case NDTR -> positive ? 1 : 0;
            case ERFINV, NDTRI -> Double.NaN;
            case LGAMMA -> Double.POSITIVE_INFINITY;
            case DIGAMMA -> positive ? x : Double.NaN;
            case I0 -> Double.POSITIVE_INFINITY;
            case I0E -> 0;
            case I1 -> x;
            case I1E -> Math.copySign(0, x);
            case CBRT -> x;
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
            case ERFINV -> Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
            case NDTRI -> x == 0 ? Double.NEGATIVE_INFINITY : x == 1 ? Double.POSITIVE_INFINITY : Double.NaN;
            case LGAMMA -> x <= 0 && x == Math.rint(x) ? Double.POSITIVE_INFINITY : Double.NaN;
            case DIGAMMA -> x == 0 ? -1 / x : Double.NaN;
            // e^(x^2) is infinite
            case ERFCX -> x < -30 ? Double.POSITIVE_INFINITY : Double.NaN;
            // e^|x| is infinite, and no decimal number of moderate length
            case I0, I1 ->
                Math.abs(x) > 800
                        ? fn == UnaryFn.I0 ? Double.POSITIVE_INFINITY : x * Double.POSITIVE_INFINITY
                        : Double.NaN;
            case SIGMOID, SOFTPLUS, ERF, ERFC, NDTR, CBRT, I0E, I1E -> Double.NaN;
        };
    }

    private static boolean isInDomain(UnaryFn fn, double x) {
        return switch (fn) {
            case SQRT, RSQRT, LOG, LOG2, LOG10 -> x >= 0;
            case LOG1P -> x >= -1;
            case ASIN, ACOS, ATANH, ERFINV -> Math.abs(x) <= 1;
            case NDTRI -> x >= 0 && x <= 1;
            case DIGAMMA -> x > 0 || x != Math.rint(x);
            case ACOSH -> x >= 1;
            case NEG, ABS, SIGN, SQUARE, RELU, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> true;
            case EXP, EXP2, EXPM1, SIN, COS, TAN, ATAN, SINH, COSH, TANH, ASINH -> true;
            case SIGMOID, SOFTPLUS, ERF, ERFC, ERFCX, NDTR, LGAMMA, CBRT, I0, I0E, I1, I1E -> true;
        };
    }

    /** A zero of the function at x: odd functions keep the sign, and where others are 0, x is positive or the zero is. */
    private static double zero(UnaryFn fn, double x) {
        return switch (fn) {
            case NEG -> Math.copySign(0, -x);
            case ABS, SIGN, SQUARE, RELU -> 0;
            case SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN ->
                Math.copySign(0, x);
            case NDTRI, LGAMMA, DIGAMMA -> 0;
            case ERFCX, NDTR, ERFINV, CBRT, I0, I0E, I1, I1E -> Math.copySign(0, x);
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
            case ERFCX -> PreciseMath.erfcx(x);
            case ERFINV -> x.signum() == 0 ? x : PreciseSpecial.erfinv(x);
            case NDTR -> PreciseSpecial.ndtr(x);
            case NDTRI -> x.compareTo(new BigDecimal("0.5")) == 0 ? BigDecimal.ZERO : PreciseSpecial.ndtri(x);
            case LGAMMA -> isOneOrTwo(x) ? BigDecimal.ZERO : PreciseSpecial.lgamma(x);
            case DIGAMMA -> PreciseSpecial.digamma(x);
            case I0 -> PreciseSpecial.bessel(0, x);
            case I0E -> PreciseSpecial.scaledBessel(0, x);
            case I1 -> PreciseSpecial.bessel(1, x);
            case I1E -> PreciseSpecial.scaledBessel(1, x);
            case CBRT -> x.signum() == 0 ? x : PreciseSpecial.cbrt(x);
            case FLOOR -> x.setScale(0, RoundingMode.FLOOR);
            case CEIL -> x.setScale(0, RoundingMode.CEILING);
            case ROUND -> x.setScale(0, RoundingMode.HALF_EVEN);
            case TRUNC -> x.setScale(0, RoundingMode.DOWN);
        };
    }

    /** The value of a function of two doubles. */
    public static F64Reference of(BinaryFn fn, double a, double b) {
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
            case COPYSIGN -> exactly(Double.doubleToRawLongBits(b) < 0 ? -Math.abs(a) : Math.abs(a));
            case NEXTAFTER -> exactly(StrictMath.nextAfter(a, b));
            case ZETA -> zeta(a, b);
            case GAMMAINC -> incomplete(a, b, false);
            case GAMMAINCC -> incomplete(a, b, true);
        };
    }

    private static boolean isOneOrTwo(BigDecimal x) {
        return x.compareTo(BigDecimal.ONE) == 0 || x.compareTo(BigDecimal.TWO) == 0;
    }

    private static F64Reference zeta(double s, double q) {
        if (Double.isNaN(s) || Double.isNaN(q) || s < 1) {
            return exactly(Double.NaN);
        }
        if (s == 1 || (q <= 0 && q == Math.rint(q))) {
            return exactly(Double.POSITIVE_INFINITY);
        }
        if (q < 0 && s != Math.rint(s)) {
            return exactly(Double.NaN);
        }
        double first = StrictMath.log(Math.abs(q - Math.min(0, Math.rint(q)))) * -s;
        if (Double.isInfinite(s) || Double.isInfinite(q) || (q > 0 && Math.abs(first) > 2000)) {
            // 0, 1 or infinity, like the first term
            return exactly(q == 1 ? 1 : q > 1 ? 0 : Double.POSITIVE_INFINITY);
        }
        return ZETAS.computeIfAbsent(
                List.of(s, q), pair -> of(PreciseSpecial.zeta(new BigDecimal(s), new BigDecimal(q))));
    }

    /** The incomplete gamma functions; for a beyond a million only where x is a, or far from it. */
    private static F64Reference incomplete(double a, double x, boolean upper) {
        if (!(a >= 0 && x >= 0) || (a == 0 && x == 0) || (Double.isInfinite(a) && Double.isInfinite(x))) {
            return exactly(Double.NaN);
        }
        boolean above = x > a;
        double distance = Math.abs(x - a) / Math.sqrt(a);
        boolean far = Double.isInfinite(x) || x == 0 || a == 0 || Double.isInfinite(a) || (a > 1e6 && distance > 60);
        if (far || exponent(a, x) < -800) {
            return exactly(above == upper ? 0 : 1);
        }
        if (a > 1e6 && a != x) {
            throw new IllegalArgumentException("no reference for the incomplete gamma function of " + a + ", " + x);
        }
        return SPECIAL.computeIfAbsent(
                List.of(upper, a, x),
                key -> of(
                        a > 1e6
                                ? PreciseGammaInc.atMean(new BigDecimal(a), upper)
                                : PreciseGammaInc.value(new BigDecimal(a), new BigDecimal(x), upper)));
    }

    /** About the logarithm of {@code x^a e^-x / gamma(a + 1)}. */
    private static double exponent(double a, double x) {
        return a < 1 ? a * Math.log(x) - x : a - x + a * (Math.log(x) - Math.log(a));
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

    /**
     * The size of the terms that a result is the difference of, where the zero between them is at no double: an ulp of it is the unit
     * there.
     */
    public static double size(UnaryFn fn, double x) {
        return switch (fn) {
            case LGAMMA -> x < 0 ? 1 : 0;
            case DIGAMMA -> x < 0 && Double.isFinite(x) ? Math.max(1, Math.log1p(-x)) : 0;
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RSQRT, CBRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> 0;
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN -> 0;
            case SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS -> 0;
            case ERF, ERFC, ERFCX, ERFINV, NDTR, NDTRI, I0, I0E, I1, I1E -> 0;
        };
    }

    /** As for one operand: of a sum of terms with both signs, the largest term. */
    public static double size(BinaryFn fn, double a, double b) {
        return switch (fn) {
            case ZETA -> b < 0 && a > 1 ? Math.pow(Math.abs(b - Math.rint(b)), -a) : 0;
            case ADD, SUB, MUL, DIV, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW, MAXIMUM, MINIMUM -> 0;
            case ATAN2, HYPOT, COPYSIGN, NEXTAFTER, GAMMAINC, GAMMAINCC -> 0;
        };
    }
}
