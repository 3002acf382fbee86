package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distances against their definition, one pair at a time in doubles. */
@ExtendWith(ScopePerTest.class)
class DistancesTest {
    private static Tensor normal(long... sizes) {
        return Tensors.randn(Tensors.defaultGenerator(), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static double distance(double[] a, double[] b, double p) {
        double sum = 0;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double d = Math.abs(a[i] - b[i]);
            sum += p == 0 ? (d == 0 ? 0 : 1) : Math.pow(d, p);
            largest = Math.max(largest, d);
        }
        return Double.isInfinite(p) ? largest : p == 0 ? sum : Math.pow(sum, 1 / p);
    }

    private static double[] row(Tensor x, long i) {
        return x.select(0, i).toDoubleArray();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY})
    void eachPairOfRows(double p) {
        // 30 rows and more go through a matrix product where p is 2.
        for (int m : new int[] {1, 4, 30}) {
            Tensor a = normal(m, 5);
            Tensor b = Tensors.cat(0, normal(3, 5), a.slice(0, 0, 1));
            Tensor all = Functional.cdist(a, b, p);
            Tensor pairs = Functional.pdist(a, p);
            assertThat(all.shape()).isEqualTo(Shape.of(m, 4));
            assertThat(pairs.shape()).isEqualTo(Shape.of(m * (m - 1) / 2));
            int k = 0;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < 4; j++) {
                    double d = distance(row(a, i), row(b, j), p);
                    assertThat(all.select(0, i).select(0, j).item()).isCloseTo(d, within(d == 0 ? 1e-6 : 1e-10));
                }
                for (int j = i + 1; j < m; j++) {
                    assertThat(pairs.select(0, k++).item()).isCloseTo(distance(row(a, i), row(a, j), p), within(1e-10));
                }
            }
        }
    }

    @Test
    void batchesBroadcast() {
        Tensor a = normal(2, 1, 3, 4);
        Tensor b = normal(5, 2, 4);
        Tensor all = Functional.cdist(a, b, 1);
        assertThat(all.shape()).isEqualTo(Shape.of(2, 5, 3, 2));
        Tensor one = Functional.cdist(a.select(0, 1).select(0, 0), b.select(0, 3), 1);
        assertThat(all.select(0, 1).select(0, 3).toDoubleArray()).containsExactly(one.toDoubleArray());
        Tensor many = normal(2, 40, 4);
        Tensor slow = many.unsqueeze(-2)
                .sub(b.slice(0, 0, 1).unsqueeze(-3))
                .square()
                .sum(-1)
                .sqrt();
        assertThat(Functional.cdist(many, b.slice(0, 0, 1)).toDoubleArray())
                .containsExactly(slow.toDoubleArray(), within(1e-10));
    }

    @Test
    void emptyOperands() {
        assertThat(Functional.cdist(normal(0, 3), normal(2, 3)).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(Functional.cdist(normal(30, 0), normal(2, 0), Double.POSITIVE_INFINITY)
                        .sum()
                        .item())
                .isZero();
        assertThat(Functional.pdist(normal(0, 3)).shape()).isEqualTo(Shape.of(0));
        assertThat(Functional.pdist(normal(1, 3)).shape()).isEqualTo(Shape.of(0));
        assertThat(Functional.pdist(normal(3, 0)).toDoubleArray()).containsExactly(0, 0, 0);
    }

    @Test
    void cosinesAndPairs() {
        Tensor a = Tensors.of(new double[][] {{3, 4}, {1, 0}, {0, 0}});
        Tensor b = Tensors.of(new double[][] {{4, 3}, {-2, 0}, {1, 1}});
        assertThat(Functional.cosineSimilarity(a, b).toDoubleArray())
                .containsExactly(new double[] {24.0 / 25, -1, 0}, within(1e-15));
        assertThat(Functional.cosineSimilarity(a, b.select(0, 0), -1, 1e-8).toDoubleArray())
                .containsExactly(new double[] {24.0 / 25, 0.8, 0}, within(1e-15));
        assertThat(Functional.pairwiseDistance(a, b, 1, 0, false).toDoubleArray())
                .containsExactly(2, 3, 2);
        Tensor kept = Functional.pairwiseDistance(a, a, 2, 1e-6, true);
        assertThat(kept.shape()).isEqualTo(Shape.of(3, 1));
        assertThat(kept.toDoubleArray()[0]).isCloseTo(Math.sqrt(2) * 1e-6, within(1e-15));
    }

    @Test
    void notANumberSpreadsToItsRowsOnly() {
        Tensor a = Tensors.of(new double[][] {{Double.NaN, 1}, {0, 0}});
        assertThat(Functional.cdist(a, Tensors.of(new double[][] {{3, 4}})).toDoubleArray())
                .containsExactly(Double.NaN, 5);
    }
}
