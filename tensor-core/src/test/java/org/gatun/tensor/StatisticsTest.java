package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Supplier;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class StatisticsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Tensor sample(long... sizes) {
        return Tensors.randn(new Generator(5), DType.F64, Shape.of(sizes), Device.CPU);
    }

    @Test
    void varianceIsTheMeanSquaredDistance() {
        Tensor x = Tensors.of(1.0, 2, 4, 9);
        // Mean 4, squared distances 9, 4, 0, 25.
        assertThat(x.var().item()).isEqualTo(38.0 / 3);
        assertThat(x.var(0, false).item()).isEqualTo(38.0 / 4);
        assertThat(x.std().item()).isEqualTo(Math.sqrt(38.0 / 3));
        assertThat(x.std(0, true, 0).shape()).isEqualTo(Shape.of(1));
        VarMean both = x.varMean(0, false);
        assertThat(both.mean().item()).isEqualTo(4);
        assertThat(both.variance().item()).isEqualTo(9.5);
    }

    @Test
    void momentsOverAxesAreThoseOfEachSlice() {
        Tensor x = sample(3, 4, 5);
        double[] v = x.var(1).toDoubleArray();
        double[] pairs = x.var(1, false, 0, 2).toDoubleArray();
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 5; k++) {
                double[] column = x.select(2, k).select(0, i).toDoubleArray();
                assertThat(v[i * 5 + k]).isCloseTo(variance(1, column), within(1e-14));
            }
        }
        for (int j = 0; j < 4; j++) {
            assertThat(pairs[j]).isCloseTo(variance(1, x.select(1, j).flatten().toDoubleArray()), within(1e-14));
        }
        assertThat(x.var(1, true, -1, 0).shape()).isEqualTo(Shape.of(1, 4, 1));
    }

    private static double variance(double correction, double... x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        return Arrays.stream(x).map(e -> (e - mean) * (e - mean)).sum() / (x.length - correction);
    }

    @Test
    void aLargeMeanTakesNoDigitsFromTheVariance() {
        // The one-pass formula E[x^2] - E[x]^2 gives garbage here.
        Tensor x = Tensors.of(1e8 + 1, 1e8 + 2, 1e8 + 3);
        assertThat(x.var().item()).isEqualTo(1);
        float[] shifted = new float[1000];
        for (int i = 0; i < 1000; i++) {
            shifted[i] = 4096 + (i % 2);
        }
        assertThat(Tensors.of(shifted).var(0, false).item()).isCloseTo(0.25, within(1e-4));
    }

    @Test
    void momentsOfTooFewElementsAreNaN() {
        assertThat(Tensors.of(3.0).var().item()).isNaN();
        assertThat(Tensors.of(3.0).var(0, false).item()).isZero();
        assertThat(Tensors.zeros(DType.F64, 0).var().item()).isNaN();
        assertThat(Tensors.zeros(DType.F64, 2, 0).std(1).toDoubleArray())
                .containsOnly(Double.NaN)
                .hasSize(2);
        assertThat(Tensors.scalar(3.0).var(0, false).item()).isZero();
        assertThat(Tensors.of(2.0, 2, 2).std().item()).isZero();
        assertThat(Tensors.of(1.0, Double.NaN).std().item()).isNaN();
        assertThatThrownBy(() -> Tensors.of(1, 2).var())
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("var: takes a floating dtype, not I32");
        assertThatThrownBy(() -> Tensors.of(1.0).std(2))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("axis 2");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 1.5, 2, 3, 7.25, -1, -2.5})
    void theNormIsTheRootOfTheSumOfPowers(double p) {
        double[] values = {3, -4, 0.5, -2};
        double expected = Math.pow(
                Arrays.stream(values).map(v -> Math.pow(Math.abs(v), p)).sum(), 1 / p);
        assertThat(Tensors.of(values).norm(p).item()).isCloseTo(expected, within(1e-14 * expected));
        assertThat(Tensors.of(Shape.of(2, 2), values).norm(p, true, 0, 1).shape())
                .isEqualTo(Shape.of(1, 1));
        assertThat(Tensors.of(Shape.of(2, 2), values).norm(p, 1).get(0))
                .isCloseTo(Math.pow(Math.pow(3, p) + Math.pow(4, p), 1 / p), within(1e-14));
    }

    @Test
    void normsAtTheEnds() {
        Tensor x = Tensors.of(3.0, -4, 0, 1);
        assertThat(x.norm().item()).isEqualTo(Math.sqrt(26));
        assertThat(x.norm(0).item()).isEqualTo(3);
        assertThat(x.norm(1).item()).isEqualTo(8);
        assertThat(x.norm(INF).item()).isEqualTo(4);
        assertThat(x.norm(-INF).item()).isZero();
        assertThat(x.norm(-1).item()).isZero();
        assertThat(Tensors.zeros(DType.F64, 3).norm(3).item()).isZero();
        assertThat(Tensors.zeros(DType.F64, 0).norm(2).item()).isZero();
        assertThat(Tensors.scalar(-2.0).norm(2.5).item()).isCloseTo(2, within(1e-15));
        assertThat(Tensors.of(1.0, Double.NaN).norm(1.5).item()).isNaN();
        assertThatThrownBy(() -> x.norm(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("p is NaN");
        assertThatThrownBy(() -> Tensors.zeros(DType.F64, 0).norm(INF)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensors.of(1).norm(2)).isInstanceOf(DTypeException.class);
    }

    @Test
    void logsumexpNeitherOverflowsNorLosesItsInfinities() {
        assertThat(Tensors.of(1000.0, 1000).logsumexp().item()).isCloseTo(1000 + Math.log(2), within(1e-12));
        assertThat(Tensors.of(-1000.0, -1001).logsumexp().item())
                .isCloseTo(-1000 + Math.log1p(Math.exp(-1)), within(1e-12));
        assertThat(Tensors.of(-INF, -INF).logsumexp().item()).isEqualTo(-INF);
        assertThat(Tensors.of(-INF, 2).logsumexp().item()).isEqualTo(2);
        assertThat(Tensors.of(INF, 2, -INF).logsumexp().item()).isEqualTo(INF);
        assertThat(Tensors.of(Double.NaN, 2).logsumexp().item()).isNaN();
        assertThat(Tensors.zeros(DType.F64, 0).logsumexp().item()).isEqualTo(-INF);
        assertThat(Tensors.zeros(DType.F64, 0, 3).logsumexp(0).toDoubleArray())
                .containsOnly(-INF)
                .hasSize(3);
        assertThat(Tensors.scalar(3.0).logsumexp().item()).isEqualTo(3);
        assertThat(sample(2, 3, 4).logsumexp(true, 0, 2).shape()).isEqualTo(Shape.of(1, 3, 1));
    }

    @Test
    void softmaxIsAlongItsAxis() {
        Tensor x = sample(3, 4, 2);
        for (int axis = 0; axis < 3; axis++) {
            Tensor e = x.exp();
            double[] expected = e.div(e.sum(true, axis)).toDoubleArray();
            double[] softmax = x.softmax(axis).toDoubleArray();
            double[] log = x.logSoftmax(axis - 3).toDoubleArray();
            for (int i = 0; i < expected.length; i++) {
                assertThat(softmax[i]).isCloseTo(expected[i], within(1e-15));
                assertThat(log[i]).isCloseTo(Math.log(expected[i]), within(1e-14));
            }
        }
    }

    @Test
    void softmaxAtTheEnds() {
        assertThat(Tensors.of(1e4, 0, -INF).softmax(0).toDoubleArray()).containsExactly(1, 0, 0);
        assertThat(Tensors.of(1e4, 0, -INF).logSoftmax(0).toDoubleArray()).containsExactly(0, -1e4, -INF);
        assertThat(Tensors.of(-INF, -INF).softmax(0).toDoubleArray()).containsOnly(Double.NaN);
        assertThat(Tensors.of(-INF, -INF).logSoftmax(0).toDoubleArray()).containsOnly(Double.NaN);
        assertThat(Tensors.scalar(5.0).softmax(0).item()).isEqualTo(1);
        assertThat(Tensors.scalar(5.0).logSoftmax(-1).item()).isZero();
        assertThat(Tensors.zeros(2, 0).softmax(1).shape()).isEqualTo(Shape.of(2, 0));
        assertThatThrownBy(() -> Tensors.of(1, 2).softmax(0))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("I32");
        assertThatThrownBy(() -> Tensors.of(1.0).softmax(1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("axis 1");
    }

    @Test
    void extremaKnowTheirPlace() {
        Tensor x = Tensors.of(new double[][] {{1, 5, 5}, {7, 2, -1}});
        ValuesIndices max = x.max(1);
        assertThat(max.values().toDoubleArray()).containsExactly(5, 7);
        assertThat(max.indices().toLongArray()).containsExactly(1, 0);
        assertThat(max.indices().dtype()).isEqualTo(DType.I64);
        ValuesIndices min = x.min(true, 0);
        assertThat(min.values().shape()).isEqualTo(Shape.of(1, 3));
        assertThat(min.values().toDoubleArray()).containsExactly(1, 2, -1);
        assertThat(min.indices().toLongArray()).containsExactly(0, 1, 1);
        assertThat(x.max().item()).isEqualTo(7);
        assertThat(x.min().item()).isEqualTo(-1);
        assertThat(x.argmax().itemLong()).isEqualTo(3);
        assertThat(x.argmin().itemLong()).isEqualTo(5);
        assertThat(Tensors.of(1.0, Double.NaN, 3).max(0).values().item()).isNaN();
        assertThat(Tensors.of(1.0, Double.NaN, 3).min(0).indices().itemLong()).isEqualTo(1);
        assertThat(Tensors.scalar(4.0).max(0).values().item()).isEqualTo(4);
        assertThatThrownBy(() -> Tensors.zeros(0).max())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("max");
        assertThatThrownBy(() -> Tensors.zeros(2, 0).min(1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 0]");
        assertThat(Tensors.zeros(2, 0).max(0).values().shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void ordersAndTheirIndices() {
        Tensor x = Tensors.of(3.0, Double.NaN, 1, 3, -INF);
        ValuesIndices rising = x.sort(0);
        assertThat(rising.values().toDoubleArray()).containsExactly(-INF, 1, 3, 3, Double.NaN);
        assertThat(rising.indices().toLongArray()).containsExactly(4, 2, 0, 3, 1);
        assertThat(x.argsort(0, true).toLongArray()).containsExactly(1, 0, 3, 2, 4);
        assertThat(x.argsort(-1).toLongArray()).containsExactly(4, 2, 0, 3, 1);
        ValuesIndices top = Tensors.of(3.0, 9, 1, 4).topk(2, 0);
        assertThat(top.values().toDoubleArray()).containsExactly(9, 4);
        assertThat(top.indices().toLongArray()).containsExactly(1, 3);
        assertThat(Tensors.of(3.0, 9, 1, 4).topk(2, 0, false).values().toDoubleArray())
                .containsExactly(1, 3);
        assertThat(Tensors.of(3.0, 9).topk(0, 0).values().elements()).isZero();
        assertThat(Tensors.scalar(4.0).sort(0).indices().itemLong()).isZero();
        assertThatThrownBy(() -> Tensors.of(3.0, 9).topk(3, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("k = 3")
                .hasMessageContaining("[2]");
    }

    @Test
    void runningSumsAndProducts() {
        Tensor x = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.cumsum(1).toLongArray()).containsExactly(1, 3, 6, 4, 9, 15);
        assertThat(x.cumprod(0).toLongArray()).containsExactly(1, 2, 3, 4, 10, 18);
        assertThat(x.cumsum(0).dtype()).isEqualTo(DType.I64);
        assertThat(Tensors.of(true, true).cumsum(0).toLongArray()).containsExactly(1, 2);
        assertThat(Tensors.scalar(2f).cumprod(0).item()).isEqualTo(2);
        assertThat(Tensors.zeros(0).cumsum(0).elements()).isZero();
        for (Supplier<Tensor> wrong : java.util.List.<Supplier<Tensor>>of(() -> x.cumsum(2), () -> x.cumprod(-3))) {
            assertThatThrownBy(wrong::get).isInstanceOf(ShapeException.class).hasMessageContaining("rank 2");
        }
    }

    @Test
    void tensorsAreComparedAsAWhole() {
        Tensor x = Tensors.of(1.0, INF, 3);
        assertThat(x.equalTo(Tensors.of(1.0, INF, 3))).isTrue();
        assertThat(x.equalTo(Tensors.of(1.0, INF, 4))).isFalse();
        assertThat(x.equalTo(Tensors.of(1f, (float) INF, 3f))).isFalse();
        assertThat(x.equalTo(x.reshape(3, 1))).isFalse();
        assertThat(Tensors.of(Double.NaN).equalTo(Tensors.of(Double.NaN))).isFalse();
        assertThat(x.allClose(Tensors.of(1 + 0.9e-5, INF, 3))).isTrue();
        assertThat(x.allClose(Tensors.of(1 + 1.2e-5, INF, 3))).isFalse();
        assertThat(x.allClose(Tensors.of(1.0, -INF, 3))).isFalse();
        assertThat(x.allClose(Tensors.of(1.0, 2, 3))).isFalse();
        assertThat(Tensors.of(2.0, 2).allClose(Tensors.scalar(2.5), 0, 0.5)).isTrue();
        assertThat(Tensors.of(Double.NaN).allClose(Tensors.of(Double.NaN), 1, 1))
                .isFalse();
    }

    /** {@code |a - b| <= absolute + relative |b|} in exact arithmetic, also where the difference leaves the dtype. */
    @Test
    void integersAreComparedWithoutWrapping() {
        Tensor one = Tensors.ofUnsigned((byte) 1);
        Tensor two = Tensors.ofUnsigned((byte) 2);
        assertThat(one.allClose(two, 0, 1)).isTrue();
        assertThat(two.allClose(one, 0, 1)).isTrue();
        assertThat(one.allClose(two, 0, 0.5)).isFalse();
        assertThat(Tensors.ofUnsigned((byte) 0).allClose(Tensors.ofUnsigned((byte) 255), 0, 254))
                .isFalse();
        assertThat(Tensors.ofUnsigned((byte) 0).allClose(Tensors.ofUnsigned((byte) 255), 1, 0))
                .isTrue();
        Tensor least = Tensors.of(Long.MIN_VALUE);
        Tensor most = Tensors.of(Long.MAX_VALUE);
        assertThat(least.allClose(most, 0, 1)).isFalse();
        assertThat(least.allClose(most, 0, 1e19)).isFalse();
        assertThat(most.allClose(least, 0, 1.85e19)).isTrue();
        assertThat(least.allClose(least, 0, 0)).isTrue();
        assertThat(Tensors.of((1L << 53) + 1).allClose(Tensors.of(1L << 53), 0, 0.5))
                .isFalse();
        assertThat(Tensors.of((1L << 53) + 1).allClose(Tensors.of(1L << 53), 0, 1))
                .isTrue();
        assertThat(Tensors.of(Integer.MIN_VALUE).allClose(Tensors.of(Integer.MAX_VALUE), 0, 1))
                .isFalse();
        assertThat(Tensors.of(Integer.MIN_VALUE).allClose(Tensors.of(Integer.MIN_VALUE + 1), 1e-9, 0))
                .isTrue();
        assertThat(Tensors.of(true, false).allClose(Tensors.of(true, false))).isTrue();
        assertThat(Tensors.of(true, false).allClose(Tensors.of(true, true))).isFalse();
        assertThat(Tensors.of(1f, 0).allClose(Tensors.of(true, false))).isTrue();
        assertThat(Tensors.of(1f, 0.5f).allClose(Tensors.of(true, true))).isFalse();
    }

    @Test
    void finiteAndInfiniteElements() {
        Tensor x = Tensors.of(1f, Float.NaN, Float.NEGATIVE_INFINITY, Float.MAX_VALUE);
        assertThat(x.isFinite().toBooleanArray()).containsExactly(true, false, false, true);
        assertThat(x.isInfinite().toBooleanArray()).containsExactly(false, false, true, false);
        assertThat(x.isNan().toBooleanArray()).containsExactly(false, true, false, false);
        assertThat(Tensors.of(Integer.MIN_VALUE, 0).isFinite().toBooleanArray()).containsOnly(true);
        assertThat(Tensors.of(Integer.MIN_VALUE, 0).isInfinite().toBooleanArray())
                .containsOnly(false);
    }

    @Test
    void truthOverAxes() {
        Tensor x = Tensors.of(new int[][] {{0, 2}, {0, 0}});
        assertThat(x.any(true, 1).toBooleanArray()).containsExactly(true, false);
        assertThat(x.any(true, 1).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(x.all(true, 0).toBooleanArray()).containsExactly(false, false);
    }

    /** A mean that is rounded is off by up to half an ulp, whose square adds up: here it exceeded the variance itself. */
    @Test
    void theRoundingOfTheMeanDoesNotCount() {
        assertThat(Tensors.of(1e8f, 1e8f + 8, 1e8f + 16).var().item()).isEqualTo(64);
        assertThat(Tensors.of(1e17, 1e17 + 16, 1e17 + 32).var().item()).isEqualTo(256);
        Tensor rows = Tensors.of(Shape.of(2, 3), 1e8f, 1e8f + 8, 1e8f + 16, 1f, 2f, 3f);
        assertThat(rows.var(1).toDoubleArray()).containsExactly(64, 1);
        assertThat(rows.t().var(0).toDoubleArray()).containsExactly(64, 1);
        for (int n = 2; n < 40; n++) {
            for (double c : new double[] {0.1, 0.3, 0.7, 1.1, 3.3, 5, 100.1, 1e-3}) {
                // What is left is the rounding of the squares of the mean's rounding error.
                assertThat(Tensors.full(DType.F32, c, n).std().item()).isLessThan(1e-11 * c + 1e-13);
                assertThat(Tensors.full(DType.F64, c, n).std().item()).isLessThan(1e-23 * c + 1e-25);
            }
        }
    }
}
