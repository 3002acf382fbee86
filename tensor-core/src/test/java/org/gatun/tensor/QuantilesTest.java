package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantiles, statistics that pass over NaN, extremes and moments against loops in Java and on values worked by hand. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class QuantilesTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static double reference(double[] line, double q, QuantileInterpolation mode) {
        double[] sorted = line.clone();
        Arrays.sort(sorted);
        double place = q * (sorted.length - 1);
        double low = sorted[(int) Math.floor(place)];
        double high = sorted[(int) Math.ceil(place)];
        return switch (mode) {
            case LINEAR -> low + (high - low) * (place - Math.floor(place));
            case LOWER -> low;
            case HIGHER -> high;
            case MIDPOINT -> (low + high) / 2;
            case NEAREST -> sorted[(int) Math.rint(place)];
        };
    }

    @ParameterizedTest
    @EnumSource
    void quantilesInEveryInterpolation(QuantileInterpolation mode) {
        var random = new SplittableRandom(17);
        double[] q = {0, 0.25, 0.5, 0.1, 1, 0.77};
        for (int n : new int[] {1, 2, 5, 8}) {
            double[] first = random.doubles(n, -5, 5).toArray();
            double[] second = random.doubles(n, -5, 5).toArray();
            Tensor x = Tensors.of(new double[][] {first, second});
            double[] expected = new double[2 * q.length];
            for (int i = 0; i < q.length; i++) {
                expected[2 * i] = reference(first, q[i], mode);
                expected[2 * i + 1] = reference(second, q[i], mode);
                double[] both = {expected[2 * i], expected[2 * i + 1]};
                assertThat(x.quantile(q[i], false, 1, mode).toDoubleArray()).containsExactly(both, within(1e-14));
                assertThat(x.nanquantile(q[i], false, 1, mode).toDoubleArray()).containsExactly(both, within(1e-14));
                Tensor scalar = x.quantile(Tensors.scalar(q[i]), true, 1, mode);
                assertThat(scalar.shape()).isEqualTo(Shape.of(2, 1));
                assertThat(scalar.toDoubleArray()).containsExactly(both, within(1e-14));
            }
            assertThat(x.quantile(q, false, 1, mode).toDoubleArray()).containsExactly(expected, within(1e-14));
            assertThat(x.nanquantile(q, false, -1, mode).toDoubleArray()).containsExactly(expected, within(1e-14));
            assertThat(x.t().quantile(q, true, 0, mode).toDoubleArray()).containsExactly(expected, within(1e-14));
        }
    }

    @Test
    void theAxisOfTheQuantilesComesFirst() {
        Tensor x = Tensors.zeros(2, 3, 4);
        double[] q = {0.1, 0.9};
        QuantileInterpolation linear = QuantileInterpolation.LINEAR;
        assertThat(x.quantile(q, 1).shape()).isEqualTo(Shape.of(2, 2, 4));
        assertThat(x.quantile(q, true, 1, linear).shape()).isEqualTo(Shape.of(2, 2, 1, 4));
        assertThat(x.quantile(q, true, -1, linear).shape()).isEqualTo(Shape.of(2, 2, 3, 1));
        assertThat(x.quantile(q).shape()).isEqualTo(Shape.of(2));
        assertThat(x.quantile(new double[0], 0).shape()).isEqualTo(Shape.of(0, 3, 4));
        assertThat(Tensors.scalar(3.0).quantile(q, 0).toDoubleArray()).containsExactly(3, 3);
        assertThat(Tensors.zeros(0, 3).quantile(q, 1).shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Tensors.of(1f, 2).to(DType.BF16).quantile(q, 0).dtype()).isEqualTo(DType.BF16);
    }

    @Test
    void nanIsPassedOverOrTaints() {
        Tensor x = Tensors.of(new double[][] {{4, NAN, 1, 2}, {NAN, NAN, NAN, NAN}, {3, 1, 4, 2}});
        double[] q = {0.5, 1};
        assertThat(x.nanquantile(q, false, 1, QuantileInterpolation.LINEAR).toDoubleArray())
                .containsExactly(2, NAN, 2.5, 4, NAN, 4);
        assertThat(x.quantile(q, 1).toDoubleArray()).containsExactly(NAN, NAN, 2.5, NAN, NAN, 4);
        assertThat(x.nanquantile(0).item()).isEqualTo(1);
        ValuesIndices rows = x.nanmedian(1);
        assertThat(rows.values().toDoubleArray()).containsExactly(2, NAN, 2);
        assertThat(rows.indices().toLongArray()).containsExactly(3, 0, 3);
        assertThat(x.nanmedian().item()).isEqualTo(2);
        assertThat(x.median().item()).isNaN();
        assertThat(x.nanmedian(true, 0).values().shape()).isEqualTo(Shape.of(1, 4));
        assertThat(Tensors.of(NAN, NAN).nanmedian().item()).isNaN();
        assertThat(Tensors.zeros(0).nanmedian().item()).isNaN();
        assertThat(Tensors.of(NAN, -INF, -INF, 2.0).nanmedian().item()).isEqualTo(-INF);
        assertThat(Tensors.of(NAN, INF, INF, 2.0).nanmedian().item()).isEqualTo(INF);
        assertThat(Tensors.of(7L, 3, 5, 4).nanmedian().itemLong()).isEqualTo(4);
        assertThat(Tensors.of(INF, 1, INF, 3).quantile(new double[] {1, 0}).toDoubleArray())
                .containsExactly(INF, 1);
    }

    @Test
    void aminmaxIsBothExtremes() {
        Tensor x = Tensors.of(new double[][] {{4, -2, 1}, {0, NAN, 5}});
        MinMax rows = x.aminmax(1);
        assertThat(rows.min().toDoubleArray()).containsExactly(-2, NAN);
        assertThat(rows.max().toDoubleArray()).containsExactly(4, NAN);
        assertThat(x.aminmax(true, 0).max().shape()).isEqualTo(Shape.of(1, 3));
        assertThat(Tensors.of(7L, Long.MIN_VALUE, 3).aminmax().min().itemLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(Tensors.of(7L, Long.MIN_VALUE, 3).aminmax().max().itemLong()).isEqualTo(7);
        assertThat(Tensors.of(true, false).aminmax().max().item()).isEqualTo(1);
    }

    @Test
    void momentsOfSamples() {
        Tensor x = Tensors.of(new double[][] {{2, 4, 4, 4, 5, 5, 7, 9}});
        StdMean moments = x.stdMean(0, false, 1);
        assertThat(moments.std().item()).isCloseTo(2, within(1e-15));
        assertThat(moments.mean().item()).isEqualTo(5);
        assertThat(x.stdMean(1, true).std().toDoubleArray())
                .containsExactly(x.std().item());
        assertThat(x.stdMean(1, true).std().shape()).isEqualTo(Shape.of(1, 1));
        // In F16 the variance of these would overflow, the deviation does not.
        Tensor large = Tensors.of(-1000.0, 1000).to(DType.F16);
        assertThat(large.stdMean(0, false).std().item()).isEqualTo(1000);
        assertThat(Tensors.zeros(0).stdMean(1, false).std().item()).isNaN();
    }

    @Test
    void correlationsOfVariables() {
        Tensor x = Tensors.of(new double[][] {{1, 2, 3, 4}, {8, 6, 4, 2}, {1, -1, -1, 1}});
        assertThat(x.corrcoef().toDoubleArray())
                .containsExactly(new double[] {1, -1, 0, -1, 1, 0, 0, 0, 1}, within(1e-15));
        // The definition, in other words: the mean of the product of standardised variables.
        Tensor y = Tensors.of(new SplittableRandom(19).doubles(12).toArray()).reshape(3, 4);
        StdMean m = y.stdMean(0, true, 1);
        Tensor standard = y.sub(m.mean()).div(m.std());
        assertThat(y.corrcoef().toDoubleArray())
                .containsExactly(standard.matmul(standard.t()).div(4).toDoubleArray(), within(1e-14));
        assertThat(Tensors.of(1.0, 5, 2).corrcoef().shape()).isEqualTo(Shape.of());
        assertThat(Tensors.of(1.0, 5, 2).corrcoef().item()).isEqualTo(1);
        assertThat(Tensors.of(2.0, 2).corrcoef().item()).isNaN();
        assertThat(Tensors.of(new long[][] {{1, 2, 3}, {3, 2, 1}}).corrcoef().dtype())
                .isEqualTo(DType.F32);
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            assertThat(x.to(dtype).corrcoef().toDoubleArray())
                    .containsExactly(new double[] {1, -1, 0, -1, 1, 0, 0, 0, 1}, within(1e-6));
        }
    }
}
