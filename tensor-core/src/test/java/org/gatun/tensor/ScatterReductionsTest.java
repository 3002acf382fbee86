package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Scatters with a reduction: the elements that come to a place, gathered in a list and reduced. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ScatterReductionsTest {
    private static final double NAN = Double.NaN;

    private static double reduce(ScatterReduction reduction, List<Double> all, boolean wholes) {
        double sum = all.stream().mapToDouble(v -> v).sum();
        return switch (reduction) {
            case SUM -> sum;
            case PROD -> all.stream().mapToDouble(v -> v).reduce(1, (a, b) -> a * b);
            case MEAN -> wholes ? Math.floor(sum / all.size()) : sum / all.size();
            case AMAX -> all.stream().mapToDouble(v -> v).reduce(Double.NEGATIVE_INFINITY, Math::max);
            case AMIN -> all.stream().mapToDouble(v -> v).reduce(Double.POSITIVE_INFINITY, Math::min);
        };
    }

    /** The result for matrices, of which element (i, j) of the source goes to (index, j) along axis 0, or (i, index) along axis 1. */
    private static double[] expected(
            int axis,
            double[][] x,
            long[][] index,
            double[][] src,
            ScatterReduction how,
            boolean self,
            boolean wholes) {
        var lists = new ArrayList<List<Double>>();
        int columns = x[0].length;
        for (int k = 0; k < x.length * columns; k++) {
            lists.add(new ArrayList<>());
        }
        for (int i = 0; i < index.length; i++) {
            for (int j = 0; j < index[i].length; j++) {
                long n = axis == 0 ? x.length : columns;
                int at = Math.toIntExact(Math.floorMod(index[i][j], n));
                lists.get(axis == 0 ? at * columns + j : i * columns + at).add(src[i][j]);
            }
        }
        return IntStream.range(0, lists.size())
                .mapToDouble(k -> {
                    List<Double> all = lists.get(k);
                    double own = x[k / columns][k % columns];
                    if (self || all.isEmpty()) {
                        all.add(0, own);
                    }
                    return reduce(how, all, wholes);
                })
                .toArray();
    }

    private static double[][] matrix(SplittableRandom random, int rows, int columns) {
        return IntStream.range(0, rows)
                .mapToObj(i -> IntStream.range(0, columns)
                        .mapToDouble(j -> random.nextInt(-2, 3)) // whole, so that every dtype holds all results
                        .toArray())
                .toArray(double[][]::new);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16", "I64", "I32", "I16", "I8"})
    void randomMatricesAlongBothAxes(DType dtype) {
        var random = new SplittableRandom(5);
        for (int round = 0; round < 20; round++) {
            double[][] x = matrix(random, 4, 3);
            double[][] src = matrix(random, 3, 3);
            for (int axis = 0; axis < 2; axis++) {
                long n = axis == 0 ? 4 : 3;
                long[][] index = new long[2][];
                Arrays.setAll(index, i -> random.longs(3, -n, n).toArray());
                for (ScatterReduction how : ScatterReduction.values()) {
                    for (boolean self : new boolean[] {true, false}) {
                        Tensor actual = Tensors.of(x)
                                .to(dtype)
                                .scatterReduce(
                                        axis, Tensors.of(index), Tensors.of(src).to(dtype), how, self);
                        assertThat(actual.dtype()).isEqualTo(dtype);
                        double[] rounded = Tensors.of(expected(axis, x, index, src, how, self, !dtype.isFloating()))
                                .to(dtype)
                                .to(DType.F64)
                                .toDoubleArray();
                        assertThat(plusZeros(actual)).as("%s %s", how, self).containsExactly(plusZeros(rounded));
                    }
                }
            }
        }
    }

    private static double[] plusZeros(Tensor x) {
        return plusZeros(x.to(DType.F64).toDoubleArray());
    }

    private static double[] plusZeros(double[] x) {
        return Arrays.stream(x).map(v -> v + 0.0).toArray();
    }

    /** Slices at the positions of a vector: a scatter with the vector repeated along the other axis. */
    @ParameterizedTest
    @EnumSource(ScatterReduction.class)
    void slices(ScatterReduction how) {
        double[][] x = {{1, -2, 3}, {4, 5, -6}};
        double[][] src = {{-3, 0.5, 2}, {1, 4, -4}, {2, -1, 8}};
        long[][] rows = {{1, 1, 1}, {-1, -1, -1}, {1, 1, 1}};
        double[][] tall = {{7, -1}, {2, 2}};
        double[][] wide = {{2, 3, -5}, {1, 0.5, 4}};
        long[][] columns = {{0, 0, 0}, {0, 0, 0}};
        for (boolean self : new boolean[] {true, false}) {
            assertThat(Tensors.of(x)
                            .indexReduce(0, Tensors.of(1, -1, 1), Tensors.of(src), how, self)
                            .toDoubleArray())
                    .containsExactly(expected(0, x, rows, src, how, self, false));
            assertThat(Tensors.of(tall)
                            .indexReduce(1, Tensors.of(0, 0, -2), Tensors.of(wide), how, self)
                            .toDoubleArray())
                    .containsExactly(expected(1, tall, columns, wide, how, self, false));
        }
    }

    @ParameterizedTest
    @CsvSource({"SUM, 15, 2, 10", "PROD, 60, 2, 9", "MEAN, 5, 2, 5", "AMAX, 6, 2, 9", "AMIN, 4, 2, 1"})
    void example(ScatterReduction how, double first, double untouched, double last) {
        // 5 and 6 and 4 come together at the first place, or 3 and 4 and 5 in a product; 1 and 9 at the last.
        double[] together = how == ScatterReduction.PROD ? new double[] {3, 4, 5} : new double[] {5, 6, 4};
        Tensor x = Tensors.of(together[0], 2, 1);
        Tensor y = x.scatterReduce(0, Tensors.of(0, 2, 0), Tensors.of(together[1], 9, together[2]), how);
        assertThat(y.toDoubleArray()).containsExactly(first, untouched, last);
    }

    @Test
    void numbersThatAreNot() {
        Tensor x = Tensors.of(1, NAN, 3, Double.POSITIVE_INFINITY);
        Tensor index = Tensors.of(0, 1, 2, 3);
        Tensor src = Tensors.of(NAN, 5, Double.NEGATIVE_INFINITY, 0);
        double[][] withSelf = { // of the sum, the product, the mean, the largest and the smallest
            {NAN, NAN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY},
            {NAN, NAN, Double.NEGATIVE_INFINITY, NAN},
            {NAN, NAN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY},
            {NAN, NAN, 3, Double.POSITIVE_INFINITY},
            {NAN, NAN, Double.NEGATIVE_INFINITY, 0}
        };
        for (int k = 0; k < withSelf.length; k++) {
            ScatterReduction how = ScatterReduction.values()[k];
            assertThat(x.scatterReduce(0, index, src, how).toDoubleArray())
                    .as("%s", how)
                    .containsExactly(withSelf[k]);
            assertThat(x.scatterReduce(0, index, src, how, false).toDoubleArray())
                    .as("%s", how)
                    .containsExactly(src.toDoubleArray());
        }
    }

    @ParameterizedTest
    @EnumSource(ScatterReduction.class)
    void nothingAndScalars(ScatterReduction how) {
        Tensor x = Tensors.of(1.5, -2);
        Tensor none = Tensors.zeros(DType.I64, 0);
        assertThat(x.scatterReduce(0, none, Tensors.zeros(DType.F64, 0), how, false)
                        .toDoubleArray())
                .containsExactly(1.5, -2);
        Tensor scalar = Tensors.scalar(2.0).scatterReduce(0, Tensors.scalar(0L), Tensors.scalar(6.0), how);
        assertThat(scalar.shape()).isEqualTo(Shape.of());
        assertThat(scalar.item()).isEqualTo(reduce(how, List.of(2.0, 6.0), false));
    }

    /** Without a reduction the last source wins. */
    @Test
    void theLastSourceWins() {
        Tensor x = Tensors.of(1.0, 2, 3);
        assertThat(x.scatter(0, Tensors.of(1, -2, 0, 1), Tensors.of(5.0, 6, 7, 8))
                        .toDoubleArray())
                .containsExactly(7, 8, 3);
        assertThat(x.indexCopy(0, Tensors.of(2, 2), Tensors.of(4.0, 9)).toDoubleArray())
                .containsExactly(1, 2, 9);
    }
}
