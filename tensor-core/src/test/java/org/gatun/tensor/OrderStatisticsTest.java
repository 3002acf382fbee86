package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The statistics by rank, searches and integrals on values worked by hand. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class OrderStatisticsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @Test
    void theMedianIsTheLowerOfTheMiddleTwo() {
        assertThat(Tensors.of(4.0, 1, 3, 2).median().item()).isEqualTo(2);
        assertThat(Tensors.of(5.0, 1, 3).median().item()).isEqualTo(3);
        assertThat(Tensors.of(-INF, -INF, 3.0).median().item()).isEqualTo(-INF);
        assertThat(Tensors.of(1.0, NAN, 0).median().item()).isNaN();
        assertThat(Tensors.zeros(0).median().item()).isNaN();
        assertThat(Tensors.of(4L, Long.MAX_VALUE, Long.MIN_VALUE, 3).median().itemLong())
                .isEqualTo(3);
        ValuesIndices rows =
                Tensors.of(new double[][] {{9, 7, 8, 1}, {1, NAN, 0, NAN}}).median(1);
        assertThat(rows.values().toDoubleArray()).containsExactly(7, NAN);
        assertThat(rows.indices().toLongArray()).containsExactly(1, 1);
        assertThat(Tensors.zeros(2, 3).median(true, -1).values().shape()).isEqualTo(Shape.of(2, 1));
    }

    @Test
    void theKthValueCountsFromOneAndNanIsLargest() {
        Tensor x = Tensors.of(3.0, NAN, -INF, 2);
        for (DType dtype : new DType[] {DType.I64, DType.I32, DType.U8, DType.F32}) {
            assertThat(Tensors.of(30L, 10, 20).to(dtype).kthvalue(2, 0).values().item())
                    .isEqualTo(20);
        }
        double[] sorted = {-INF, 2, 3, NAN};
        long[] from = {2, 3, 0, 1};
        for (int k = 1; k <= 4; k++) {
            ValuesIndices kth = x.kthvalue(k, 0);
            assertThat(kth.values().toDoubleArray()).containsExactly(sorted[k - 1]);
            assertThat(kth.indices().itemLong()).isEqualTo(from[k - 1]);
        }
    }

    @Test
    void quantilesLieBetweenTheSortedElements() {
        Tensor x = Tensors.of(40.0, 10, 30, 20, 50);
        assertThat(x.quantile(0).item()).isEqualTo(10);
        assertThat(x.quantile(1).item()).isEqualTo(50);
        assertThat(x.quantile(0.5).item()).isEqualTo(30);
        assertThat(x.quantile(0.375).item()).isEqualTo(25);
        assertThat(x.quantile(0.9).item()).isCloseTo(46, within(1e-12));
        assertThat(Tensors.of(1.0, NAN).quantile(0).item()).isNaN();
        assertThat(Tensors.of(INF, 1, INF).quantile(0.75).item()).isEqualTo(INF);
        assertThat(Tensors.of(new double[][] {{1, 2}, {3, 6}})
                        .quantile(0.25, true, 1)
                        .toDoubleArray())
                .containsExactly(1.25, 3.75);
    }

    @Test
    void nanIsPassedOver() {
        Tensor x = Tensors.of(new double[][] {{1, NAN, 3}, {NAN, NAN, NAN}});
        assertThat(x.nansum(1).toDoubleArray()).containsExactly(4, 0);
        assertThat(x.nanmean(1).toDoubleArray()).containsExactly(2, NAN);
        assertThat(x.nanmean().item()).isEqualTo(2);
        assertThat(Tensors.of(1L, 2).nansum().itemLong()).isEqualTo(3);
        assertThat(Tensors.of(0.0, -0.0, NAN, 1e-300, INF).countNonzero().itemLong())
                .isEqualTo(3);
        assertThat(Tensors.zeros(2, 0).countNonzero(1).toLongArray()).containsExactly(0, 0);
    }

    @Test
    void differencesAndIntegralsOfPolynomials() {
        Tensor squares = Tensors.of(0.0, 1, 4, 9, 16);
        assertThat(squares.diff().toDoubleArray()).containsExactly(1, 3, 5, 7);
        assertThat(squares.diff(2, 0).toDoubleArray()).containsExactly(2, 2, 2);
        assertThat(squares.diff(0, 0).toDoubleArray()).containsExactly(0, 1, 4, 9, 16);
        assertThat(squares.diff(Long.MAX_VALUE, 0).shape()).isEqualTo(Shape.of(0));
        assertThat(Tensors.of(true, false, false).diff().toBooleanArray()).containsExactly(true, false);
        // The integral of a line is exact: 2 x from 0 to 2 in steps of a half.
        Tensor line = Tensors.of(0.0, 1, 2, 3, 4);
        assertThat(line.trapezoid(0.5, 0).item()).isEqualTo(4);
        assertThat(line.cumulativeTrapezoid(0.5, 0).toDoubleArray()).containsExactly(0.25, 1, 2.25, 4);
        assertThat(Tensors.ofUnsigned((byte) 200, (byte) 200).trapezoid(1, 0).item())
                .isEqualTo(200);
        assertThat(Tensors.zeros(3, 0).trapezoid(1, 1).toDoubleArray()).containsExactly(0, 0, 0);
    }

    @Test
    void searchesFindTheFirstOrTheLastPlace() {
        for (int n = 0; n < 20; n++) {
            double[] sorted = new double[n];
            for (int i = 0; i < n; i++) {
                sorted[i] = i / 3;
            }
            double[] values = {-INF, -1, 0, 0.5, 1, 2, 3, 5, 6, 7, INF, NAN};
            long[] left = Tensors.of(sorted).searchsorted(Tensors.of(values)).toLongArray();
            long[] right =
                    Tensors.of(values).bucketize(Tensors.of(sorted), true).toLongArray();
            for (int v = 0; v < values.length; v++) {
                long below = 0;
                long notAbove = 0;
                for (double s : sorted) {
                    below += s < values[v] || Double.isNaN(values[v]) ? 1 : 0;
                    notAbove += s <= values[v] || Double.isNaN(values[v]) ? 1 : 0;
                }
                assertThat(left[v]).isEqualTo(below);
                assertThat(right[v]).isEqualTo(notAbove);
            }
        }
        Tensor withNan = Tensors.of(1.0, NAN, NAN);
        assertThat(withNan.searchsorted(Tensors.of(NAN, 2)).toLongArray()).containsExactly(1, 1);
        assertThat(withNan.searchsorted(Tensors.of(NAN, 2), true).toLongArray()).containsExactly(3, 1);
        assertThat(Tensors.of(new long[][] {{1, 3, 5}, {2, 4, 6}})
                        .searchsorted(Tensors.of(new long[][] {{3, 9}, {3, 9}}))
                        .toLongArray())
                .containsExactly(1, 3, 1, 3);
        assertThat(Tensors.of(1L, 2).bucketize(Tensors.of(2L, 2)).shape()).isEqualTo(Shape.of(2));
        assertThat(Tensors.scalar(2L).bucketize(Tensors.of(1L, 2)).itemLong()).isEqualTo(1);
    }

    @Test
    void theModeIsTheSmallestOfTheMostFrequent() {
        ValuesIndices mode = Tensors.of(new double[][] {{3, 1, 3, 1, 2}, {NAN, NAN, 0, 1, 2}, {2, 1, 5, 4, 3}})
                .mode(1);
        assertThat(mode.values().toDoubleArray()).containsExactly(1, NAN, 1);
        assertThat(mode.indices().toLongArray()[0]).isIn(1L, 3L);
        assertThat(mode.indices().toLongArray()[2]).isEqualTo(1);
        Tensor columns = Tensors.of(new long[][] {{7, 1}, {5, 2}, {7, 2}});
        assertThat(columns.mode(0).values().toLongArray()).containsExactly(7, 2);
        assertThatThrownBy(() -> Tensors.zeros(2, 0).mode(1)).hasMessageContainingAll("mode", "axis 1", "[2, 0]");
        assertThatThrownBy(() -> columns.mode(2)).hasMessageContaining("mode: axis 2");
    }

    @Test
    void membershipIsOfValues() {
        Tensor x = Tensors.of(new double[][] {{1, NAN, 3}, {-0.0, INF, 9}});
        assertThat(x.isin(Tensors.of(INF, 0, NAN, 3)).toBooleanArray())
                .containsExactly(false, false, true, true, true, false);
        assertThat(x.isin(Tensors.of(9L, 1)).toBooleanArray()).containsExactly(true, false, false, false, false, true);
        assertThat(Tensors.of(1L, 2).isin(Tensors.scalar(2L)).toBooleanArray()).containsExactly(false, true);
        assertThat(Tensors.scalar(2L).isin(Tensors.zeros(0)).toBooleanArray()).containsExactly(false);
    }

    @Test
    void covariancesAndDistances() {
        // Means 2 and 4: products of the distances (-1, 0, 1) and (-3, 0, 3).
        Tensor x = Tensors.of(new double[][] {{1, 2, 3}, {1, 4, 7}});
        assertThat(x.cov().toDoubleArray()).containsExactly(1, 3, 3, 9);
        assertThat(x.to(DType.I64).cov(0).dtype()).isEqualTo(DType.F32);
        assertThat(Tensors.of(1.0, 2, 3).cov().item()).isEqualTo(1);
        assertThat(Tensors.scalar(1.0).cov().item()).isNaN();
        assertThat(Tensors.of(1.0, 2).dist(Tensors.of(4.0, 6)).item()).isEqualTo(5);
        assertThat(Tensors.of(1.0, 2).dist(Tensors.of(4.0, 6), 1).item()).isEqualTo(7);
    }

    @Test
    void mistakesAreNamed() {
        Tensor x = Tensors.zeros(2, 3);
        assertThatThrownBy(() -> x.median(2)).hasMessageContaining("median: axis 2");
        assertThatThrownBy(() -> Tensors.zeros(2, 0).median(1)).hasMessageContainingAll("median", "axis 1", "[2, 0]");
        assertThatThrownBy(() -> Tensors.zeros(DType.I64, 0).median()).hasMessageContainingAll("median", "I64");
        assertThatThrownBy(() -> x.kthvalue(0, 1)).hasMessageContainingAll("kthvalue", "k = 0", "[2, 3]", "1 to 3");
        assertThatThrownBy(() -> x.kthvalue(4, 1)).hasMessageContainingAll("kthvalue", "k = 4", "1 to 3");
        assertThatThrownBy(() -> x.quantile(NAN)).hasMessageContainingAll("quantile", "NaN", "0 to 1");
        assertThatThrownBy(() -> x.quantile(1.1, 0)).hasMessageContainingAll("quantile", "1.1");
        assertThatThrownBy(() -> x.to(DType.I32).quantile(0.5)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensors.zeros(0).quantile(0.5)).hasMessageContainingAll("quantile", "no elements");
        assertThatThrownBy(() -> x.to(DType.I32).nanmean()).hasMessageContainingAll("nanmean", "I32");
        assertThatThrownBy(() -> x.nansum(3)).hasMessageContaining("nansum: axis 3");
        assertThatThrownBy(() -> x.nanmean(3)).hasMessageContaining("nanmean: axis 3");
        assertThatThrownBy(() -> x.countNonzero(3)).hasMessageContaining("countNonzero: axis 3");
        assertThatThrownBy(() -> x.diff(-1, 0)).hasMessageContainingAll("diff", "n = -1");
        assertThatThrownBy(() -> Tensors.scalar(1.0).diff()).hasMessageContainingAll("diff", "scalar");
        assertThatThrownBy(() -> x.trapezoid(1, 2)).hasMessageContaining("trapezoid: axis 2");
        assertThatThrownBy(() -> x.cumulativeTrapezoid(1, 2)).hasMessageContaining("cumulativeTrapezoid: axis 2");
        assertThatThrownBy(() -> x.searchsorted(Tensors.zeros(3, 3)))
                .hasMessageContainingAll("searchsorted", "[2, 3]", "[3, 3]");
        assertThatThrownBy(() -> Tensors.scalar(1f).searchsorted(x)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> x.searchsorted(Tensors.zeros(DType.F64, 2, 3)))
                .hasMessageContainingAll("searchsorted", "F32", "F64");
        assertThatThrownBy(() -> x.bucketize(x)).hasMessageContainingAll("bucketize", "[2, 3]", "vector");
        assertThatThrownBy(() -> Tensors.zeros(1, 1, 1).cov()).hasMessageContainingAll("cov", "[1, 1, 1]");
    }

    @Test
    void noDifferencesAreAHandleOfTheirOwn() {
        Tensor x = Tensors.of(1.0, 4.0);
        x.diff(0, 0).close();
        assertThat(x.toDoubleArray()).containsExactly(1, 4);
    }

    @Test
    void trapezoidsOfAnyWidths() {
        Tensor y = Tensors.of(1.0, 3, 5);
        assertThat(y.trapezoid(Tensors.of(0.0, 1, 4), 0).item()).isEqualTo(2 + 12);
        assertThat(y.cumulativeTrapezoid(Tensors.of(0.0, 1, 4), 0).toDoubleArray())
                .containsExactly(2, 14);
        Tensor columns = Tensors.of(new double[][] {{1, 3}, {2, 4}}).trapezoid(Tensors.of(0.0, 2), 0);
        assertThat(columns.toDoubleArray()).containsExactly(3, 7);
        assertThat(Tensors.zeros(2, 0).trapezoid(Tensors.zeros(0), 1).toDoubleArray())
                .containsExactly(0, 0);
        assertThatThrownBy(() -> y.trapezoid(Tensors.of(1.0, 2), 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("trapezoid", "[2]", "[3]");
        assertThatThrownBy(() -> y.cumulativeTrapezoid(y, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("cumulativeTrapezoid", "axis 1");
    }
}
