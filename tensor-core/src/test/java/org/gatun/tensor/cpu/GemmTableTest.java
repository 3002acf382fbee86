package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gatun.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table, both ways that it chooses from, and, with {@code -Dgatun.gemm.write=true}, the measurement that writes it. */
class GemmTableTest {
    private static final Path FILE = Path.of("src/main/resources/org/gatun/tensor/cpu", GemmTable.NAME);

    /** Rounds in which both ways take turns; the fastest of each counts, so that what else the machine does counts little. */
    private static final int ROUNDS = 20;

    private final int threadsBefore = WorkerPool.threads();

    @BeforeEach
    void oneThread() {
        WorkerPool.setThreads(1);
    }

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    @Test
    void rowsReadAsTheyAreWritten() throws IOException {
        List<String> rows = Files.readAllLines(FILE).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(rows.stream().map(GemmTable::parse).map(GemmTable::line).toList())
                .isNotEmpty()
                .isEqualTo(rows);
    }

    @Test
    void withoutARowProductsOfAnySizeAreCutIntoTiles() {
        assertThat(GemmTable.of("nobody").inTiles(false, true, 1e18)).isTrue();
    }

    @Test
    void aRowHoldsForItsOwnWayOfStoring() {
        var table = new GemmTable("somebody", List.of(1.0, 2.0, 3.0, 4.0));
        assertThat(table.inTiles(false, false, 1e6)).isTrue();
        assertThat(table.inTiles(false, false, 1.1e6)).isFalse();
        assertThat(table.inTiles(false, true, 2e6)).isTrue();
        assertThat(table.inTiles(false, true, 2.1e6)).isFalse();
        assertThat(table.inTiles(true, false, 3e6)).isTrue();
        assertThat(table.inTiles(true, false, 3.1e6)).isFalse();
        assertThat(table.inTiles(true, true, 4e6)).isTrue();
        assertThat(table.inTiles(true, true, 4.1e6)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"500,500,500", "500,510,520", "72,600,700", "130,500,120", "1000,1010,130"})
    void bothWaysGiveTheSumsOfTheDefinition(int m, int n, int k) {
        for (int way = 0; way < 4; way++) {
            boolean transA = way >= 2;
            boolean transB = way % 2 == 1;
            for (var tiling :
                    List.of(GemmTiling.inPlace(4, transA, transB, m, n, k, 1), GemmTiling.general(m, n, k, 1))) {
                try (Arena arena = Arena.ofConfined()) {
                    var random = new Random(m);
                    var a = stored(arena, m, k, transA, random);
                    var b = stored(arena, k, n, transB, random);
                    long c = new NativeArray(arena, DType.F32, (long) m * n)
                            .fill(Double.NaN)
                            .address();
                    int lda = transA ? m : k;
                    int ldb = transB ? k : n;
                    new TiledGemm(
                                    DType.F32,
                                    4,
                                    transA,
                                    transB,
                                    m,
                                    n,
                                    k,
                                    a.address(),
                                    lda,
                                    b.address(),
                                    ldb,
                                    c,
                                    n,
                                    tiling)
                            .run(false, null);
                    for (int probe = 0; probe < 200; probe++) {
                        checkElement(a, b, random.nextInt(m), random.nextInt(n), c);
                    }
                }
            }
        }
    }

    private static void checkElement(Matrix a, Matrix b, int i, int j, long c) {
        double sum = 0;
        double size = 0;
        for (int p = 0; p < a.columns(); p++) {
            double term = element(a, i, p) * element(b, p, j);
            sum += term;
            size += Math.abs(term);
        }
        assertThat((double) Ram.getFloat(c + 4L * (i * b.columns() + j)))
                .as("(%d, %d) of %s by %s", i, j, a, b)
                .isCloseTo(sum, within(1e-6 * size));
    }

    private static Matrix stored(Arena arena, int rows, int columns, boolean transposed, Random random) {
        long address = NativeArray.random(arena, DType.F32, (long) rows * columns, random)
                .address();
        return transposed ? new Matrix(address, rows, columns, 1, rows) : Matrix.contiguous(address, rows, columns);
    }

