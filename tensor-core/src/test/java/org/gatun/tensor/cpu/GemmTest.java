package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmTest {

    /** How a test matrix lies in its memory. */
    private enum Storing {
        ROWS,
        COLUMNS,
        PADDED_ROWS,
        PADDED_COLUMNS,
        EVERY_SECOND,
        REPEATED_ROW,
        REPEATED_COLUMN,
        REVERSED
    }

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    private static Matrix stored(Arena arena, DType dtype, int rows, int columns, Storing storing, Random random) {
        var memory = NativeArray.random(arena, dtype, 4L * (rows + 3) * (columns + 3), random);
        long start = memory.address();
        return switch (storing) {
            case ROWS -> new Matrix(start, rows, columns, columns, 1);
            case COLUMNS -> new Matrix(start, rows, columns, 1, rows);
            case PADDED_ROWS -> new Matrix(start, rows, columns, columns + 3, 1);
            case PADDED_COLUMNS -> new Matrix(start, rows, columns, 1, rows + 3);
            case EVERY_SECOND -> new Matrix(start, rows, columns, 2L * columns + 1, 2);
            case REPEATED_ROW -> new Matrix(start, rows, columns, 0, 1);
            case REPEATED_COLUMN -> new Matrix(start, rows, columns, 1, 0);
            case REVERSED -> new Matrix(memory.address((long) rows * columns), rows, columns, -columns, -1);
        };
    }

    private static double element(DType dtype, Matrix matrix, long i, long j) {
        long at = matrix.address() + (i * matrix.rowStride() + j * matrix.columnStride()) * dtype.bytes();
        return Elements.get(dtype, at);
    }

    private static double[] values(DType dtype, Matrix matrix) {
        int columns = (int) matrix.columns();
        double[] values = new double[(int) matrix.rows() * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = element(dtype, matrix, i / columns, i % columns);
        }
        return values;
    }

    /** Multiplies by kernel and by the definition, and compares; the result's rows are padded and hold NaN before. */
    private static void check(DType dtype, Matrix a, Matrix b, boolean accumulate) {
        int m = (int) a.rows();
        int n = (int) b.columns();
        int k = (int) a.columns();
        int ldc = n + 2;
        try (Arena arena = Arena.ofConfined()) {
            var c = new NativeArray(arena, dtype, (long) m * ldc).fill(dtype.isFloating() ? Double.NaN : 77);
            if (accumulate) {
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        c.set((long) i * ldc + j, i - j);
                    }
                }
            }
            double[] before = c.toArray();
            List<long[]> finished = new ArrayList<>();
            Epilogue epilogue = (address, rows, columns, leading, row, column) -> {
                assertThat(address).isEqualTo(c.address(row * ldc + column));
                assertThat(leading).isEqualTo(ldc);
                synchronized (finished) {
                    finished.add(new long[] {row, rows, column, columns});
                }
            };
            Gemm.multiply(dtype, a, b, c.address(), ldc, accumulate, epilogue);
            double[] left = values(dtype, a);
            double[] right = values(dtype, b.transposed());
            double epsilon = dtype == DType.F32 ? Math.ulp(1f) : dtype == DType.F64 ? Math.ulp(1d) : 0;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = accumulate ? NativeArray.wrap(dtype, i - j) : 0;
                    double size = Math.abs(sum);
                    for (int p = 0; p < k; p++) {
                        double product = left[i * k + p] * right[j * k + p];
                        sum += product;
                        size += Math.abs(product);
                    }
                    // The classical bound of an inner product's rounding error, k epsilon sum|ab|, whatever the order.
                    double error = Math.abs(c.get((long) i * ldc + j) - NativeArray.wrap(dtype, sum));
                    if (!(error <= (k + 1) * epsilon * size)) {
                        fail("%s element (%d, %d) of %d x %d x %d is off by %s", dtype, i, j, m, n, k, error);
                    }
                }
                for (int j = n; j < ldc; j++) {
                    assertSame(c.get((long) i * ldc + j), before[i * ldc + j], "padding");
                }
            }
            c.assertGuardsAreIntact();
            assertCoveredOnce(finished, m, n);
        }
    }

    private static void assertSame(double actual, double expected, String what) {
        if (actual != expected && !(Double.isNaN(actual) && Double.isNaN(expected))) {
            fail("%s: expected %s, was %s", what, expected, actual);
        }
    }

    private static void assertCoveredOnce(List<long[]> blocks, int m, int n) {
        int[] covered = new int[m * n];
        for (long[] block : blocks) {
            for (long i = block[0]; i < block[0] + block[1]; i++) {
                for (long j = block[2]; j < block[2] + block[3]; j++) {
                    covered[(int) (i * n + j)]++;
                }
            }
        }
        assertThat(Arrays.stream(covered).allMatch(times -> times == 1))
                .as("the epilogue saw each element once")
                .isTrue();
    }

    private static Stream<Arguments> sizes() {
        int[][] sizes = {
            {1, 1, 1},
            {1, 7, 5},
            {7, 1, 5},
            {1, 1, 9},
            {3, 5, 1},
            {2, 3, 4},
            {16, 16, 16},
            {17, 31, 13},
            {64, 65, 63},
            {33, 129, 257},
            {5, 300, 400},
            {300, 5, 400},
            {8, 10, 3000},
            {130, 70, 1000},
            {128, 512, 60},
            {1, 400, 700},
            {400, 1, 700},
            {256, 257, 33},
            {70, 41, 17},
            {100, 130, 32},
            {67, 90, 200},
            {40, 33, 50}
        };
        return Arrays.stream(sizes).map(s -> Arguments.of(s[0], s[1], s[2]));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void agreesWithTheDefinitionForAllTransposesOnAnyThreads(int m, int n, int k) {
        var random = new Random(m * 1000L + n * 10L + k);
        try (Arena arena = Arena.ofShared()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                for (Storing left : new Storing[] {Storing.ROWS, Storing.COLUMNS, Storing.PADDED_ROWS}) {
                    for (Storing right : new Storing[] {Storing.ROWS, Storing.COLUMNS, Storing.PADDED_COLUMNS}) {
                        Matrix a = stored(arena, dtype, m, k, left, random);
                        Matrix b = stored(arena, dtype, k, n, right, random);
                        for (int threads : new int[] {1, 2, 3}) {
                            WorkerPool.setThreads(threads);
                            check(dtype, a, b, threads == 2);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 150000", "3, 1, 70000", "1, 4, 70000", "20, 1, 9000", "1, 17, 33000"})
    void longInnerDimensionsOfVectorsAgreeWithTheDefinition(int m, int n, int k) {
        var random = new Random(m + n + k);
        try (Arena arena = Arena.ofShared()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                for (Storing storing : new Storing[] {Storing.ROWS, Storing.COLUMNS, Storing.PADDED_ROWS}) {
                    Matrix a = stored(arena, dtype, m, k, storing, random);
                    Matrix b = stored(arena, dtype, k, n, storing, random);
                    for (int threads : new int[] {1, 2, 5}) {
                        WorkerPool.setThreads(threads);
                        check(dtype, a, b, threads == 2);
                    }
                }
            }
        }
    }

    /** With one part of the inner dimension for each thread that no tile keeps busy, but none that is short. */
    @ParameterizedTest
    @CsvSource({
        "1, 64, 64, 100000, 8, 8",
        "1, 64, 64, 1000, 64, 3",
        "1, 200, 200, 300, 16, 1",
        "4, 128, 128, 100000, 9, 2",
        "4, 128, 128, 100000, 3, 1",
        "9, 128, 128, 100000, 8, 1",
        "1, 8, 8, 100000, 64, 16",
        "1, 300, 300, 100000, 4, 1"
    })
    void innerDimensionsAreSplitOnlyAsFarAsItPays(long tiles, long m, long n, long k, int threads, int expected) {
        assertThat(Gemm.splits(tiles, m, n, k, threads)).isEqualTo(expected);
    }

    @Test
    void splitProductsOfSeveralTilesAgreeWithTheDefinition() {
        var random = new Random(3);
        WorkerPool.setThreads(12);
        try (Arena arena = Arena.ofShared()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                for (Storing storing : new Storing[] {Storing.ROWS, Storing.COLUMNS}) {
                    Matrix a = stored(arena, dtype, 90, 2000, storing, random);
                    Matrix b = stored(arena, dtype, 2000, 70, storing, random);
                    check(dtype, a, b, false);
                    check(dtype, a, b, true);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"},
            mode = EnumSource.Mode.EXCLUDE)
    void agreesWithTheDefinitionForAllStridesAndDtypes(DType dtype) {
        if (dtype == DType.BOOL) {
            assertThatThrownBy(() -> Gemm.multiply(
                            dtype, Matrix.contiguous(0, 1, 1), Matrix.contiguous(0, 1, 1), 0, 1, false, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("BOOL");
            return;
        }
        var random = new Random(5);
        WorkerPool.setThreads(3);
        int[][] sizes = {{1, 1, 1}, {3, 4, 5}, {1, 70, 9}, {70, 1, 9}, {65, 33, 70}, {40, 600, 130}};
        try (Arena arena = Arena.ofShared()) {
            for (int[] size : sizes) {
                for (Storing left : Storing.values()) {
                    for (Storing right : Storing.values()) {
                        Matrix a = stored(arena, dtype, size[0], size[2], left, random);
                        Matrix b = stored(arena, dtype, size[2], size[1], right, random);
                        check(dtype, a, b, false);
                        check(dtype, a, b, true);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16", "BOOL"},
            mode = EnumSource.Mode.EXCLUDE)
    void emptySizes(DType dtype) {
        try (Arena arena = Arena.ofShared()) {
            for (int[] size :
                    new int[][] {{0, 3, 4}, {3, 0, 4}, {3, 4, 0}, {0, 0, 0}, {1, 4, 0}, {4, 1, 0}, {0, 1, 1}}) {
                for (boolean accumulate : new boolean[] {false, true}) {
                    Matrix a = stored(arena, dtype, size[0], size[2], Storing.ROWS, new Random(1));
                    Matrix b = stored(arena, dtype, size[2], size[1], Storing.COLUMNS, new Random(2));
                    check(dtype, a, b, accumulate);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void nanAndInfinityInTheOperandsReachTheResultAndOnlyTheirRow(int threads) {
        WorkerPool.setThreads(threads);
        for (int[] size : new int[][] {{1, 3, 4}, {3, 1, 4}, {5, 6, 7}, {40, 300, 500}}) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            try (Arena arena = Arena.ofShared()) {
                var a = new NativeArray(arena, DType.F32, (long) m * k).fill(1);
                var b = new NativeArray(arena, DType.F32, (long) k * n); // zeros: NaN * 0 and infinity * 0 are NaN
                var c = new NativeArray(arena, DType.F32, (long) m * n).fill(Double.NaN);
                a.set((long) (m - 1) * k, m % 2 == 0 ? Double.NaN : Double.POSITIVE_INFINITY);
                Gemm.multiply(
                        DType.F32,
                        Matrix.contiguous(a.address(), m, k),
                        Matrix.contiguous(b.address(), k, n),
                        c.address(),
                        n,
                        false,
                        null);
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        String where = "(%d, %d) of %d x %d x %d".formatted(i, j, m, n, k);
                        assertSame(c.get((long) i * n + j), i == m - 1 ? Double.NaN : 0, where);
                    }
                }
            }
        }
    }

    @Test
    void theSameProductTwiceHasTheSameBits() {
        WorkerPool.setThreads(2);
        var random = new Random(3);
        for (int[] size :
                new int[][] {{128, 512, 784}, {8, 512, 784}, {10, 12, 50_000}, {1, 512, 784}, {600, 700, 800}}) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            try (Arena arena = Arena.ofShared()) {
                Matrix a = stored(arena, DType.F32, m, k, Storing.ROWS, random);
                Matrix b = stored(arena, DType.F32, k, n, Storing.COLUMNS, random);
                var first = new NativeArray(arena, DType.F32, (long) m * n);
                Gemm.multiply(DType.F32, a, b, first.address(), n, false, null);
                for (int i = 0; i < 5; i++) {
                    var again = new NativeArray(arena, DType.F32, (long) m * n);
                    Gemm.multiply(DType.F32, a, b, again.address(), n, false, null);
                    assertThat(again.toArray()).isEqualTo(first.toArray());
                }
            }
        }
    }

    @Test
    void aLargeProductHasTheRightSums() {
        // With A of ones, each row of the product holds the column sums of B: exact in F64 for small integers.
        int m = 1100;
        int n = 1030;
        int k = 1050;
        WorkerPool.setThreads(2);
        try (Arena arena = Arena.ofShared()) {
            var a = new NativeArray(arena, DType.F64, (long) m * k).fill(1);
            var b = new NativeArray(arena, DType.F64, (long) k * n);
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < n; j++) {
                    b.set((long) p * n + j, (p * 7 + j * 3) % 11);
                }
            }
            double[] sums = new double[n];
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < n; j++) {
                    sums[j] += (p * 7 + j * 3) % 11;
                }
            }
            var c = new NativeArray(arena, DType.F64, (long) m * n).fill(-1);
            Matrix left = Matrix.contiguous(a.address(), m, k);
            Matrix right = Matrix.contiguous(b.address(), k, n);
            Gemm.multiply(DType.F64, left, right, c.address(), n, false, null);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    if (c.get((long) i * n + j) != sums[j]) {
                        assertThat(c.get((long) i * n + j)).as("(%d, %d)", i, j).isEqualTo(sums[j]);
                    }
                }
            }
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        Matrix a = Matrix.contiguous(0, 2, 3);
        assertThatThrownBy(() -> Gemm.multiply(DType.F32, a, Matrix.contiguous(0, 4, 5), 0, 5, false, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 x 3 by 4 x 5");
        assertThatThrownBy(() -> Gemm.multiply(DType.F32, a, Matrix.contiguous(0, 3, 5), 0, 4, false, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 apart");
    }
}
