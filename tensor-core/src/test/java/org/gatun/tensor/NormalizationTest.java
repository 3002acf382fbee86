package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What normalised tensors must satisfy, and how arguments that do not fit are refused. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class NormalizationTest {
    private static Tensor normal(long... sizes) {
        return Tensors.randn(new Generator(5), DType.F64, Shape.of(sizes), Device.CPU)
                .mul(3)
                .add(2);
    }

    private static void assertStandard(Tensor y, double epsilon, Tensor x, int... axes) {
        assertThat(y.mean(axes).abs().max().item()).isLessThan(1e-14);
        // The variance v becomes v / (v + epsilon).
        double[] before = x.sub(x.mean(true, axes)).square().mean(axes).toDoubleArray();
        double[] after = y.square().mean(axes).toDoubleArray();
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isCloseTo(before[i] / (before[i] + epsilon), within(1e-13));
        }
    }

    @Test
    void meanAndVarianceBecomeZeroAndNearlyOne() {
        Tensor x = normal(3, 4, 5, 2);
        assertStandard(Functional.layerNorm(x, Shape.of(2)), 1e-5, x, 3);
        assertStandard(Functional.layerNorm(x, Shape.of(5, 2), null, null, 0.5), 0.5, x, 2, 3);
        assertStandard(Functional.batchNorm(x, null, null, 0.5), 0.5, x, 0, 2, 3);
        Tensor grouped = Functional.groupNorm(x, 2, null, null, 0.5).reshape(3, 2, 2, 5, 2);
        assertStandard(grouped, 0.5, x.reshape(3, 2, 2, 5, 2), 2, 3, 4);
        assertThat(Functional.groupNorm(x, 1).allClose(Functional.layerNorm(x, Shape.of(4, 5, 2)), 0, 1e-14))
                .isTrue();
        Tensor squares = Functional.rmsNorm(x, Shape.of(2), null, 0).square().mean(3);
        assertThat(squares.sub(1).abs().max().item()).isLessThan(1e-14);
    }

    @Test
    void weightAndBiasFollowInTheirPlaces() {
        Tensor x = normal(2, 3, 4);
        Tensor row = Tensors.of(1.0, -2, 3, 0.5);
        Tensor plain = Functional.layerNorm(x, Shape.of(4));
        assertThat(Functional.layerNorm(x, Shape.of(4), row, row.add(1), 1e-5)
                        .allClose(plain.mul(row).add(row.add(1)), 0, 1e-14))
                .isTrue();
        assertThat(Functional.rmsNorm(x, Shape.of(4), row, 1e-5)
                        .allClose(Functional.rmsNorm(x, Shape.of(4), null, 1e-5).mul(row), 0, 1e-14))
                .isTrue();
        Tensor channel = Tensors.of(1.0, -2, 3);
        Tensor column = channel.reshape(3, 1);
        assertThat(Functional.batchNorm(x, channel, channel.add(1), 1e-5)
                        .allClose(
                                Functional.batchNorm(x, null, null, 1e-5)
                                        .mul(column)
                                        .add(column.add(1)),
                                0,
                                1e-14))
                .isTrue();
        assertThat(Functional.groupNorm(x, 3, null, channel, 1e-5)
                        .allClose(Functional.groupNorm(x, 3).add(column), 0, 1e-14))
                .isTrue();
        Tensor given = Functional.batchNorm(x, channel, channel.square(), null, channel, 0.25);
        assertThat(given.allClose(
                        x.sub(column).div(column.square().add(0.25).sqrt()).add(column), 0, 1e-14))
                .isTrue();
    }

    @Test
    void statisticsThatAreGivenAreTheBatchsOwn() {
        Tensor x = normal(4, 3, 2);
        Tensor mean = x.mean(0, 2);
        Tensor variance = x.sub(mean.reshape(3, 1)).square().mean(0, 2);
        assertThat(Functional.batchNorm(x, mean, variance, null, null, 0.1)
                        .allClose(Functional.batchNorm(x, null, null, 0.1), 0, 1e-13))
                .isTrue();
    }

    /** As convolutions in 16 bits, in an autocast scope, before a layer with parameters in F32. */
    @Test
    void batchNormTakesParametersOfF32BesideNarrowNumbers() {
        Tensor x = normal(4, 3, 2).to(DType.BF16);
        Tensor a = Tensors.of(1.0, -2, 3).to(DType.F32);
        Tensor b = Tensors.of(0.5, 1, 2).to(DType.F32);
        Tensor lowA = a.to(DType.BF16);
        Tensor lowB = b.to(DType.BF16);
        Tensor trained = Functional.batchNorm(x, a, b, 0.1);
        assertThat(trained.dtype()).isEqualTo(DType.BF16);
        assertThat(trained.toDoubleArray())
                .containsExactly(Functional.batchNorm(x, lowA, lowB, 0.1).toDoubleArray());
        Tensor given = Functional.batchNorm(x, a, b, null, a, 0.1);
        assertThat(given.dtype()).isEqualTo(DType.BF16);
        assertThat(given.toDoubleArray())
                .containsExactly(x.to(DType.F32)
                        .sub(a.reshape(3, 1))
                        .mul(b.add(0.1).rsqrt().reshape(3, 1))
                        .to(DType.BF16)
                        .add(lowA.reshape(3, 1))
                        .toDoubleArray());
        assertThatThrownBy(() -> Functional.batchNorm(x, a.to(DType.F16), b, 0.1))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("weight is F16");
        assertThatThrownBy(() -> Functional.batchNorm(x.to(DType.F32), a, lowB, 0.1))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("bias is BF16");
    }

    @Test
    void theDefaultEpsilonOfRmsNormIsTheDtypes() {
        for (DType dtype : new DType[] {DType.F32, DType.F64, DType.BF16, DType.F16}) {
            // 1 + e differs from 1, and 1 + e / 2 is rounded to it.
            double e = Normalization.epsilon(dtype);
            Tensor one = Tensors.ones(dtype, 1);
            assertThat(one.add(e).sub(one).item()).isEqualTo(e);
            assertThat(one.add(e / 2).sub(one).item()).isZero();
        }
        Tensor zeros = Tensors.zeros(DType.F64, 3);
        assertThat(Functional.rmsNorm(zeros, Shape.of(3), null).toDoubleArray()).containsExactly(0, 0, 0);
    }

    @Test
    void narrowNumbersAreRoundedOnce() {
        Tensor x = normal(4, 33).to(DType.BF16);
        Tensor weight = normal(33).to(DType.BF16);
        Tensor wide = Functional.layerNorm(x.to(DType.F32), Shape.of(33), weight.to(DType.F32), null, 1e-5);
        assertThat(Functional.layerNorm(x, Shape.of(33), weight, null, 1e-5).toDoubleArray())
                .containsExactly(wide.to(DType.BF16).toDoubleArray());
        // A sum that would overflow F16.
        Tensor large =
                Tensors.full(DType.F16, 60000, 4).mul(Tensors.of(1.0, -1, 1, -1).to(DType.F16));
        assertThat(Functional.rmsNorm(large, Shape.of(4), null).toDoubleArray()).containsExactly(1, -1, 1, -1);
    }

    @Test
    void argumentsThatDoNotFitAreRefused() {
        Tensor x = Tensors.zeros(2, 3, 4);
        assertThatThrownBy(() -> Functional.layerNorm(x, Shape.of(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("layerNorm: an input of shape [2, 3, 4]")
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> Functional.rmsNorm(x, Shape.SCALAR, null)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Functional.layerNorm(x, Shape.of(4), Tensors.zeros(3), null, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a weight of shape [3]");
        assertThatThrownBy(() -> Functional.layerNorm(x, Shape.of(4), null, Tensors.zeros(DType.F64, 4), 0))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("bias");
        assertThatThrownBy(() -> Functional.layerNorm(x.to(DType.I32), Shape.of(4)))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Functional.groupNorm(x, 2))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 groups do not divide the 3 channels");
        assertThatThrownBy(() -> Functional.batchNorm(Tensors.zeros(1, 3), null, null, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("one number in each channel");
        assertThatThrownBy(() -> Functional.batchNorm(Tensors.zeros(3), null, null, 0))
                .isInstanceOf(ShapeException.class);
    }
}