    private static double element(Matrix matrix, long i, long j) {
        return Ram.getFloat(matrix.address() + 4 * (i * matrix.rowStride() + j * matrix.columnStride()));
    }

    /** A product that was timed both ways. */
    private record Timed(double macs, double inTiles, double inOneCall) {}

    /** Measures this machine's row. Nothing else should run; takes minutes. */
    @Test
    @EnabledIfSystemProperty(named = "gatun.gemm.write", matches = "true")
    void write() throws IOException {
        assumeTrue(GemmTiling.hasSmallKernels(), "this processor's OpenBLAS copies all operands");
        var limits = new ArrayList<Double>();
        for (int way = 0; way < 4; way++) {
            limits.add(bestLimit(timings(way >= 2, way % 2 == 1)));
        }
        var row = new GemmTable(GemmTable.processorVendor(), limits);
        var lines = new ArrayList<>(Files.readAllLines(FILE));
        lines.removeIf(line -> line.startsWith(row.vendor() + " "));
        lines.add(row.line());
        Files.write(FILE, lines);
    }

    /** Both ways' times for the sizes that layers have. */
    private static List<Timed> timings(boolean transA, boolean transB) {
        var all = new ArrayList<Timed>();
        try (Arena arena = Arena.ofConfined()) {
            var random = new Random(1);
            long a = NativeArray.random(arena, DType.F32, 4096 * 1024, random).address();
            long b = NativeArray.random(arena, DType.F32, 1024 * 1024, random).address();
            long c = new NativeArray(arena, DType.F32, 4096 * 1024).fill(0).address();
            for (int m : new int[] {64, 128, 256, 500, 700, 1000, 2000, 4000}) {
                for (int n : new int[] {256, 512, 784}) {
                    // a right operand that is stored transposed is copied for shorter sums
                    for (int k : transB ? new int[] {256, 512, 784} : new int[] {128, 256, 512, 784}) {
                        int lda = transA ? m : k;
                        int ldb = transB ? k : n;
                        if (!GemmTiling.readsInPlace(4, transA, transB, m, n, k, lda, ldb)) {
                            continue;
                        }
                        var tiles = GemmTiling.inPlace(4, transA, transB, m, n, k, 1);
                        var whole = GemmTiling.general(m, n, k, 1);
                        all.add(timed(
                                new TiledGemm(DType.F32, 4, transA, transB, m, n, k, a, lda, b, ldb, c, n, tiles),
                                new TiledGemm(DType.F32, 4, transA, transB, m, n, k, a, lda, b, ldb, c, n, whole)));
                    }
                }
            }
        }
        return all;
    }

    private static Timed timed(TiledGemm tiles, TiledGemm whole) {
        double first = Double.MAX_VALUE;
        double second = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            first = Math.min(first, nanos(tiles));
            second = Math.min(second, nanos(whole));
        }
        return new Timed((double) tiles.m() * tiles.n() * tiles.k(), first, second);
    }

    private static double nanos(TiledGemm product) {
        long start = System.nanoTime();
        product.run(false, null);
        return System.nanoTime() - start;
    }

    /** The limit with which all products together lose least, each by the ratio to its better way. */
    private static double bestLimit(List<Timed> timings) {
        double best = Double.MAX_VALUE;
        double least = loss(timings, best);
        for (Timed candidate : timings) {
            double limit = Math.ceil(candidate.macs / 1e6);
            double loss = loss(timings, limit);
            if (loss < least) {
                least = loss;
                best = limit;
            }
        }
        return best;
    }

    private static double loss(List<Timed> timings, double limit) {
        double sum = 0;
        for (Timed t : timings) {
            double taken = t.macs <= 1e6 * limit ? t.inTiles : t.inOneCall;
            sum += Math.log(taken / Math.min(t.inTiles, t.inOneCall));
        }
        return sum;
    }
}
