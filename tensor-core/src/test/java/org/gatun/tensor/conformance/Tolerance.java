package org.gatun.tensor.conformance;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.F64Reference;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * How far a backend's result may lie from the reference.
 *
 * @param ulps units in the last place of the reference's value, or of the magnitude if {@code scaled}
 * @param scaled whether the unit is that of the sum of the magnitudes of all terms, since the order of summation is free
 * @param signedZero whether the sign of a zero must agree too
 */
public record Tolerance(int ulps, boolean scaled, boolean signedZero) {
    static final Tolerance EXACT = new Tolerance(0, false, true);
    private static final Tolerance SUM = new Tolerance(16, true, false);

    /** For functions made of several operations on numbers around 1. */
    static final Tolerance COMPOSITE = new Tolerance(64, true, false);

    /** For factors of well-conditioned small matrices, relative to 1 or to the element. */
    private static final Tolerance FACTORS = new Tolerance(128, true, false);

    /** Relative to 1, for near a multiple of pi sine and cosine of a random angle are near 0. */
    private static final Tolerance NORMAL = new Tolerance(8, true, false);

    /** The tolerance for an operation whose operands have at most {@code size} elements. */
    public static Tolerance of(Op op, long size) {
        return switch (op) {
            case Op.Unary unary -> new Tolerance(ulps(unary.fn()), cancels(unary.fn()), true);
            case Op.Binary binary -> new Tolerance(ulps(binary.fn()), cancels(binary.fn()), hasSignedZero(binary.fn()));
            case Op.Sum sum -> SUM;
            // A running sum adds one rounding per element; those of equal elements add up.
            case Op.CumSum sum -> new Tolerance((int) size + 4, true, false);
            case Op.ScatterAdd add -> SUM;
            case Op.IndexAdd add -> SUM;
            case Op.MatMul product -> SUM;
            case Op.Conv2d conv -> SUM;
            case Op.Conv2dInputGrad conv -> SUM;
            case Op.Conv2dWeightGrad conv -> SUM;
            case Op.AvgPool2d pool -> SUM;
            case Op.AvgPool2dGrad pool -> SUM;
            // Each result sums up all numbers: relative to the sum of the magnitudes.
            case Op.Fft fft -> SUM;
            // Each factor may add a rounding; those of equal factors add up.
            case Op.Prod prod -> new Tolerance((int) size + 4, true, false);
            case Op.CumProd prod -> new Tolerance((int) size + 4, true, false);
            case Op.Random random -> random.distribution() == Distribution.NORMAL ? NORMAL : EXACT;
            case Op.LinearAlgebra algebra -> FACTORS;
            case Op.Call call -> EXACT;
            case Op.Diagonal other -> EXACT;
            case Op.Multilinear other -> EXACT;
            case Op.Irregular other -> EXACT;
            case Op.NonDifferentiable other -> EXACT;
        };
    }

