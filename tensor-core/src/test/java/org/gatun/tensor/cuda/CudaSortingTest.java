package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sorting on a GPU gives the order of Java's stable sort: rows that share a block, rows of a block, and rows of several tiles. */
class CudaSortingTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    /** Numbers that every dtype of a kind has, with many ties, both zeros and, in floating dtypes, infinities and NaN. */
    private static double[] samples(DType dtype, int n) {
        double[] special = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        Random random = new Random(n);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (dtype) {
                case F32, F64, BF16, F16 ->
                    random.nextInt(8) == 0 ? special[random.nextInt(special.length)] : random.nextInt(-256, 257) / 4.0;
                case I64, I32, I16 -> random.nextInt(-3000, 3000);
                case I8 -> random.nextInt(-128, 128);
                case U8 -> random.nextInt(256);
                case BOOL -> random.nextInt(2);
            };
        }
        return x;
    }

    private static int[] order(double[] x, boolean descending) {
        Comparator<Integer> order = Comparator.comparingDouble(i -> x[i] + 0.0);
        return IntStream.range(0, x.length)
                .boxed()
                .sorted(descending ? order.reversed() : order)
                .mapToInt(i -> i)
                .toArray();
    }

    /** Checks the first {@code k} along the axis of size n. */
    private static void check(ConcreteTensor[] found, double[] x, int outer, int n, int inner, int k, boolean down) {
        assertThat(found[0].shape()).isEqualTo(Shape.of(outer, k, inner));
        assertThat(found[1].shape()).isEqualTo(Shape.of(outer, k, inner));
        double[] values = found[0].toDoubleArray();
        long[] indices = found[1].toLongArray();
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                int lane = o * n * inner + j;
                double[] line = IntStream.range(0, n)
                        .mapToDouble(i -> x[lane + i * inner])
                        .toArray();
                int[] order = Arrays.copyOf(order(line, down), k);
                int result = o * k * inner + j;
                assertThat(IntStream.range(0, k)
                                .mapToLong(i -> indices[result + i * inner])
                                .toArray())
                        .isEqualTo(Arrays.stream(order).asLongStream().toArray());
                assertThat(IntStream.range(0, k)
                                .mapToDouble(i -> values[result + i * inner])
                                .toArray())
                        .isEqualTo(
                                Arrays.stream(order).mapToDouble(i -> line[i]).toArray());
            }
        }
    }

    private static void sort(DType dtype, int outer, int n, int inner) {
        double[] x = samples(dtype, outer * n * inner);
        try (var scope = MemoryScope.open()) {
            var gpu = CudaDevice.of(Device.cuda(0));
            ConcreteTensor t = OnDevice.ofReals(dtype, Shape.of(outer, n, inner), i -> x[(int) i]);
            check(CudaSorting.sort(gpu, new Op.Sort(1, false), t), x, outer, n, inner, n, false);
            check(CudaSorting.sort(gpu, new Op.Sort(1, true), t), x, outer, n, inner, n, true);
            int k = (n + 2) / 3;
            check(CudaSorting.topK(gpu, new Op.TopK(1, k, false), t), x, outer, n, inner, k, false);
            check(CudaSorting.topK(gpu, new Op.TopK(1, k, true), t), x, outer, n, inner, k, true);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsThatShareABlock(DType dtype) {
        sort(dtype, 700, 1, 3);
        sort(dtype, 1100, 2, 2);
        sort(dtype, 5, 33, 30);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsOfABlock(DType dtype) {
        sort(dtype, 2, 1025, 1);
        sort(dtype, 1, 2048, 2);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsOfSeveralTiles(DType dtype) {
        sort(dtype, 1, 2049, 2);
        sort(dtype, 2, 10_000, 1);
    }

    private static void first(DType dtype, int outer, int n, int inner, int... few) {
        double[] x = samples(dtype, outer * n * inner);
        try (var scope = MemoryScope.open()) {
            var gpu = CudaDevice.of(Device.cuda(0));
            ConcreteTensor t = OnDevice.ofReals(dtype, Shape.of(outer, n, inner), i -> x[(int) i]);
            for (int k : few) {
                check(CudaSorting.topK(gpu, new Op.TopK(1, k, false), t), x, outer, n, inner, k, false);
                check(CudaSorting.topK(gpu, new Op.TopK(1, k, true), t), x, outer, n, inner, k, true);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "BF16", "I8"})
    void theFirstFewOfLongRows(DType dtype) {
        first(dtype, 3, 4100, 2, 1, 40);
        first(dtype, 1, 12_001, 1, 1, 2500);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "BF16", "I8"})
    void thePlaceInOrderIsThatOfASort(DType dtype) {
        for (int[] size : new int[][] {{3, 50, 2}, {2, 5001, 2}, {1, 9000, 1}}) {
            int outer = size[0];
            int n = size[1];
            int inner = size[2];
            double[] x = samples(dtype, outer * n * inner);
            try (var scope = MemoryScope.open()) {
                ConcreteTensor t = OnDevice.ofReals(dtype, Shape.of(outer, n, inner), i -> x[(int) i]);
                for (int place : new int[] {0, n / 3, n - 1}) {
                    ConcreteTensor found = CudaSorting.placeInOrder(place, 1).run(t)[0];
                    assertThat(found.shape()).isEqualTo(Shape.of(outer, 1, inner));
                    long[] indices = found.toLongArray();
                    for (int line = 0; line < outer * inner; line++) {
                        int start = line / inner * n * inner + line % inner;
                        double[] elements = IntStream.range(0, n)
                                .mapToDouble(i -> x[start + i * inner])
                                .toArray();
                        assertThat(indices[line]).isEqualTo(order(elements, false)[place]);
                    }
                }
            }
        }
    }
}
