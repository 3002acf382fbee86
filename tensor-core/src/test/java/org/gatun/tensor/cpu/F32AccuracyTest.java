package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The F32 kernels, on vectors and one by one, against the same functions in double precision, whose own error ({@link
 * F64AccuracyTest}) is 2^-28 of a float's ulp.
 */
class F32AccuracyTest {
    private static final int COUNT = 1_000_003;
    /** What a double rounded to a float is off by. */
    private static final double SCALAR_BOUND = 0.5;

    /** Where formulas change over, functions have zeros, poles or kinks, and results overflow or underflow. */
    private static final float[] CENTERS = {
        0x1p-149f,
        0x1p-126f,
        0x1p-24f,
        0x1p-12f,
        0.25f,
        0.41421357f,
        0.5f,
        0.625f,
        0.70710677f,
        1,
        1.4142135f,
        2,
        2.4142137f,
        9.01f,
        10.05f,
        14.43f,
        17.33f,
        22,
        44.36f,
        87.33655f,
        88.72284f,
        89.41599f,
        103.97208f,
        126,
        128,
        149,
        150,
        0x1p13f,
        0x1p22f,
        0x1p23f,
        0x1p24f,
        0x1p31f,
        0x1p127f
    };

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
            case CBRT, ERFCX, ERFINV, NDTR, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> 1;
        };
    }

    /** Special values, random bits, ordinary ranges, the neighbours of the hard places, and multiples of pi/2. */
    private static float[] arguments(long seed) {
        FloatBuffer values = FloatBuffer.allocate(COUNT + 4000 * CENTERS.length + 240_000);
        values.put(SampleValues.floats(COUNT, seed));
        for (float center : CENTERS) {
            int bits = Float.floatToRawIntBits(center);
            for (int i = Math.max(0, bits - 1000); i < bits + 1000; i++) {
                values.put(Float.intBitsToFloat(i)).put(-Float.intBitsToFloat(i));
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int k = 1; k <= 40_000; k++) {
            // in turn each multiple and one of any size
            long multiple = k % 2 == 0 ? k / 2 : random.nextLong(1L << random.nextInt(1, 62));
            float x = (float) (multiple * (Math.PI / 2));
            values.put(x).put(Math.nextUp(x)).put(Math.nextDown(x));
            values.put(-x).put(-Math.nextUp(x)).put(-Math.nextDown(x));
        }
        return Arrays.copyOf(values.array(), values.position());
    }

    @ParameterizedTest
    @EnumSource
    void unaryFunctionsKeepTheirBound(UnaryFn fn, TestReporter reporter) {
        float[] x = arguments(fn.ordinal());
        UlpHistogram vectors = measure(new VectorKernels().unary(fn, WideType.F32), fn, x);
        UlpHistogram scalars = measure(new ScalarKernels().unary(fn, WideType.F32), fn, x);
        reporter.publishEntry(fn + " F32", vectors.toString());
        assertThat(vectors.worst()).as("%s: %s", fn, vectors).isLessThanOrEqualTo(bound(fn) + 1e-6);
        assertThat(scalars.worst()).as("%s one by one: %s", fn, scalars).isLessThanOrEqualTo(SCALAR_BOUND + 1e-6);
        AccuracyTable.check(fn, DType.F32, vectors, scalars);
    }

    private static UlpHistogram measure(UnaryKernel kernel, UnaryFn fn, float[] x) {
        DoubleUnaryOperator reference = ScalarFunctions.floating(fn);
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_FLOAT, x);
            MemorySegment out = arena.allocate(4L * x.length, 64);
            kernel.apply(in.address(), out.address(), x.length);
            for (int i = 0; i < x.length; i++) {
                float got = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                histogram.add(UlpHistogram.floatUlps(got, reference.applyAsDouble(x[i])), x[i], Double.NaN);
            }
        }
        return histogram;
    }

    private static double bound(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV -> 0.5;
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD -> 0.5;
            case MAXIMUM, MINIMUM, COPYSIGN, NEXTAFTER -> 0;
            case ZETA, GAMMAINC, GAMMAINCC -> 1;
            case POW, ATAN2, HYPOT -> 2;
        };
    }

    @ParameterizedTest
    @EnumSource
    void binaryFunctionsKeepTheirBound(BinaryFn fn, TestReporter reporter) {
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
        UlpHistogram vectors = measure(new VectorKernels().binary(fn, WideType.F32), fn, a, b);
        UlpHistogram scalars = measure(new ScalarKernels().binary(fn, WideType.F32), fn, a, b);
        reporter.publishEntry(fn + " F32", vectors.toString());
        assertThat(vectors.worst()).as("%s: %s", fn, vectors).isLessThanOrEqualTo(bound(fn) + 1e-6);
        assertThat(scalars.worst()).as("%s one by one: %s", fn, scalars).isLessThanOrEqualTo(SCALAR_BOUND + 1e-6);
        AccuracyTable.check(fn, DType.F32, vectors, scalars);
    }

    private static UlpHistogram measure(BinaryKernel kernel, BinaryFn fn, float[] a, float[] b) {
        DoubleBinaryOperator exact = ScalarFunctions.floating(fn);
        // the quotient, and the neighbour, are those of floats
        DoubleBinaryOperator reference = fn == BinaryFn.TRUNC_DIVIDE
                ? (x, y) -> exact.applyAsDouble((float) (x / y), 1)
                : fn == BinaryFn.NEXTAFTER ? (x, y) -> StrictMath.nextAfter((float) x, y) : exact;
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment left = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a);
            MemorySegment right = arena.allocateFrom(ValueLayout.JAVA_FLOAT, b);
            MemorySegment out = arena.allocate(4L * a.length, 64);
            kernel.apply(left.address(), right.address(), out.address(), a.length);
            for (int i = 0; i < a.length; i++) {
                float got = out.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                histogram.add(UlpHistogram.floatUlps(got, reference.applyAsDouble(a[i], b[i])), a[i], b[i]);
            }
        }
        return histogram;
    }
}
