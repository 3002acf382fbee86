package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running extrema, running sums of exponentials, and linear recurrences, against their definitions. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class RunningFoldsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @Test
    void theRunningMaximumTakesTheLastOfEqualElements() {
        ValuesIndices max = Tensors.of(2.0, 1, 2, 3, 3, -1).cummax(0);
        assertThat(max.values().toDoubleArray()).containsExactly(2, 2, 2, 3, 3, 3);
        assertThat(max.indices().toLongArray()).containsExactly(0, 0, 2, 3, 4, 4);
        ValuesIndices min = Tensors.of(2.0, 3, 2, 1, 1, 5).cummin(0);
        assertThat(min.values().toDoubleArray()).containsExactly(2, 2, 2, 1, 1, 1);
        assertThat(min.indices().toLongArray()).containsExactly(0, 0, 2, 3, 4, 4);
    }

    @Test
    void aRunningExtremumStaysNaN() {
        Tensor x = Tensors.of(1.0, NAN, INF, NAN, -INF);
        for (ValuesIndices running : new ValuesIndices[] {x.cummax(0), x.cummin(0)}) {
            assertThat(running.values().toDoubleArray()).containsExactly(1, NAN, NAN, NAN, NAN);
            assertThat(running.indices().toLongArray()).containsExactly(0, 1, 1, 3, 3);
        }
    }

    @Test
    void zerosOfEitherSignAreEqual() {
        assertThat(Tensors.of(0.0, -0.0).cummax(0).indices().toLongArray()).containsExactly(0, 1);
        assertThat(Tensors.of(-0.0, 0.0).cummin(0).indices().toLongArray()).containsExactly(0, 1);
        assertThat(1 / Tensors.of(0.0, -0.0).cummax(0).values().get(1)).isEqualTo(-INF);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void theLastRunningExtremumIsTheExtremum(DType dtype) {
        Tensor x = Tensors.randn(new Generator(3), DType.F64, Shape.of(3, 700, 2), Device.CPU)
                .mul(20)
                .abs()
                .to(dtype);
        assertThat(x.cummax(1).values().select(1, -1).toDoubleArray())
                .containsExactly(x.amax(1).toDoubleArray());
        assertThat(x.cummin(1).values().select(1, -1).toDoubleArray())
                .containsExactly(x.amin(1).toDoubleArray());
        assertThat(x.cummax(1).values().dtype()).isEqualTo(dtype);
    }

    @Test
    void theLongsAreComparedExactly() {
        long big = 1L << 62;
        ValuesIndices max = Tensors.of(big, big + 1, big).cummax(0);
        assertThat(max.values().toLongArray()).containsExactly(big, big + 1, big + 1);
        assertThat(max.indices().toLongArray()).containsExactly(0, 1, 1);
    }

    @Test
    void runningSumsOfExponentialsNeitherOverflowNorUnderflow() {
        double log2 = StrictMath.log(2);
        for (double shift : new double[] {0, 1000, -1000, 1e15}) {
            double[] y = Tensors.of(shift, shift, shift + log2).logcumsumexp(0).toDoubleArray();
            assertThat(y[0]).isEqualTo(shift);
            assertThat(y[1]).isCloseTo(shift + log2, within(Math.ulp(shift) + 1e-15));
            assertThat(y[2]).isCloseTo(shift + 2 * log2, within(2 * Math.ulp(shift) + 1e-15));
        }
        assertThat(Tensors.of(-INF, -INF, 3, -INF, INF, 2, NAN, 1)
                        .logcumsumexp(0)
                        .toDoubleArray())
                .containsExactly(-INF, -INF, 3, 3, INF, INF, NAN, NAN);
    }

    @Test
    void theLastRunningSumOfExponentialsIsTheSum() {
        Tensor x = Tensors.randn(new Generator(3), DType.F64, Shape.of(5, 4000), Device.CPU)
                .mul(30);
        assertThat(x.logcumsumexp(1).select(1, -1).allClose(x.logsumexp(1), 1e-14, 0))
                .isTrue();
        Tensor single = x.to(DType.F32);
        assertThat(single.logcumsumexp(1)
                        .to(DType.F64)
                        .allClose(single.to(DType.F64).logcumsumexp(1), 1e-7, 0))
                .isTrue();
    }

    @Test
    void aRecurrenceIsWhatALoopComputes() {
        int n = 1000;
        Tensor a = Tensors.randn(new Generator(1), DType.F64, Shape.of(2, n, 3), Device.CPU);
        Tensor b = Tensors.randn(new Generator(2), DType.F64, Shape.of(n, 1), Device.CPU);
        Tensor forward = Functional.linearRecurrence(a, b, 1, false);
        Tensor back = Functional.linearRecurrence(a, b, 1, true);
        assertThat(forward.shape()).isEqualTo(a.shape());
        for (int line = 0; line < 6; line++) {
            double[] factors = a.select(0, line / 3).select(1, line % 3).toDoubleArray();
            double[] terms = b.flatten().toDoubleArray();
            double[] expected = new double[n];
            for (int t = 0; t < n; t++) {
                expected[t] = t == 0 ? terms[0] : factors[t] * expected[t - 1] + terms[t];
            }
            assertThat(forward.select(0, line / 3).select(1, line % 3).toDoubleArray())
                    .containsExactly(expected);
            for (int t = n - 1; t >= 0; t--) {
                expected[t] = t == n - 1 ? terms[t] : factors[t] * expected[t + 1] + terms[t];
            }
            assertThat(back.select(0, line / 3).select(1, line % 3).toDoubleArray())
                    .containsExactly(expected);
        }
    }

    @Test
    void aRecurrenceWithFactorOneIsARunningSumAndWithoutTermsAProduct() {
        double[] x = {3, -2, 0.5, 4};
        Tensor one = Tensors.of(1.0);
        assertThat(Functional.linearRecurrence(one, Tensors.of(x), 0, false).toDoubleArray())
                .containsExactly(Tensors.of(x).cumsum(0).toDoubleArray());
        double[] first = new double[4];
        first[0] = x[0];
        assertThat(Functional.linearRecurrence(Tensors.of(x), Tensors.of(first), 0, false)
                        .toDoubleArray())
                .containsExactly(Tensors.of(x).cumprod(0).toDoubleArray());
    }

    @Test
    void aRecurrenceOfSinglesIsRoundedOncePerElement() {
        // 1 - 1e-8 is 1 as a single, but the running value keeps what is below.
        float[] terms = new float[100];
        Arrays.fill(terms, -1e-9f);
        terms[0] = 1;
        float last = Functional.linearRecurrence(Tensors.of(1f), Tensors.of(terms), 0, false)
                .toFloatArray()[99];
        assertThat(last).isEqualTo((float) (1 - 99 * (double) 1e-9f));
    }

    @Test
    void emptyAndScalarOperandsStayAsTheyAre() {
        assertThat(Tensors.zeros(2, 0).cummax(1).values().shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Tensors.zeros(0, 2).cummin(1).indices().dtype()).isEqualTo(DType.I64);
        assertThat(Tensors.zeros(2, 0).logcumsumexp(1).shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Functional.linearRecurrence(Tensors.zeros(0), Tensors.zeros(2, 1), 1, true)
                        .shape())
                .isEqualTo(Shape.of(2, 0));
        assertThat(Tensors.scalar(5.0).cummax(0).values().shape()).isEqualTo(Shape.SCALAR);
        assertThat(Tensors.scalar(5.0).logcumsumexp(-1).item()).isEqualTo(5);
    }
}
