package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.gatun.autograd.GradCheck;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
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

/** Long short-term memory against its definition, number by number in double precision. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LstmTest {
    private static Tensor normal(int seed, DType dtype, long... sizes) {
        return Tensors.randn(new Generator(seed), dtype, Shape.of(sizes), Device.CPU);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** One layer over the steps of one sample: x[t], weights and biases as PyTorch has them; h and c are changed. */
    private static double[][] layer(double[][] x, Map<String, Tensor> state, int number, double[] h, double[] c) {
        int n = h.length;
        double[] wi = read(state, "weight_ih_l" + number);
        double[] wh = read(state, "weight_hh_l" + number);
        double[] bi = read(state, "bias_ih_l" + number);
        double[] bh = read(state, "bias_hh_l" + number);
        double[][] out = new double[x.length][n];
        for (int t = 0; t < x.length; t++) {
            double[] z = new double[4 * n];
            for (int r = 0; r < 4 * n; r++) {
                z[r] = bi[r] + bh[r];
                for (int k = 0; k < x[t].length; k++) {
                    z[r] += wi[r * x[t].length + k] * x[t][k];
                }
                for (int k = 0; k < n; k++) {
                    z[r] += wh[r * n + k] * h[k];
                }
            }
            for (int j = 0; j < n; j++) {
                c[j] = sigmoid(z[n + j]) * c[j] + sigmoid(z[j]) * Math.tanh(z[2 * n + j]);
                h[j] = sigmoid(z[3 * n + j]) * Math.tanh(c[j]);
                out[t][j] = h[j];
            }
        }
        return out;
    }

    private static double[] read(Map<String, Tensor> state, String name) {
        Tensor value = state.get(name);
        assertThat(value).as(name).isNotNull();
        return value.to(DType.F64).toDoubleArray();
    }

    @ParameterizedTest
    @CsvSource({
        "F64, 1, 1, 1, 1",
        "F64, 3, 4, 5, 7",
        "F32, 2, 9, 17, 33",
        "F32, 33, 3, 6, 16",
        "F64, 2, 5, 3, 17",
        "F32, 5, 2, 4, 13"
    })
    void agreesWithTheDefinition(DType dtype, int batch, int steps, int input, int hidden) {
        var lstm = new Lstm(input, hidden, 2, true, true, dtype, new Generator(3));
        Tensor x = normal(1, dtype, batch, steps, input);
        Tensor h0 = normal(2, dtype, 2, batch, hidden);
        Tensor c0 = normal(4, dtype, 2, batch, hidden);
        Lstm.Result result = lstm.run(x, h0, c0);
        double precision = dtype == DType.F64 ? 1e-13 : 3e-6;
        for (int b = 0; b < batch; b++) {
            double[][] y = new double[steps][];
            for (int t = 0; t < steps; t++) {
                y[t] = x.select(0, b).select(0, t).to(DType.F64).toDoubleArray();
            }
            for (int l = 0; l < 2; l++) {
                double[] h = h0.select(0, l).select(0, b).to(DType.F64).toDoubleArray();
                double[] c = c0.select(0, l).select(0, b).to(DType.F64).toDoubleArray();
                y = layer(y, lstm.stateDict(), l, h, c);
                same(result.hidden().select(0, l).select(0, b), h, precision);
                same(result.cell().select(0, l).select(0, b), c, precision);
            }
            for (int t = 0; t < steps; t++) {
                same(result.outputs().select(0, b).select(0, t), y[t], precision);
            }
        }
        lstm.free();
    }

    private static void same(Tensor found, double[] expected, double precision) {
        assertThat(found.to(DType.F64).toDoubleArray()).containsExactly(expected, within(precision));
    }

    /** The kernel's cotangents in F32 are those of F64, which finite differences confirm, within F32's rounding. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "4, 3, 5", "6, 2, 16", "3, 19, 33", "5, 9, 64"})
    void gradientsOfFloatsAreThoseOfDoubles(int steps, int batch, int width) {
        DType[] dtypes = {DType.F64, DType.F32};
        double[][][] found = new double[2][][];
        for (int d = 0; d < 2; d++) {
            DType dtype = dtypes[d];
            Tensor[] operands = {
                normal(1, DType.F64, steps, batch, 4 * width).to(dtype),
                normal(2, DType.F64, 4 * width, width).mul(0.3).to(dtype),
                normal(3, DType.F64, batch, width).to(dtype),
                normal(4, DType.F64, batch, width).to(dtype)
            };
            Tensor g = normal(5, DType.F64, steps, batch, width).to(dtype);
            try (Tape tape = Tape.open()) {
                Tensor[] leaves = new Tensor[4];
                for (int i = 0; i < 4; i++) {
                    leaves[i] = tape.watch(operands[i]);
                }
                var states = Functional.lstm(leaves[0], leaves[1], leaves[2], leaves[3]);
                Tensor loss =
                        states.outputs().mul(g).sum().add(states.cell().square().sum());
                found[d] = tape.gradient(loss, List.of(leaves)).stream()
                        .map(t -> t.to(DType.F64).toDoubleArray())
                        .toArray(double[][]::new);
            }
        }
        for (int i = 0; i < 4; i++) {
            double largest = Arrays.stream(found[0][i]).map(Math::abs).max().orElse(0);
            assertThat(found[1][i]).as("operand %d", i).containsExactly(found[0][i], within(2e-5 * largest));
        }
    }

    @Test
    void gradientsPassFiniteDifferences() {
        GradCheck.standard()
                .check(
                        in -> {
                            var states = Functional.lstm(in.get(0), in.get(1), in.get(2), in.get(3));
                            return states.outputs()
                                    .sin()
                                    .sum()
                                    .add(states.cell().square().sum());
                        },
                        List.of(
                                normal(1, DType.F64, 3, 2, 12),
                                normal(2, DType.F64, 12, 3),
                                normal(3, DType.F64, 2, 3),
                                normal(4, DType.F64, 2, 3)));
    }

    @Test
    void refusesWhatDoesNotFit() {
        var lstm = new Lstm(3, 2, 1, new Generator(1));
        assertThatThrownBy(() -> lstm.forward(normal(1, DType.F32, 2, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("(batch, steps, 3)");
        assertThatThrownBy(() -> lstm.forward(normal(1, DType.F32, 2, 0, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("no step");
        assertThatThrownBy(() -> lstm.run(normal(1, DType.F32, 2, 4, 3), normal(1, DType.F32, 1, 5, 2), null))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 2]");
        assertThatThrownBy(() -> new Lstm(0, 2, 1, new Generator(1))).isInstanceOf(IllegalArgumentException.class);
        lstm.free();
    }
}
