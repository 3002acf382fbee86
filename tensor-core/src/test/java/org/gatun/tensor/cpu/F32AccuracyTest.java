package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The F32 kernels against the same functions in double precision, whose own error is 2^-29 of a float's ulp. */
class F32AccuracyTest {
    private static final int COUNT = 1_000_003;
    private static final float[] SAMPLE = SampleValues.floats(1000, 17);

    /** The error that each function's documentation promises, in ulps. */
    private static double bound(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, RELU, FLOOR, CEIL, ROUND, TRUNC -> 0;
            case SQUARE, SQRT, RECIPROCAL -> 0.5;
            case EXP, EXP2, LOG -> 1;
            case RSQRT, EXPM1, LOG2, LOG10, LOG1P, COSH, ERF -> 1.5;
            case TAN, ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH, ERFC -> 1;
            case TANH, SINH, SOFTPLUS, SIGMOID -> 2;
            case SIN, COS -> 1.6;
        };
    }

    @ParameterizedTest
    @EnumSource
    void unaryFunctionsKeepTheirBound(UnaryFn fn, TestReporter reporter) {
        DoubleUnaryOperator reference = ScalarFunctions.floating(fn);
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            float[] x = SampleValues.floats(COUNT, fn.ordinal());
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
            MemorySegment out = arena.allocate(4L * COUNT, 64);
            ElementwiseKernels.unary(fn, DType.F32).apply(in.address(), out.address(), COUNT);
            for (int i = 0; i < COUNT; i++) {
                float got = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                histogram.add(UlpHistogram.floatUlps(got, reference.applyAsDouble(x[i])), x[i], Double.NaN);
            }
        }
        reporter.publishEntry(fn + " F32", histogram.toString());
        assertThat(histogram.worst()).as("%s: %s", fn, histogram).isLessThanOrEqualTo(bound(fn) + 1e-6);
    }

    private static double bound(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV -> 0.5;
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD -> 0.5;
            case MAXIMUM, MINIMUM -> 0;
            case POW, ATAN2, HYPOT -> 2;
        };
    }

    @ParameterizedTest
    @EnumSource
    void binaryFunctionsKeepTheirBound(BinaryFn fn, TestReporter reporter) {
        DoubleBinaryOperator exact = ScalarFunctions.floating(fn);
        DoubleBinaryOperator reference =
                fn == BinaryFn.TRUNC_DIVIDE ? (a, b) -> exact.applyAsDouble((float) (a / b), 1) : exact;
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            float[] a = SampleValues.floats(COUNT, 2L * fn.ordinal());
            float[] b = SampleValues.floats(COUNT, 2L * fn.ordinal() + 1);
            for (int i = 0; i < COUNT; i++) {
                // every special value with every other, and random pairs of all kinds
                int j = i < 40_000 ? i / 200 * 4 : (int) (i * 7919L % COUNT);
                int k = i < 40_000 ? i % 200 * 4 : i;
                float swap = a[i];
                a[i] = i < 40_000 ? SAMPLE[j] : swap;
                b[i] = i < 40_000 ? SAMPLE[k] : b[j];
            }
            MemorySegment left = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a);
            MemorySegment right = arena.allocateFrom(ValueLayout.JAVA_FLOAT, b);
            MemorySegment out = arena.allocate(4L * COUNT, 64);
            ElementwiseKernels.binary(fn, DType.F32).apply(left.address(), right.address(), out.address(), COUNT);
            for (int i = 0; i < COUNT; i++) {
                float got = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                histogram.add(UlpHistogram.floatUlps(got, reference.applyAsDouble(a[i], b[i])), a[i], b[i]);
            }
        }
        reporter.publishEntry(fn + " F32", histogram.toString());
        assertThat(histogram.worst()).as("%s: %s", fn, histogram).isLessThanOrEqualTo(bound(fn) + 1e-6);
    }
}
