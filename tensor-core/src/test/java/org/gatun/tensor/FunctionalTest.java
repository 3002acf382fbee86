package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations against their formulas in StrictMath; windows against loops. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class FunctionalTest {
    private static Tensor sample(long seed, long... sizes) {
        return Tensors.randn(new Generator(seed), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static Arguments row(String name, UnaryOperator<Tensor> function, DoubleUnaryOperator formula) {
        return Arguments.of(name, function, formula);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    /** The normal distribution function by Simpson's rule from 20 below x and the mean, where nothing is left. */
    private static double phi(double x) {
        int n = 20_000;
        double low = Math.min(x, 0) - 20;
        double h = (x - low) / n;
        double sum = 0;
        for (int i = 0; i <= n; i++) {
            double t = low + i * h;
            sum += StrictMath.exp(-t * t / 2) * (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * h / 3 / Math.sqrt(2 * Math.PI);
    }

    static Stream<Arguments> activations() {
        double alpha = 1.6732632423543772848170429916717;
        double scale = 1.0507009873554804934193349852946;
        return Stream.of(
                row("gelu", Functional::gelu, x -> x * phi(x)),
                row(
                        "geluTanh",
                        Functional::geluTanh,
                        x -> 0.5 * x * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
                row("silu", Functional::silu, x -> x * sigmoid(x)),
                row("leakyRelu", Functional::leakyRelu, x -> x > 0 ? x : 0.01 * x),
                row("leakyRelu 0.3", x -> Functional.leakyRelu(x, 0.3), x -> x > 0 ? x : 0.3 * x),
                row("elu", Functional::elu, x -> x > 0 ? x : StrictMath.expm1(x)),
                row("elu 2", x -> Functional.elu(x, 2), x -> x > 0 ? x : 2 * StrictMath.expm1(x)),
                row("selu", Functional::selu, x -> scale * (x > 0 ? x : alpha * StrictMath.expm1(x))),
                row("logSigmoid", Functional::logSigmoid, x -> -softplus(-x)),
                row("softplus", x -> Functional.softplus(x, 2, 4), x -> 2 * x > 4 ? x : softplus(2 * x) / 2),
                row("hardtanh", Functional::hardtanh, x -> Math.clamp(x, -1, 1)),
                row("hardtanh -0.5 2", x -> Functional.hardtanh(x, -0.5, 2), x -> Math.clamp(x, -0.5, 2)),
                row("relu6", Functional::relu6, x -> Math.clamp(x, 0.0, 6)),
                row("hardsigmoid", Functional::hardsigmoid, x -> Math.clamp(x + 3, 0.0, 6) / 6),
                row("hardswish", Functional::hardswish, x -> x * Math.clamp(x + 3, 0.0, 6) / 6),
                row("mish", Functional::mish, x -> x * StrictMath.tanh(softplus(x))),
                row("softsign", Functional::softsign, x -> x / (1 + Math.abs(x))),
                row("tanhshrink", Functional::tanhshrink, x -> x - StrictMath.tanh(x)),
                row("softshrink", x -> Functional.softshrink(x, 0.5), x -> x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0),
                row("hardshrink", x -> Functional.hardshrink(x, 0.5), x -> Math.abs(x) > 0.5 ? x : 0),
                row("threshold", x -> Functional.threshold(x, 0.25, -7), x -> x > 0.25 ? x : -7));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("activations")
    void anActivationIsItsFormula(String name, UnaryOperator<Tensor> function, DoubleUnaryOperator formula) {
        double[] points = {-30, -6.5, -3, -1.5, -1, -0.5, -0.25, -1e-3, 0, 1e-3, 0.25, 0.5, 1, 1.5, 3, 6, 6.5, 30};
        double[] values = function.apply(Tensors.of(points)).toDoubleArray();
        for (int i = 0; i < points.length; i++) {
            double expected = formula.applyAsDouble(points[i]);
            assertThat(values[i])
                    .as("at %s", points[i])
                    .isCloseTo(expected, within(1e-12 * Math.max(Math.abs(expected), 1e-2)));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("activations")
    void activationsKeepTheDtypeAndRefuseIntegers(
            String name, UnaryOperator<Tensor> function, DoubleUnaryOperator formula) {
        assertThat(function.apply(Tensors.of(0.5f)).dtype()).isEqualTo(DType.F32);
        assertThatThrownBy(() -> function.apply(Tensors.of(1, 2)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("takes a floating dtype, not I32");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("activations")
    void activationsOfEmptyAndStridedTensors(String name, UnaryOperator<Tensor> function, DoubleUnaryOperator formula) {
        assertThat(function.apply(Tensors.zeros(DType.F64, 2, 0)).shape()).isEqualTo(Shape.of(2, 0));
        Tensor x = sample(1, 4, 6);
        assertThat(function.apply(x.t()).toDoubleArray())
                .containsExactly(function.apply(x).t().toDoubleArray());
    }

    @Test
    void theTailOfGeluKeepsItsDigits() {
        // x Phi(x) at -8 by the continued fraction of Mills' ratio, to 60 terms.
        double mills = 0;
        for (int k = 60; k > 0; k--) {
            mills = k / (8 + mills);
        }
        double expected = -8 * StrictMath.exp(-32) / Math.sqrt(2 * Math.PI) / (8 + mills);
        assertThat(Functional.gelu(Tensors.of(-8.0)).item()).isCloseTo(expected, within(1e-13 * Math.abs(expected)));
    }

    @Test
    void boundsInTheWrongOrderAreRefused() {
        assertThatThrownBy(() -> Functional.hardtanh(Tensors.of(1.0), 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.0");
    }

    @Test
    void aNegativeLambdaIsRefused() {
        for (double lambda : new double[] {-0.5, Double.NaN}) {
            assertThatThrownBy(() -> Functional.softshrink(Tensors.of(1f), lambda))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("softshrink: lambda " + lambda);
        }
    }

    @Test
    void paddingIsAtMostHalfTheWindow() {
        for (int padding : new int[] {2, 1 << 30, Integer.MAX_VALUE, -1}) {
            assertThatThrownBy(() -> PoolSpec.of(3).padding(padding))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most half");
        }
    }

    @Test
    void preluHasASlopeForEachChannel() {
        Tensor x = Tensors.of(Shape.of(1, 2, 2), -1.0, 2, -3, 4);
        assertThat(Functional.prelu(x, Tensors.of(0.5, 0.25)).toDoubleArray()).containsExactly(-0.5, 2, -0.75, 4);
        assertThat(Functional.prelu(x, Tensors.of(0.5)).toDoubleArray()).containsExactly(-0.5, 2, -1.5, 4);
        assertThatThrownBy(() -> Functional.prelu(x, Tensors.of(1.0, 2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[1, 2, 2]");
    }

    @Test
    void linearIsAProductWithTheTransposedWeight() {
        Tensor w = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        Tensor b = Tensors.of(10.0, 20);
        assertThat(Functional.linear(Tensors.of(1.0, 0, -1), w, b).toDoubleArray())
                .containsExactly(8, 18);
        Tensor x = sample(2, 5, 4, 3);
        Tensor y = Functional.linear(x, w, b);
        assertThat(y.shape()).isEqualTo(Shape.of(5, 4, 2));
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 4; j++) {
                for (int o = 0; o < 2; o++) {
                    double sum = b.get(o);
                    for (int k = 0; k < 3; k++) {
                        sum += x.get(i, j, k) * w.get(o, k);
                    }
                    assertThat(y.get(i, j, o)).isCloseTo(sum, within(1e-14 * 100));
                }
            }
        }
        assertThat(Functional.linear(Tensors.zeros(DType.F64, 2, 0, 3), w, null).shape())
                .isEqualTo(Shape.of(2, 0, 2));
    }

    @Test
    void linearNamesBothShapes() {
        assertThatThrownBy(() -> Functional.linear(Tensors.zeros(4, 3), Tensors.zeros(2, 4), null))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "linear: an input of shape [4, 3] does not fit a weight of shape [2, 4]: the weight is (out, in),"
                                + " and the input's last size must be in");
        assertThatThrownBy(() -> Functional.linear(Tensors.zeros(4, 3), Tensors.zeros(2, 3), Tensors.zeros(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a bias of shape [3] does not fit a weight of shape [2, 3]");
        assertThatThrownBy(() -> Functional.linear(Tensors.zeros(4, 3), Tensors.zeros(DType.F64, 2, 3), null))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("the weight is F64 and the input F32");
    }

    @Test
    void convolutionIsItsSum() {
        ConvSpec spec = new ConvSpec(2, 1, 1, 2, 1, 2, 2);
        Tensor x = sample(3, 2, 4, 6, 7);
        Tensor w = sample(4, 6, 2, 3, 2);
        Tensor b = sample(5, 6);
        Tensor y = Functional.conv2d(x, w, b, spec);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 6, 3, 9));
        for (int n = 0; n < 2; n++) {
            for (int o = 0; o < 6; o++) {
                for (int i = 0; i < 3; i++) {
                    for (int j = 0; j < 9; j++) {
                        double sum = b.get(o);
                        for (int c = 0; c < 2; c++) {
                            for (int u = 0; u < 3; u++) {
                                for (int v = 0; v < 2; v++) {
                                    int row = 2 * i - 1 + u;
                                    int column = j - 2 + 2 * v;
                                    if (row >= 0 && row < 6 && column >= 0 && column < 7) {
                                        sum += w.get(o, c, u, v) * x.get(n, o / 3 * 2 + c, row, column);
                                    }
                                }
                            }
                        }
                        assertThat(y.get(n, o, i, j)).isCloseTo(sum, within(1e-12));
                    }
                }
            }
        }
        assertThat(Functional.conv2d(x.select(0, 0), w, b, spec).shape()).isEqualTo(Shape.of(6, 3, 9));
    }

    @Test
    void convolutionErrorsNameTheMismatch() {
        Tensor x = Tensors.zeros(1, 3, 5, 5);
        assertThatThrownBy(() -> Functional.conv2d(x, Tensors.zeros(4, 2, 3, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 3, 5, 5] has 3 channels")
                .hasMessageContaining("[4, 2, 3, 3]");
        assertThatThrownBy(() -> Functional.conv2d(x, Tensors.zeros(4, 1, 3, 3), null, ConvSpec.DEFAULT.groups(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("4 output channels must be a multiple of the groups");
        assertThatThrownBy(() -> Functional.conv2d(x, Tensors.zeros(4, 3, 6, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a window of 6 of weight [4, 3, 6, 3]")
                .hasMessageContaining("does not fit");
        assertThatThrownBy(() -> Functional.conv2d(Tensors.zeros(5, 5), Tensors.zeros(4, 3, 3, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[5, 5]");
        assertThatThrownBy(() -> Functional.conv2d(x, Tensors.zeros(4, 3, 3, 3), Tensors.zeros(3), ConvSpec.DEFAULT))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("bias of shape [3]");
        assertThatThrownBy(() -> Functional.conv2d(x, Tensors.zeros(DType.F64, 4, 3, 3, 3)))
                .isInstanceOf(DTypeException.class);
    }

    @Test
    void poolsOverWindows() {
        Tensor x = Tensors.arange(DType.F64, 0, 16, 1).reshape(1, 1, 4, 4);
        assertThat(Functional.maxPool2d(x, PoolSpec.of(2)).toDoubleArray()).containsExactly(5, 7, 13, 15);
        assertThat(Functional.avgPool2d(x, PoolSpec.of(2)).toDoubleArray()).containsExactly(2.5, 4.5, 10.5, 12.5);
        ValuesIndices both = Functional.maxPool2dWithIndices(x.squeeze(0), PoolSpec.of(3, 1));
        assertThat(both.values().shape()).isEqualTo(Shape.of(1, 2, 2));
        assertThat(both.indices().toLongArray()).containsExactly(10, 11, 14, 15);
        assertThatThrownBy(() -> Functional.maxPool2d(x, PoolSpec.of(5)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("5 by 5")
                .hasMessageContaining("[1, 1, 4, 4]");
        assertThatThrownBy(() -> Functional.avgPool2d(Tensors.zeros(4, 4), PoolSpec.of(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[4, 4]");
        assertThatThrownBy(() -> Functional.avgPool2d(x, new PoolSpec(2, 2, 2, 2, 0, 0, 2, 1, false, true)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("dilation (2, 1)");
        assertThatThrownBy(() -> Functional.maxPool2d(x.to(DType.I64), PoolSpec.of(2)))
                .isInstanceOf(DTypeException.class);
    }

    @Test
    void dropoutDropsAndScales() {
        Tensor x = Tensors.full(3, 1 << 16);
        float[] y = Functional.dropout(x, 0.25, true, new Generator(9)).toFloatArray();
        int dropped = 0;
        for (float v : y) {
            if (v == 0) {
                dropped++;
            } else {
                assertThat(v).isEqualTo(4f);
            }
        }
        // Five standard deviations of the binomial distribution.
        assertThat(dropped / (double) y.length).isCloseTo(0.25, within(5 * Math.sqrt(0.1875 / y.length)));
        assertThat(Functional.dropout(x, 0.25, true, new Generator(9)).toFloatArray())
                .containsExactly(y);
    }

    @Test
    void dropoutOnlyWhileTraining() {
        Tensor x = Tensors.of(1f, Float.POSITIVE_INFINITY);
        assertThat(Functional.dropout(x, 0.5, false).toFloatArray()).containsExactly(1, Float.POSITIVE_INFINITY);
        assertThat(Functional.dropout(x, 0, true).toFloatArray()).containsExactly(1, Float.POSITIVE_INFINITY);
        assertThat(Functional.dropout(x, 1, true).toFloatArray()).containsOnly(0);
        for (double p : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> Functional.dropout(x, p, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Double.toString(p));
        }
        assertThatThrownBy(() -> Functional.dropout(Tensors.of(1), 0.5, true)).isInstanceOf(DTypeException.class);
        assertThat(Arrays.stream(Functional.dropout(Tensors.ones(1000), 0.5, true)
                                .toDoubleArray())
                        .distinct()
                        .toArray())
                .containsExactlyInAnyOrder(0, 2);
    }
}
