package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SortingTest {
    /** Sizes on both sides of every change of method: insertion, merging, radix passes. */
    private static final int[] SIZES = {1, 2, 15, 16, 17, 33, 100, 191, 192, 193, 1000, 20_000};

    /** Values with many ties, both zeros and, in floating dtypes, infinities and NaN. */
    private static double[] samples(DType dtype, int n) {
        double[] special = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        Random random = new Random(n);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (dtype) {
                case F32, F64 ->
                    random.nextInt(8) == 0 ? special[random.nextInt(special.length)] : random.nextInt(-n, n + 1) / 4.0;
                case BF16, F16 ->
                    random.nextInt(8) == 0 ? special[random.nextInt(special.length)] : random.nextInt(-256, 257) / 4.0;
                case I64, I32, I16 -> random.nextInt(-n, n + 1);
                case I8 -> random.nextInt(-128, 128);
                case U8 -> random.nextInt(256);
                case BOOL -> random.nextInt(2);
            };
        }
        return x;
    }

    /** The indices in sorted order by the stable sort of Java's library, for which NaN is the largest too. */
    private static long[] reference(double[] x, boolean descending) {
        Comparator<Integer> order = Comparator.comparingDouble(i -> x[i] + 0.0);
        return IntStream.range(0, x.length)
                .boxed()
                .sorted(descending ? order.reversed() : order)
                .mapToLong(i -> i)
                .toArray();
    }

    private static double[] pick(double[] x, long[] places) {
        return Arrays.stream(places).mapToDouble(i -> x[(int) i]).toArray();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void sortingIsStableInBothDirections(DType dtype) {
        for (int n : SIZES) {
            try (MemoryScope scope = MemoryScope.open()) {
                double[] x = samples(dtype, n);
                Tensor t = Tensors.of(x).to(dtype);
                for (boolean descending : new boolean[] {false, true}) {
                    long[] places = reference(x, descending);
                    ValuesIndices sorted = t.sort(0, descending);
                    assertThat(sorted.indices().toLongArray())
                            .as("%s of %d, descending %s", dtype, n, descending)
                            .containsExactly(places);
                    assertThat(sorted.values().to(DType.F64).toDoubleArray()).containsExactly(pick(x, places));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void theTopAreTheFirstOfTheSorted(DType dtype) {
        for (int n : SIZES) {
            try (MemoryScope scope = MemoryScope.open()) {
                double[] x = samples(dtype, n);
                Tensor t = Tensors.of(x).to(dtype);
                for (int k : new int[] {0, 1, n / 5, n / 2, n}) {
                    for (boolean largest : new boolean[] {false, true}) {
                        long[] places = Arrays.copyOf(reference(x, largest), k);
                        ValuesIndices top = t.topk(k, 0, largest);
                        assertThat(top.indices().toLongArray())
                                .as("top %d of %d %s, largest %s", k, n, dtype, largest)
                                .containsExactly(places);
                        assertThat(top.values().to(DType.F64).toDoubleArray()).containsExactly(pick(x, places));
                    }
                }
            }
        }
    }
}
