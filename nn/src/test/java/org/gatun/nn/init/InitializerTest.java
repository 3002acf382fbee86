package org.gatun.nn.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Supplier;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bounds and moments of fresh parameters against the formulas of torch.nn.init. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class InitializerTest {
    private static final Shape LINEAR = Shape.of(120, 80); // fan in 80, out 120
    private static final Shape CONV = Shape.of(24, 16, 3, 5); // fan in 240, out 360

    private static double[] values(Initializer initializer, DType dtype, Shape shape) {
        Tensor t = initializer.values(dtype, shape, new Generator(1));
        assertThat(t.dtype()).isEqualTo(dtype);
        assertThat(t.shape()).isEqualTo(shape);
        return t.toDoubleArray();
    }

    private static double moment(double[] values, int power) {
        return Arrays.stream(values).map(v -> Math.pow(v, power)).average().orElseThrow();
    }

    /** Uniform in +-a: the largest near a, the mean 0, the variance a^2/3, the fourth moment a^4/5. */
    private static void uniformWithin(double a, Initializer initializer, Shape shape) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            double[] v = values(initializer, dtype, shape);
            double n = v.length;
            assertThat(Arrays.stream(v).map(Math::abs).max().orElseThrow()).isBetween(a * (1 - 20 / n), a * (1 + 1e-6));
            // Five standard deviations of the mean of n.
            assertThat(moment(v, 1)).isCloseTo(0, within(5 * a / Math.sqrt(3 * n)));
            assertThat(moment(v, 2)).isCloseTo(a * a / 3, within(5 * a * a * Math.sqrt(4.0 / 45 / n)));
            assertThat(moment(v, 4))
                    .isCloseTo(Math.pow(a, 4) / 5, within(5 * Math.pow(a, 4) * Math.sqrt(16.0 / 225 / n)));
        }
    }

    /** Normal: mean, variance s^2 and fourth moment 3 s^4, within five standard deviations of the mean of n. */
    private static void normalWith(double s, Initializer initializer, Shape shape) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            double[] v = values(initializer, dtype, shape);
            double n = v.length;
            assertThat(moment(v, 1)).isCloseTo(0, within(5 * s / Math.sqrt(n)));
            assertThat(moment(v, 2)).isCloseTo(s * s, within(5 * s * s * Math.sqrt(2 / n)));
            assertThat(moment(v, 4)).isCloseTo(3 * Math.pow(s, 4), within(5 * Math.pow(s, 4) * Math.sqrt(96 / n)));
        }
    }

    @Test
    void xavier() {
        uniformWithin(Math.sqrt(6.0 / 200), Initializer.xavierUniform(1), LINEAR);
        uniformWithin(3 * Math.sqrt(6.0 / 600), Initializer.xavierUniform(3), CONV);
        normalWith(Math.sqrt(2.0 / 200), Initializer.xavierNormal(1), LINEAR);
        normalWith(3 * Math.sqrt(2.0 / 600), Initializer.xavierNormal(3), CONV);
    }

    @Test
    void kaimingForRelu() {
        uniformWithin(Math.sqrt(6.0 / 80), Initializer.kaimingUniform(), LINEAR);
        uniformWithin(Math.sqrt(6.0 / 240), Initializer.kaimingUniform(), CONV);
        normalWith(Math.sqrt(2.0 / 80), Initializer.kaimingNormal(), LINEAR);
        normalWith(Math.sqrt(2.0 / 240), Initializer.kaimingNormal(), CONV);
    }

    @Test
    void kaimingByFanAndGain() {
        uniformWithin(Math.sqrt(3.0 / 120), Initializer.kaimingUniform(Fan.OUT, Gain.LINEAR), LINEAR);
        uniformWithin(5.0 / 3 * Math.sqrt(3.0 / 240), Initializer.kaimingUniform(Fan.IN, Gain.TANH), CONV);
        normalWith(Math.sqrt(2.0 / 360), Initializer.kaimingNormal(Fan.OUT, Gain.RELU), CONV);
        normalWith(0.75 / Math.sqrt(80), Initializer.kaimingNormal(Fan.IN, Gain.SELU), LINEAR);
        // PyTorch's Linear and Conv2d: kaiming_uniform_ with a = sqrt(5) is +-1/sqrt(fan in).
        uniformWithin(1 / Math.sqrt(80), Initializer.kaimingUniform(Fan.IN, Gain.leakyRelu(Math.sqrt(5))), LINEAR);
    }

    /** Table of torch.nn.init.calculate_gain. */
    @Test
    void gains() {
        assertThat(Gain.LINEAR).isEqualTo(1);
        assertThat(Gain.SIGMOID).isEqualTo(1);
        assertThat(Gain.TANH).isEqualTo(5.0 / 3);
        assertThat(Gain.RELU).isEqualTo(Math.sqrt(2));
        assertThat(Gain.SELU).isEqualTo(0.75);
        assertThat(Gain.leakyRelu(0)).isEqualTo(Gain.RELU);
        assertThat(Gain.leakyRelu(0.01)).isCloseTo(Math.sqrt(2 / 1.0001), within(1e-15));
        assertThat(Gain.leakyRelu(-1)).isEqualTo(1);
        assertThatThrownBy(() -> Gain.leakyRelu(Double.NaN)).hasMessageContaining("slope NaN");
    }

    @Test
    void uniformNormalAndConstant() {
        uniformWithin(0.25, Initializer.uniform(-0.25, 0.25), Shape.of(5000));
        double[] shifted = values(Initializer.uniform(2, 3), DType.F32, Shape.of(5000));
        assertThat(moment(shifted, 1)).isCloseTo(2.5, within(5 * Math.sqrt(1.0 / 12 / 5000)));
        normalWith(0.02, Initializer.normal(0, 0.02), Shape.of(100, 100));
        double[] far = values(Initializer.normal(-4, 0.5), DType.F64, Shape.of(5000));
        assertThat(moment(far, 1)).isCloseTo(-4, within(5 * 0.5 / Math.sqrt(5000)));
        assertThat(values(Initializer.normal(1.5, 0), DType.F32, Shape.of(7))).containsOnly(1.5);
        assertThat(values(Initializer.constant(-2.5), DType.F64, Shape.of(2, 3)))
                .hasSize(6)
                .containsOnly(-2.5);
        assertThat(values(Initializer.constant(1), DType.F32, Shape.of())).containsExactly(1);
        assertThat(values(Initializer.constant(1), DType.F32, Shape.of(0, 4))).isEmpty();
    }

    @Test
    void theGeneratorDecidesAndEveryParameterIsItsOwn() {
        Initializer x = Initializer.xavierUniform(1);
        var g = new Generator(5);
        try (Parameter a = x.parameter(DType.F32, LINEAR, g);
                Parameter b = x.parameter(DType.F32, LINEAR, g);
                Parameter c = x.parameter(DType.F32, LINEAR, new Generator(5));
                Parameter one = Initializer.constant(1).parameter(DType.F32, Shape.of(3), g)) {
            assertThat(a.toDoubleArray()).isNotEqualTo(b.toDoubleArray()).isEqualTo(c.toDoubleArray());
            x.fill(b, new Generator(5));
            assertThat(b.toDoubleArray()).isEqualTo(a.toDoubleArray());
            one.value().add_(Tensors.of(1f, 2f, 3f));
            assertThat(one.toDoubleArray())
                    .as("memory of its own for each element")
                    .containsExactly(2, 3, 4);
        }
    }

    @Test
    void shapesWithoutFansAreRefused() {
        var g = new Generator(1);
        for (Initializer i : new Initializer[] {
            Initializer.xavierUniform(1),
            Initializer.xavierNormal(1),
            Initializer.kaimingUniform(),
            Initializer.kaimingNormal(),
            Initializer.kaimingUniform(Fan.OUT, 1)
        }) {
            for (Shape shape : new Shape[] {Shape.of(), Shape.of(5), Shape.of(0, 5), Shape.of(5, 0)}) {
                assertThatThrownBy(() -> i.parameter(DType.F32, shape, g))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining(shape.toString())
                        .hasMessageContaining("rank 2 or more")
                        .hasMessageContaining("use uniform");
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefusedWhereTheyAreGiven() {
        refused(() -> Initializer.uniform(1, 0), "uniform", "low 1.0");
        refused(() -> Initializer.uniform(0, Double.NaN), "uniform", "NaN");
        refused(() -> Initializer.uniform(Double.NEGATIVE_INFINITY, 0), "uniform", "finite");
        refused(() -> Initializer.uniform(-Double.MAX_VALUE, Double.MAX_VALUE), "uniform", "finite");
        refused(() -> Initializer.normal(0, -1), "normal", "-1.0");
        refused(() -> Initializer.normal(0, Double.NaN), "normal", "NaN");
        refused(() -> Initializer.normal(Double.NaN, 1), "normal", "mean NaN");
        refused(() -> Initializer.normal(0, Double.POSITIVE_INFINITY), "normal", "finite");
        for (double gain : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(() -> Initializer.xavierUniform(gain), "xavier", "gain " + gain);
            refused(() -> Initializer.xavierNormal(gain), "xavier", "gain " + gain);
            refused(() -> Initializer.kaimingUniform(Fan.IN, gain), "kaiming", "gain " + gain);
            refused(() -> Initializer.kaimingNormal(Fan.IN, gain), "kaiming", "gain " + gain);
        }
        assertThatThrownBy(() -> Initializer.normal(0, 1).parameter(DType.I32, Shape.of(2), new Generator(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("I32");
        assertThatThrownBy(() -> Initializer.constant(1).parameter(DType.BOOL, Shape.of(2), new Generator(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("BOOL");
    }

    private static void refused(Supplier<Initializer> initializer, String... words) {
        assertThatThrownBy(initializer::get)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> {
                    for (String word : words) {
                        assertThat(e).hasMessageContaining(word);
                    }
                });
    }
}
