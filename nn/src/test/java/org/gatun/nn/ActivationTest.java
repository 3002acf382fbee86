package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The activations against their formulas, and Flatten and Sequential, which have none. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ActivationTest {
    private static final double[] POINTS = {-800, -30, -5.5, -1, -0.3, -1e-8, 0, 1e-8, 0.2, 0.7, 1, 3, 12.5, 30, 800};

    private static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** The standard normal distribution function, as 1/2 + 1/sqrt(2 pi) times the density's integral by Simpson's rule. */
    private static double normal(double x) {
        double end = Math.max(-12, Math.min(12, x));
        int n = 4000;
        double step = end / n;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            double t = i * step;
            sum += Math.exp(-t * t / 2) * (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return 0.5 + sum * step / 3 / Math.sqrt(2 * Math.PI);
    }

    /** Element i of the value, and of the derivative of the sum weighted by k. */
    private static double[] expected(Activation a, double[] x, double[] k, int i) {
        double s = sigmoid(x[i]);
        double largest = Arrays.stream(x).max().orElseThrow();
        double total = Arrays.stream(x).map(v -> Math.exp(v - largest)).sum();
        double share = Math.exp(x[i] - largest) / total;
        double density = Math.exp(-x[i] * x[i] / 2) / Math.sqrt(2 * Math.PI);
        double tanh = Math.tanh(x[i]);
        return switch (a) {
            case RELU -> new double[] {Math.max(x[i], 0), x[i] > 0 ? k[i] : 0};
            case SIGMOID -> new double[] {s, k[i] * s * (1 - s)};
            case TANH -> new double[] {tanh, k[i] * (1 - tanh * tanh)};
            case GELU -> new double[] {x[i] * normal(x[i]), k[i] * (normal(x[i]) + x[i] * density)};
            case SILU -> new double[] {x[i] * s, k[i] * (s + x[i] * s * (1 - s))};
            case SOFTPLUS -> new double[] {Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i]))), k[i] * s};
            case GELU_TANH -> {
                double inner = Math.sqrt(2 / Math.PI) * (x[i] + 0.044715 * x[i] * x[i] * x[i]);
                double slope = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x[i] * x[i]);
                double th = Math.tanh(inner);
                yield new double[] {x[i] / 2 * (1 + th), k[i] * ((1 + th) / 2 + x[i] / 2 * (1 - th * th) * slope)};
            }
            case SELU -> {
                // The fixed point of mean 0 and variance 1 (Klambauer et al. 2017).
                double alpha = 1.6732632423543772;
                double scale = 1.0507009873554805;
                yield new double[] {
                    scale * (x[i] > 0 ? x[i] : alpha * Math.expm1(x[i])),
                    k[i] * scale * (x[i] > 0 ? 1 : alpha * Math.exp(x[i]))
                };
            }
            case LOG_SIGMOID ->
                new double[] {Math.min(x[i], 0) - Math.log1p(Math.exp(-Math.abs(x[i]))), k[i] * sigmoid(-x[i])};
            case RELU6 -> new double[] {Math.clamp(x[i], 0.0, 6), x[i] > 0 && x[i] < 6 ? k[i] : 0};
            case HARDSIGMOID -> new double[] {Math.clamp(x[i] + 3, 0.0, 6) / 6, Math.abs(x[i]) < 3 ? k[i] / 6 : 0};
            case HARDSWISH ->
                new double[] {
                    x[i] * Math.clamp(x[i] + 3, 0.0, 6) / 6, k[i] * (x[i] < -3 ? 0 : x[i] > 3 ? 1 : x[i] / 3 + 0.5)
                };
            case MISH -> {
                double th = Math.tanh(Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i]))));
                yield new double[] {x[i] * th, k[i] * (th + x[i] * (1 - th * th) * s)};
            }
            case SOFTSIGN -> {
                double below = 1 + Math.abs(x[i]);
                yield new double[] {x[i] / below, k[i] / (below * below)};
            }
            case TANHSHRINK -> new double[] {x[i] - tanh, k[i] * tanh * tanh};
            case SOFTMAX -> {
                double mean = 0;
                for (int j = 0; j < x.length; j++) {
                    mean += k[j] * Math.exp(x[j] - largest) / total;
                }
                yield new double[] {share, share * (k[i] - mean)};
            }
            case LOG_SOFTMAX ->
                new double[] {
                    x[i] - largest - Math.log(total),
                    k[i] - share * DoubleStream.of(k).sum()
                };
            case IDENTITY -> new double[] {x[i], k[i]};
        };
    }

    @ParameterizedTest
    @EnumSource
    void valueAndGradientAreTheFormulas(Activation activation) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = Tensors.of(POINTS).to(dtype);
            Tensor k = Tensors.randn(new Generator(1), dtype, Shape.of(POINTS.length), Device.CPU);
            double[] rounded = x.toDoubleArray();
            double[] weights = k.toDoubleArray();
            try (Tape tape = Tape.open()) {
                Tensor watched = tape.watch(x);
                Tensor y = activation.forward(watched);
                double[] values = y.toDoubleArray();
                double[] gradient = tape.gradient(y.mul(k).sum(), watched).toDoubleArray();
                assertThat(y.dtype()).isEqualTo(dtype);
                double tolerance = dtype == DType.F64 ? 1e-11 : 2e-6;
                for (int i = 0; i < POINTS.length; i++) {
                    double[] e = expected(activation, rounded, weights, i);
                    assertThat(values[i])
                            .as("%s(%s)", activation, rounded[i])
                            .isCloseTo(e[0], within(tolerance * Math.max(1, Math.abs(e[0]))));
                    assertThat(gradient[i])
                            .as("derivative of %s at %s", activation, rounded[i])
                            .isCloseTo(e[1], within(tolerance * Math.max(1, Math.abs(e[1]))));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shapesStayAndNanAndTheEmptyPass(Activation activation) {
        for (Shape shape : new Shape[] {Shape.of(), Shape.of(0), Shape.of(3, 0), Shape.of(2, 3, 4)}) {
            Tensor x = Tensors.randn(new Generator(2), DType.F32, shape, Device.CPU);
            assertThat(activation.forward(x).shape()).isEqualTo(shape);
        }
        assertThat(activation.forward(Tensors.of(Double.NaN, 1)).get(0)).isNaN();
        assertThat(activation.parameters()).isEmpty();
        assertThat(activation.stateDict()).isEmpty();
        Tensor matrix = Tensors.randn(new Generator(3), 4, 5);
        Tensor rows = Tensors.stack(
                0,
                activation.forward(matrix.select(0, 0)),
                activation.forward(matrix.select(0, 1)),
                activation.forward(matrix.select(0, 2)),
                activation.forward(matrix.select(0, 3)));
        assertThat(activation.forward(matrix).toDoubleArray())
                .as("row by row")
                .containsExactly(rows.toDoubleArray(), within(1e-6));
    }

    @Test
    void integersAreRefusedWhereTheFormulaIsNotOfIntegers() {
        for (Activation a :
                new Activation[] {Activation.GELU, Activation.SILU, Activation.SOFTMAX, Activation.LOG_SOFTMAX}) {
            assertThatThrownBy(() -> a.forward(Tensors.arange(3)))
                    .as(a.name())
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("I64");
        }
    }

    @Test
    void flattenJoinsAxes() {
        Tensor x = Tensors.arange(24).reshape(2, 3, 4);
        assertThat(new Flatten().forward(x).shape()).isEqualTo(Shape.of(2, 12));
        assertThat(new Flatten(0, -1).forward(x).shape()).isEqualTo(Shape.of(24));
        assertThat(new Flatten(0, 1).forward(x).shape()).isEqualTo(Shape.of(6, 4));
        assertThat(new Flatten().forward(x.transpose(1, 2)).select(0, 0).toLongArray())
                .containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(new Flatten().forward(Tensors.zeros(0, 3, 2)).shape()).isEqualTo(Shape.of(0, 6));
        assertThat(new Flatten().parameters()).isEmpty();
        assertThatThrownBy(() -> new Flatten().forward(Tensors.zeros(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("flatten")
                .hasMessageContaining("axis 1")
                .hasMessageContaining("rank 1");
        assertThatThrownBy(() -> new Flatten(2, 1).forward(x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flatten");
    }

    @Test
    void sequentialComposesInOrder() {
        var g = new Generator(4);
        Linear first = new Linear(3, 5, g);
        Linear second = new Linear(5, 2, g);
        Sequential model = new Sequential(first, Activation.TANH, second);
        try {
            Tensor x = Tensors.randn(g, 4, 3);
            assertThat(model.forward(x).toDoubleArray())
                    .isEqualTo(second.forward(first.forward(x).tanh()).toDoubleArray());
            assertThat(model.layers()).containsExactly(first, Activation.TANH, second);
            assertThat(model.namedParameters()).containsOnlyKeys("0.weight", "0.bias", "2.weight", "2.bias");
            assertThat(new Sequential().forward(x).toDoubleArray()).isEqualTo(x.toDoubleArray());
            assertThatThrownBy(() -> new Sequential(first, null)).isInstanceOf(NullPointerException.class);
        } finally {
            model.free();
        }
    }

    /** A linear layer and the activation behind it may run as one: the same numbers and gradients as one after the other. */
    @ParameterizedTest
    @EnumSource
    void anActivationBehindALinearLayerIsTheSameAsByItself(Activation activation) {
        var g = new Generator(5);
        for (boolean bias : new boolean[] {true, false}) {
            Linear layer = new Linear(3, 5, bias, DType.F64, g);
            Sequential model = new Sequential(layer, activation, new Linear(5, 2, true, DType.F64, g));
            try {
                Tensor x = Tensors.randn(g, DType.F64, Shape.of(2, 4, 3), Device.CPU);
                Tensor k = Tensors.randn(g, DType.F64, Shape.of(2, 4, 2), Device.CPU);
                List<double[]> apart = new ArrayList<>();
                List<double[]> together = new ArrayList<>();
                for (List<double[]> found : List.of(apart, together)) {
                    try (Tape tape = Tape.open()) {
                        Tensor watched = tape.watch(x);
                        Tensor y = found == together
                                ? model.forward(watched)
                                : model.layers().get(2).forward(activation.forward(layer.forward(watched)));
                        List<Tensor> sources = new ArrayList<>(model.parameters());
                        sources.add(watched);
                        found.add(y.toDoubleArray());
                        tape.gradient(y.mul(k).sum(), sources).forEach(gradient -> found.add(gradient.toDoubleArray()));
                    }
                }
                for (int i = 0; i < apart.size(); i++) {
                    assertThat(together.get(i)).as("%s %s", activation, i).containsExactly(apart.get(i), within(1e-13));
                }
            } finally {
                model.free();
            }
        }
    }
}
