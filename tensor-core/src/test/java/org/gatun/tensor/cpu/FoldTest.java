package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.gatun.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FoldTest {
    private static final int[][] SIZES = {
        {1, 1, 1},
        {1, 2, 1},
        {3, 3, 1},
        {2, 6, 1},
        {5, 7, 1},
        {4, 10, 1},
        {2, 31, 1},
        {2, 64, 1},
        {3, 129, 1},
        {1, 4095, 1},
        {1, 4096, 1},
        {2, 4097, 1},
        {1, 13_001, 1},
        {1, 131_073, 1},
        {2, 300_001, 1},
        {1, 2, 2},
        {2, 3, 5},
        {3, 4, 7},
        {1, 5, 16},
        {2, 63, 17},
        {1, 64, 33},
        {1, 65, 100},
        {2, 130, 31},
        {1, 200, 3},
        {3, 77, 2},
        {1, 1000, 1},
        {2, 259, 40},
        {1, 3, 1500},
        {1, 70, 2049},
        {1, 1031, 257},
        {1, 50_000, 5},
        {2, 9, 1024}
    };

    /** Elements from a small range of dyadic fractions: sums of them are exact in double precision. */
    private static double[] samples(DType dtype, int count, long seed) {
        Random random = new Random(seed);
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = switch (dtype) {
                case F32, F64, BF16, F16 -> random.nextInt(-1 << 20, 1 << 20) * 0x1p-16;
                case I64, I32, I16 -> random.nextInt(-1000, 1000);
                case I8 -> random.nextInt(-128, 128);
                case U8 -> random.nextInt(256);
                case BOOL -> random.nextInt(100) < 97 ? seed & 1 : ~seed & 1;
            };
        }
        return x;
    }

    private static void write(long at, DType dtype, int i, double v) {
        Elements.put(dtype, at + (long) i * dtype.bytes(), v);
    }

    private static double read(long at, DType dtype, int i) {
        return Elements.get(dtype, at + (long) i * dtype.bytes());
    }

    private static double[] fold(FoldFn fn, DType dtype, double[] x, int outer, int n, int inner) {
        try (Arena arena = Arena.ofShared()) {
            long in = arena.allocate((long) x.length * dtype.bytes() + 1, 64).address();
            long out =
                    arena.allocate((long) outer * inner * dtype.bytes() + 1, 64).address();
            for (int i = 0; i < x.length; i++) {
                write(in, dtype, i, x[i]);
            }
            long end = out + (long) outer * inner * dtype.bytes();
            Ram.putByte(end, (byte) 77);
            Fold.fold(fn, dtype, in, out, outer, n, inner);
            assertThat(Ram.getByte(end)).as("memory past the end").isEqualTo((byte) 77);
            double[] result = new double[outer * inner];
            for (int i = 0; i < result.length; i++) {
                result[i] = read(out, dtype, i);
            }
            return result;
        }
    }

    private static double reference(FoldFn fn, double a, double b) {
        return switch (fn) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static double[] reference(FoldFn fn, double[] x, int outer, int n, int inner) {
        double[] out = new double[outer * inner];
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                double v = x[o * n * inner + j];
                for (int i = 1; i < n; i++) {
                    v = reference(fn, v, x[(o * n + i) * inner + j]);
                }
                out[o * inner + j] = v;
            }
        }
        return out;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16", "I16", "I8"},
            mode = EnumSource.Mode.EXCLUDE)
    void extremaAreExact(DType dtype) {
        for (int[] s : SIZES) {
            for (FoldFn fn : new FoldFn[] {FoldFn.MAX, FoldFn.MIN}) {
                double[] x = samples(dtype, s[0] * s[1] * s[2], s[1] + (fn == FoldFn.MAX ? 0 : 1));
                assertThat(fold(fn, dtype, x, s[0], s[1], s[2]))
                        .as("%s (%d, %d, %d)", fn, s[0], s[1], s[2])
                        .isEqualTo(reference(fn, x, s[0], s[1], s[2]));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void sumsAreWithinTheBoundOfPairwiseSummation(DType dtype) {
        for (int[] s : SIZES) {
            double[] x = samples(dtype, s[0] * s[1] * s[2], s[1]);
            double[] exact = reference(FoldFn.SUM, x, s[0], s[1], s[2]);
            double[] magnitude = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                magnitude[i] = Math.abs(x[i]);
            }
            double[] scale = reference(FoldFn.SUM, magnitude, s[0], s[1], s[2]);
            double[] sums = fold(FoldFn.SUM, dtype, x, s[0], s[1], s[2]);
            double unit = dtype == DType.F32 ? 0x1p-24 : 0;
            for (int i = 0; i < sums.length; i++) {
                // At most about 4096 / 64 additions in a lane, then a tree; errors of either sign mostly cancel.
                assertThat(sums[i])
                        .as("(%d, %d, %d) element %d", s[0], s[1], s[2], i)
                        .isCloseTo(exact[i], within(30 * unit * scale[i]));
            }
        }
    }

    @Test
    void longSumsOfEqualNumbersDoNotDrift() {
        // A running float sum of 0.1 is off by several percent here; ours may err by one rounding for each level.
        int n = 5_000_000;
        double[] x = new double[n];
        java.util.Arrays.fill(x, 0.1f);
        BigDecimal exact = new BigDecimal(x[0]).multiply(BigDecimal.valueOf(n));
        assertThat(fold(FoldFn.SUM, DType.F32, x, 1, n, 1)[0])
                .isCloseTo(exact.doubleValue(), within(64 * 0x1p-24 * exact.doubleValue()));
        assertThat(fold(FoldFn.SUM, DType.F32, x, 1, n / 5, 5)[3])
                .isCloseTo(exact.doubleValue() / 5, within(64 * 0x1p-24 * exact.doubleValue() / 5));
        java.util.Arrays.fill(x, 0.1);
        BigDecimal exact64 = new BigDecimal(x[0]).multiply(BigDecimal.valueOf(n));
        assertThat(fold(FoldFn.SUM, DType.F64, x, 1, n, 1)[0])
                .isCloseTo(exact64.doubleValue(), within(64 * 0x1p-53 * exact64.doubleValue()));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "I64"})
    void products(DType dtype) {
        Random random = new Random(3);
        for (int[] s : SIZES) {
            double[] x = new double[s[0] * s[1] * s[2]];
            for (int i = 0; i < x.length; i++) {
                // Powers of two, rarely not 1, so that products are exact and stay in range.
                x[i] = random.nextInt(s[1]) < 10 ? (dtype == DType.I64 ? -2 : random.nextBoolean() ? -2 : 0.5) : 1;
            }
            assertThat(fold(FoldFn.PRODUCT, dtype, x, s[0], s[1], s[2]))
                    .isEqualTo(reference(FoldFn.PRODUCT, x, s[0], s[1], s[2]));
        }
    }

    @Test
    void integerSumsAndProductsWrapAround() {
        long[] x = {Long.MAX_VALUE, 5, -7, Long.MIN_VALUE, 123456789123L, 42, 1L << 40};
        BigInteger sum = BigInteger.ZERO;
        BigInteger product = BigInteger.ONE;
        try (Arena arena = Arena.ofConfined()) {
            long in = arena.allocate(8L * x.length, 8).address();
            long out = arena.allocate(8, 8).address();
            for (int i = 0; i < x.length; i++) {
                Ram.putLong(in + 8L * i, x[i]);
                sum = sum.add(BigInteger.valueOf(x[i]));
                product = product.multiply(BigInteger.valueOf(x[i]));
            }
            Fold.fold(FoldFn.SUM, DType.I64, in, out, 1, x.length, 1);
            assertThat(Ram.getLong(out)).isEqualTo(sum.longValue());
            Fold.fold(FoldFn.PRODUCT, DType.I64, in, out, 1, x.length, 1);
            assertThat(Ram.getLong(out)).isEqualTo(product.longValue());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void notANumberPropagatesFromAnyPlace(DType dtype) {
        for (int n : new int[] {2, 5, 16, 33, 100, 5000}) {
            for (int at : new int[] {0, 1, n / 2, n - 1}) {
                double[] row = samples(dtype, n, n);
                row[at] = Double.NaN;
                double[] columns = new double[n * 21];
                for (int i = 0; i < columns.length; i++) {
                    columns[i] = row[i / 21];
                }
                for (FoldFn fn : FoldFn.values()) {
                    assertThat(fold(fn, dtype, row, 1, n, 1))
                            .as("%s of %d at %d", fn, n, at)
                            .containsOnly(Double.NaN);
                    assertThat(fold(fn, dtype, columns, 1, n, 21)).containsOnly(Double.NaN);
                }
            }
        }
    }

    @Test
    void infinitiesAndSignedZeros() {
        double inf = Double.POSITIVE_INFINITY;
        double[] x = {
            -inf, 1, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf
        };
        assertThat(fold(FoldFn.MAX, DType.F32, x, 1, x.length, 1)).containsExactly(1);
        assertThat(fold(FoldFn.MIN, DType.F32, x, 1, x.length, 1)).containsExactly(-inf);
        x[1] = -inf;
        assertThat(fold(FoldFn.MAX, DType.F64, x, 1, x.length, 1)).containsExactly(-inf);
        assertThat(fold(FoldFn.SUM, DType.F32, x, 1, x.length, 1)).containsExactly(-inf);
        x[7] = inf;
        assertThat(fold(FoldFn.SUM, DType.F32, x, 1, x.length, 1)).containsExactly(Double.NaN);
    }

    @ParameterizedTest
    @EnumSource(FoldFn.class)
    void foldingNothingGivesTheIdentity(FoldFn fn) {
        for (DType dtype : DType.values()) {
            if (dtype.isNarrow()) {
                continue; // folded in a wider dtype
            }
            double identity = fold(fn, dtype, new double[0], 1, 0, 3)[1];
            for (double v : samples(dtype, 20, 4)) {
                if (dtype != DType.BOOL || fn == FoldFn.MAX || fn == FoldFn.MIN) {
                    assertThat(reference(fn, identity, v))
                            .as("%s %s", fn, dtype)
                            .isEqualTo(v);
                }
            }
        }
        assertThat(fold(fn, DType.F32, new double[0], 0, 5, 3)).isEmpty();
        assertThat(fold(fn, DType.F32, new double[0], 2, 5, 0)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FoldFn.class)
    void theNumberOfThreadsDoesNotMatter(FoldFn fn) {
        int threads = WorkerPool.threads();
        try {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                for (int[] s :
                        new int[][] {{1, 700_001, 1}, {2, 140_000, 1}, {1, 3001, 170}, {1, 100_000, 6}, {3, 77, 1300}
                        }) {
                    Random random = new Random(8);
                    double[] x = random.doubles((long) s[0] * s[1] * s[2], 0.999, 1.001)
                            .toArray();
                    WorkerPool.setThreads(1);
                    double[] one = fold(fn, dtype, x, s[0], s[1], s[2]);
                    WorkerPool.setThreads(3);
                    assertThat(fold(fn, dtype, x, s[0], s[1], s[2])).isEqualTo(one);
                }
            }
        } finally {
            WorkerPool.setThreads(threads);
        }
    }

    @ParameterizedTest
    @EnumSource(FoldFn.class)
    void vectorKernelsAgreeWithTheirScalarTwins(FoldFn fn) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            FoldKernel vector = FoldKernels.make(fn, WideType.of(dtype), true);
            FoldKernel scalar = FoldKernels.make(fn, WideType.of(dtype), false);
            try (Arena arena = Arena.ofConfined()) {
                for (int n : new int[] {1, 2, 6, 7, 8, 15, 16, 17, 63, 64, 65, 127, 1000, 4096, 9000}) {
                    double[] x = new Random(n).doubles(64L * n, 0.99, 1.01).toArray();
                    long in = arena.allocate(64L * n * dtype.bytes(), 64).address();
                    for (int i = 0; i < x.length; i++) {
                        write(in, dtype, i, x[i]);
                    }
                    long a = arena.allocate((long) n * dtype.bytes(), 64).address();
                    long b = arena.allocate((long) n * dtype.bytes(), 64).address();
                    vector.row(in, n, a);
                    scalar.row(in, n, b);
                    double epsilon = (dtype == DType.F32 ? 0x1p-24 : 0x1p-53) * (fn == FoldFn.PRODUCT ? n : 100);
                    assertThat(read(a, dtype, 0) / read(b, dtype, 0)).isCloseTo(1, within(epsilon));
                    for (int rows : new int[] {1, 2, 3, 4, 5, 7, 8, 63, 64}) {
                        vector.columns(in, rows, (long) n * dtype.bytes(), n, a);
                        scalar.columns(in, rows, (long) n * dtype.bytes(), n, b);
                        for (int i = 0; i < n; i++) {
                            assertThat(read(a, dtype, i) / read(b, dtype, i))
                                    .isCloseTo(1, within(epsilon + 100 * (dtype == DType.F32 ? 0x1p-24 : 0x1p-53)));
                        }
                    }
                }
            }
        }
    }
}