    /** 2 for the kernel, and up to 2 for the reference where it is itself made of several rounded steps. */
    private static int ulps(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> 0;
            case RSQRT -> 2;
            case EXP, EXP2, EXPM1, LOG, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, TANH -> 3;
            case LOG2, SINH, COSH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS -> 4;
            case ERF, ERFC -> 6;
            // 4 at most for the kernel, and 1 for the reference's rounding
            case CBRT, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> 5;
        };
    }

    private static int ulps(BinaryFn fn) {
        return switch (fn) {
            case ADD,
                    SUB,
                    MUL,
                    DIV,
                    FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    MAXIMUM,
                    MINIMUM,
                    COPYSIGN,
                    NEXTAFTER -> 0;
            case ZETA, GAMMAINC, GAMMAINCC -> 5;
            case POW, ATAN2, HYPOT -> 3;
        };
    }

    /** Whether results below 0 are differences of larger terms, whose size scales the tolerance. */
    private static boolean cancels(UnaryFn fn) {
        return fn == UnaryFn.LGAMMA || fn == UnaryFn.DIGAMMA;
    }

    private static boolean cancels(BinaryFn fn) {
        return fn == BinaryFn.ZETA;
    }

    private static HostArray magnitudes(HostArray expected, IntToDoubleFunction size) {
        return HostArray.reals(
                expected.dtype(), expected.shape(), i -> Math.max(Math.abs(expected.real(i)), size.applyAsDouble(i)));
    }

    /** Whether IEEE 754 or C says which zero a result is. */
    private static boolean hasSignedZero(BinaryFn fn) {
        return switch (fn) {
            case ADD,
                    SUB,
                    MUL,
                    DIV,
                    TRUNC_DIVIDE,
                    FMOD,
                    MAXIMUM,
                    MINIMUM,
                    POW,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> true;
            case FLOOR_DIVIDE, REMAINDER -> false;
        };
    }

    /** The magnitudes that the tolerance is scaled by: the sums of the magnitudes of the terms; for sources and linear algebra, 1 at least. */
    public List<HostArray> magnitudes(Op op, List<HostArray> operands, List<HostArray> expected) {
        if (!scaled) {
            return List.of();
        }
        HostArray result = expected.getFirst();
        if (op instanceof Op.Unary unary) {
            HostArray x = operands.getFirst();
            return List.of(magnitudes(result, i -> F64Reference.size(unary.fn(), x.real(i))));
        }
        if (op instanceof Op.Binary binary) {
            HostArray a = operands.get(0);
            HostArray b = operands.get(1);
            return List.of(magnitudes(result, i -> F64Reference.size(binary.fn(), a.real(i), b.real(i))));
        }
        if (op instanceof Op.Fft fft) {
            return List.of(FourierCases.magnitudes(fft, operands.get(0)));
        }
        return operands.isEmpty() || op instanceof Op.LinearAlgebra
                ? expected.stream().map(Tolerance::atLeastOne).toList()
                : ReferenceInterpreter.run(
                        op, operands.stream().map(HostArray::magnitudes).toList());
    }

    /** Magnitudes of 1, or of the number where that is larger. */
    static HostArray atLeastOne(HostArray x) {
        return x.dtype().isFloating()
                ? HostArray.reals(x.dtype(), x.shape(), i -> Math.max(1, Math.abs(x.real(i))))
                : x;
    }

    /**
     * What is wrong with a result, or null.
     *
     * @param magnitudes the reference's result on the magnitudes of the operands, for scaled tolerances
     */
    public @Nullable String complaint(HostArray expected, HostArray actual, @Nullable HostArray magnitudes) {
        if (!expected.type().equals(actual.type())) {
            return "is " + actual.type() + " instead of " + expected.type();
        }
        for (int i = 0; i < expected.size(); i++) {
            boolean agrees = expected.dtype().isFloating()
                    ? agrees(
                            expected.dtype(),
                            expected.real(i),
                            actual.real(i),
                            magnitudes == null ? 0 : magnitudes.real(i))
                    : expected.whole(i) == actual.whole(i);
            if (!agrees) {
                return "at " + Arrays.toString(HostArray.index(expected.shape(), i)) + " is " + actual.number(i)
                        + " instead of " + expected.number(i);
            }
        }
        return null;
    }

    private boolean agrees(DType dtype, double expected, double actual, double magnitude) {
        if (Double.isNaN(expected) || Double.isInfinite(expected) || Double.isInfinite(actual)) {
            return Double.compare(expected, actual) == 0;
        }
        if (scaled) {
            double unit = HostArray.ulp(dtype.arithmetic(), magnitude);
            return Math.abs(expected - actual) <= ulps * unit + narrowing(dtype, expected, magnitude);
        }
        if (expected == 0 && actual == 0) {
            return !signedZero || Double.compare(expected, actual) == 0;
        }
        double unit = HostArray.ulp(dtype, expected);
        return Math.abs(expected - actual) <= ulps * unit;
    }

    /**
     * What rounding to a narrow dtype adds: an operation's result, computed in a wider one, may come to lie beside the expected number; a
     * composite's kernel rounds once, where the reference rounds each of its operations.
     */
    private double narrowing(DType dtype, double expected, double magnitude) {
        if (!dtype.isNarrow()) {
            return 0;
        }
        return this == COMPOSITE ? 2 * HostArray.ulp(dtype, magnitude) : HostArray.ulp(dtype, expected);
    }
}
