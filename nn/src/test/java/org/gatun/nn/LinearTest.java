package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gatun.autograd.Parameter;
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
import org.junit.jupiter.params.provider.CsvSource;

/** The linear layer against sums written out, and how it starts. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LinearTest {
    private static double tolerance(DType dtype) {
        return dtype == DType.F64 ? 1e-13 : 1e-5;
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 5, 4, true",
        "F64, 5, 4, true",
        "F32, 17, 9, false",
        "F64, 1, 1, false",
        "F64, 3, 0, true",
        "F32, 64, 33, true"
    })
    void everyRowIsMultipliedByTheTransposedWeight(DType dtype, int in, int out, boolean bias) {
        var g = new Generator(1);
        Linear layer = new Linear(in, out, bias, dtype, g);
        try {
            assertThat(layer.bias() != null).isEqualTo(bias);
            for (long[] leading : new long[][] {{}, {3}, {0}, {2, 3}, {2, 0, 3}, {2, 1, 2, 2}}) {
                long[] sizes = Arrays.copyOf(leading, leading.length + 1);
                sizes[leading.length] = in;
                Tensor x = Tensors.randn(g, dtype, Shape.of(sizes), Device.CPU);
                Tensor y = layer.forward(x);
                sizes[leading.length] = out;
                assertThat(y.shape()).isEqualTo(Shape.of(sizes));
                assertThat(y.dtype()).isEqualTo(dtype);
                assertThat(y.toDoubleArray()).containsExactly(reference(layer, x, in, out), within(tolerance(dtype)));
            }
            Tensor columns =
                    Tensors.randn(g, dtype, Shape.of(in, 7), Device.CPU).t(); // a view whose rows are not contiguous
            assertThat(layer.forward(columns).toDoubleArray())
                    .containsExactly(reference(layer, columns, in, out), within(tolerance(dtype)));
        } finally {
            layer.free();
        }
    }

    private static double[] reference(Linear layer, Tensor input, int in, int out) {
        double[] x = input.toDoubleArray();
        double[] w = layer.weight().toDoubleArray();
        double[] b = layer.bias() == null ? new double[out] : layer.bias().toDoubleArray();
        int rows = x.length / in;
        double[] y = new double[rows * out];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < out; o++) {
                double sum = b[o];
                for (int i = 0; i < in; i++) {
                    sum += x[r * in + i] * w[o * in + i];
                }
                y[r * out + o] = sum;
            }
        }
        return y;
    }

    /** Of L = sum(c * y): dL/dW[o, i] is the sum over rows of c[r, o] x[r, i], dL/db[o] of c[r, o], dL/dx is c W. */
    @Test
    void gradientsAreTheProductsOfInputsAndCotangents() {
        int rows = 3;
        int in = 5;
        int out = 4;
        var g = new Generator(2);
        Linear layer = new Linear(in, out, true, DType.F64, g);
        try {
            Tensor x = Tensors.randn(g, DType.F64, Shape.of(rows, in), Device.CPU);
            Tensor c = Tensors.randn(g, DType.F64, Shape.of(rows, out), Device.CPU);
            double[] dx;
            try (Tape tape = Tape.open()) {
                Tensor watched = tape.watch(x);
                Tensor loss = layer.forward(watched).mul(c).sum();
                dx = tape.gradient(loss, List.of(watched), true).get(0).toDoubleArray();
                tape.backward(loss);
            }
            double[] dw = Objects.requireNonNull(layer.weight().grad()).toDoubleArray();
            double[] db = Objects.requireNonNull(layer.bias().grad()).toDoubleArray();
            for (int o = 0; o < out; o++) {
                double column = 0;
                for (int r = 0; r < rows; r++) {
                    column += c.get(r, o);
                }
                assertThat(db[o]).isCloseTo(column, within(1e-12));
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int r = 0; r < rows; r++) {
                        sum += c.get(r, o) * x.get(r, i);
                    }
                    assertThat(dw[o * in + i]).isCloseTo(sum, within(1e-12));
                }
            }
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < in; i++) {
                    double sum = 0;
                    for (int o = 0; o < out; o++) {
                        sum += c.get(r, o) * layer.weight().value().get(o, i);
                    }
                    assertThat(dx[r * in + i]).isCloseTo(sum, within(1e-12));
                }
            }
        } finally {
            layer.free();
        }
    }

    /** PyTorch's reset_parameters: both uniform in +-1/sqrt(in), so of variance 1 / (3 in). */
    @ParameterizedTest
    @CsvSource({"F32, 16, 4000", "F64, 100, 900", "F32, 1, 5000"})
    void weightAndBiasStartUniformWithinOneOverTheRootOfTheFan(DType dtype, int in, int out) {
        Linear layer = new Linear(in, out, true, dtype, new Generator(3));
        try {
            double bound = 1 / Math.sqrt(in);
            for (Parameter p : layer.parameters()) {
                double[] values = p.toDoubleArray();
                double mean = Arrays.stream(values).average().orElseThrow();
                double variance =
                        Arrays.stream(values).map(v -> v * v).average().orElseThrow();
                double n = values.length;
                assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                        .isBetween(bound * (1 - 20 / n), bound * (1 + 1e-6));
                // Five standard deviations of a mean of n: of v, b/sqrt(3n); of v^2, 2 b^2 / sqrt(45 n).
                assertThat(mean).isCloseTo(0, within(5 * bound / Math.sqrt(3 * n)));
                assertThat(variance).isCloseTo(bound * bound / 3, within(10 * bound * bound / Math.sqrt(45 * n)));
            }
        } finally {
            layer.free();
        }
    }

    @Test
    void theGeneratorAloneDecidesHowItStarts() {
        Linear a = new Linear(6, 5, new Generator(7));
        Linear same = new Linear(6, 5, new Generator(7));
        Linear other = new Linear(6, 5, new Generator(8));
        try {
            assertThat(a.weight().dtype()).isEqualTo(DType.F32);
            assertThat(a.weight().toDoubleArray())
                    .isEqualTo(same.weight().toDoubleArray())
                    .isNotEqualTo(other.weight().toDoubleArray());
            assertThat(a.bias().toDoubleArray()).isEqualTo(same.bias().toDoubleArray());
        } finally {
            a.free();
            same.free();
            other.free();
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        var g = new Generator(1);
        assertThatThrownBy(() -> new Linear(0, 3, g))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("linear")
                .hasMessageContaining("in 0 and out 3")
                .hasMessageContaining("1 or more");
        assertThatThrownBy(() -> new Linear(3, -1, g)).hasMessageContaining("out -1");
        assertThatThrownBy(() -> new Linear(3, 2, true, DType.I64, g))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("linear")
                .hasMessageContaining("I64")
                .hasMessageContaining("F32");
    }

    @Test
    void inputsThatDoNotFitNameBothShapesAndTheRemedy() {
        Linear layer = new Linear(4, 5, new Generator(1));
        try {
            for (Tensor x :
                    new Tensor[] {Tensors.zeros(2, 3), Tensors.zeros(3), Tensors.scalar(1f), Tensors.zeros(4, 0)}) {
                assertThatThrownBy(() -> layer.forward(x))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("linear")
                        .hasMessageContaining(x.shape().toString())
                        .hasMessageContaining("[5, 4]")
                        .hasMessageContaining("last size must be");
            }
            assertThatThrownBy(() -> layer.forward(Tensors.zeros(DType.F64, 2, 4)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("linear")
                    .hasMessageContaining("F32")
                    .hasMessageContaining("F64")
                    .hasMessageContaining("to(dtype)");
            assertThatThrownBy(() -> layer.forward(Tensors.zeros(DType.U8, 2, 4)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("linear")
                    .hasMessageContaining("U8");
        } finally {
            layer.free();
        }
    }
}
