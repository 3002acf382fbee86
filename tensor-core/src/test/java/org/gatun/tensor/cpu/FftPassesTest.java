package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transforms of columns, in vectors and in plain Java, against the definition; and the roots of unity. */
class FftPassesTest {
    static Stream<Arguments> passes() {
        return Stream.of(
                Arguments.of(new F32FftPasses(), DType.F32),
                Arguments.of(new F64FftPasses(), DType.F64),
                Arguments.of(new ScalarFftPasses(DType.F32), DType.F32),
                Arguments.of(new ScalarFftPasses(DType.F64), DType.F64));
    }

    @ParameterizedTest
    @MethodSource("passes")
    void columnsAreTransformedByTheDefinition(FftPasses passes, DType dtype) {
        var random = new SplittableRandom(3);
        for (int n = 1; n <= 75; n++) {
            check(passes, dtype, n, n % 2 == 0, random);
        }
        check(passes, dtype, 125, true, random);
        check(passes, dtype, 127, true, random);
        check(passes, dtype, 256, true, random);
        check(passes, dtype, 400, false, random);
    }

    @ParameterizedTest
    @MethodSource("passes")
    void linesAreReadAndWrittenAsColumns(FftPasses passes, DType dtype) {
        int lanes = passes.lanes();
        DType inside = passes.bytes() == Double.BYTES ? DType.F64 : DType.F32;
        for (int n = lanes; n <= 3 * lanes + 1; n++) {
            try (Scratch scratch = Scratch.open()) {
                int numbers = 2 * n * lanes;
                long lines = scratch.allocate((long) numbers * dtype.bytes());
                long copy = scratch.allocate((long) numbers * dtype.bytes());
                for (int i = 0; i < numbers; i++) {
                    put(dtype, lines, i, i);
                    put(dtype, copy, i, -1);
                }
                FftPlan.Arrays x = FftPlan.Arrays.of(passes, n, scratch);
                long step = 2L * n * dtype.bytes();
                passes.readLines(lines, step, n, x.re(), x.im(), x.otherRe(), x.otherIm());
                for (int j = 0; j < n; j++) {
                    for (int c = 0; c < lanes; c++) {
                        assertThat(get(inside, x.re(), j * lanes + c)).isEqualTo(2 * (c * n + j));
                        assertThat(get(inside, x.im(), j * lanes + c)).isEqualTo(2 * (c * n + j) + 1);
                    }
                }
                passes.writeLines(x.re(), x.im(), n, copy, step, x.otherRe(), x.otherIm());
                for (int i = 0; i < numbers; i++) {
                    assertThat(get(dtype, copy, i)).isEqualTo(i);
                }
            }
        }
    }

    /** Columns of random numbers, which lie side by side or one after the other. */
    private static void check(FftPasses passes, DType dtype, int n, boolean together, SplittableRandom random) {
        int lanes = passes.lanes();
        int bytes = dtype.bytes();
        assertThat(passes.complexBytes()).isEqualTo(2 * bytes);
        double[] numbers = new double[2 * n * lanes];
        for (int i = 0; i < numbers.length; i++) {
            double x = random.nextDouble(-1, 1);
            numbers[i] = dtype == DType.F32 ? (float) x : x;
        }
        FftPlan plan = FftPlan.of(n, passes);
        try (Scratch scratch = Scratch.open()) {
            long memory = scratch.allocate((long) numbers.length * bytes);
            for (int i = 0; i < numbers.length; i++) {
                put(dtype, memory, i, numbers[i]);
            }
            FftPlan.Arrays x = FftPlan.Arrays.of(passes, plan.rows(), scratch);
            long step = together ? 2L * lanes * bytes : 2L * bytes;
            long next = together ? 2L * bytes : 2L * n * bytes;
            if (together) {
                passes.readColumns(memory, step, n, x.re(), x.im());
            } else {
                for (int c = 0; c < lanes; c++) {
                    passes.readColumn(memory + c * next, step, n, c, x.re(), x.im());
                }
            }
            FftPlan.Arrays y = plan.run(x);
            if (together) {
                passes.writeColumns(y.re(), y.im(), n, memory, step);
            } else {
                for (int c = 0; c < lanes; c++) {
                    passes.writeColumn(y.re(), y.im(), n, c, memory + c * next, step);
                }
            }
            double eps = dtype == DType.F32 ? 0x1p-24 : 0x1p-53;
            double bound = 8 * eps * (1 + Math.log(n) / Math.log(2)) * Math.sqrt(n);
            for (int c = 0; c < lanes; c++) {
                for (int k = 0; k < n; k++) {
                    double re = 0;
                    double im = 0;
                    for (int j = 0; j < n; j++) {
                        int at = together ? 2 * (j * lanes + c) : 2 * (c * n + j);
                        double cos = Roots.cos((long) j * k % n, n);
                        double sin = Roots.minusSin((long) j * k % n, n);
                        re += numbers[at] * cos - numbers[at + 1] * sin;
                        im += numbers[at] * sin + numbers[at + 1] * cos;
                    }
                    int to = together ? 2 * (k * lanes + c) : 2 * (c * n + k);
                    assertThat(get(dtype, memory, to)).as("length %d", n).isCloseTo(re, within(bound));
                    assertThat(get(dtype, memory, to + 1)).isCloseTo(im, within(bound));
                }
            }
        }
    }

    private static double get(DType dtype, long memory, int i) {
        return dtype == DType.F32 ? Ram.getFloat(memory + 4L * i) : Ram.getDouble(memory + 8L * i);
    }

    private static void put(DType dtype, long memory, int i, double x) {
        if (dtype == DType.F32) {
            Ram.putFloat(memory + 4L * i, (float) x);
        } else {
            Ram.putDouble(memory + 8L * i, x);
        }
    }

    /** Exact at the quarters of the circle, and elsewhere as near as a double is: the angle is exact to half an ulp. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 7, 8, 12, 100, 1 << 20, (1L << 29) - 3})
    void rootsAreAccurate(long n) {
        for (long k = 0; k < n; k += Math.max(1, n / 1000)) {
            double c = Roots.cos(k, n);
            double s = Roots.minusSin(k, n);
            assertThat(c * c + s * s).isCloseTo(1, within(4e-16));
            if (4 * k % n == 0) {
                double[] quarters = {1, 0, -1, 0};
                int quarter = (int) (4 * k / n);
                assertThat(c).isEqualTo(quarters[quarter]);
                assertThat(s).isEqualTo(quarters[(quarter + 1) % 4]);
            }
            double angle = 2 * Math.PI * ((double) k / n);
            assertThat(c).isCloseTo(StrictMath.cos(angle), within(2e-15));
            assertThat(s).isCloseTo(-StrictMath.sin(angle), within(2e-15));
            // The conjugate, to the last bit or the one before.
            if (k > 0) {
                assertThat(Roots.cos(n - k, n)).isCloseTo(c, within(0x1p-53));
                assertThat(Roots.minusSin(n - k, n)).isCloseTo(-s, within(0x1p-53));
            }
        }
    }

    /** The length for a convolution is at least twice as long less one, and has passes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 11, 33, 41, 65, 97, 1009, 1 << 28})
    void convolutionsFit(int n) {
        int m = FftPlan.convolutionLength(n);
        assertThat(m).isGreaterThanOrEqualTo(2 * n - 1);
        int rest = m;
        for (int factor : new int[] {2, 3, 5}) {
            while (rest % factor == 0) {
                rest /= factor;
            }
        }
        assertThat(rest).isEqualTo(1);
    }
}
