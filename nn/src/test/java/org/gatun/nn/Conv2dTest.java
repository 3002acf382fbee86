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
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The convolution layer against its sum written out, value and gradients, and how it starts. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class Conv2dTest {
    /**
     * {@code y[n, o, i, j] = b[o] + sum of w[o, c, u, v] x[n, c of o's group, i sH - pH + u dH, j sW - pW + v dW]} over the taps that
     * lie inside; and of {@code sum(k * y)} the derivatives, by the same walk.
     */
    private static final class Reference {
        final double[] y;
        final double[] dx;
        final double[] dw;
        final double[] db;

        Reference(long[] xs, double[] x, long[] ws, double[] w, double[] b, long[] ys, double[] k, ConvSpec s) {
            y = new double[k.length];
            dx = new double[x.length];
            dw = new double[w.length];
            db = new double[(int) ws[0]];
            int perGroup = (int) ws[0] / s.groups();
            int at = 0;
            for (int n = 0; n < xs[0]; n++) {
                for (int o = 0; o < ws[0]; o++) {
                    for (int i = 0; i < ys[2]; i++) {
                        for (int j = 0; j < ys[3]; j++, at++) {
                            y[at] = b == null ? 0 : b[o];
                            db[o] += k[at];
                            for (int c = 0; c < ws[1]; c++) {
                                long channel = o / perGroup * ws[1] + c;
                                for (int u = 0; u < ws[2]; u++) {
                                    for (int v = 0; v < ws[3]; v++) {
                                        long row = (long) i * s.strideH() - s.padH() + (long) u * s.dilationH();
                                        long column = (long) j * s.strideW() - s.padW() + (long) v * s.dilationW();
                                        if (row < 0 || row >= xs[2] || column < 0 || column >= xs[3]) {
                                            continue;
                                        }
                                        int xi = (int) (((n * xs[1] + channel) * xs[2] + row) * xs[3] + column);
                                        int wi = (int) (((o * ws[1] + c) * ws[2] + u) * ws[3] + v);
                                        y[at] += w[wi] * x[xi];
                                        dx[xi] += k[at] * w[wi];
                                        dw[wi] += k[at] * x[xi];
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // n c h w, out kh kw, stride, padding and dilation by axis, groups, bias
    @ParameterizedTest
    @CsvSource({
        "F64, 2, 3, 7, 6,  4, 3, 2,  1, 1, 0, 0, 1, 1,  1, true",
        "F32, 2, 3, 7, 6,  4, 3, 2,  1, 1, 0, 0, 1, 1,  1, true",
        "F64, 1, 1, 5, 5,  1, 1, 1,  1, 1, 0, 0, 1, 1,  1, false",
        "F64, 2, 2, 9, 8,  3, 3, 3,  2, 3, 1, 2, 1, 1,  1, true",
        "F64, 1, 2, 9, 10, 2, 3, 2,  1, 2, 2, 1, 2, 3,  1, false",
        "F32, 3, 4, 6, 5,  6, 3, 3,  2, 1, 1, 1, 1, 1,  2, true",
        "F64, 2, 6, 5, 5,  6, 3, 3,  1, 1, 1, 1, 1, 1,  6, true",
        "F64, 1, 4, 8, 8,  8, 2, 3,  2, 2, 3, 0, 3, 2,  4, true",
        "F64, 0, 2, 5, 5,  3, 2, 2,  1, 1, 0, 0, 1, 1,  1, true",
        "F64, 1, 1, 3, 3,  1, 5, 5,  1, 1, 1, 1, 1, 1,  1, true"
    })
    void valuesAndGradientsAreTheSumsWrittenOut(
            DType dtype,
            int n,
            int c,
            int h,
            int w,
            int out,
            int kh,
            int kw,
            int strideH,
            int strideW,
            int padH,
            int padW,
            int dilationH,
            int dilationW,
            int groups,
            boolean bias) {
        var g = new Generator(5);
        var spec = new ConvSpec(strideH, strideW, padH, padW, dilationH, dilationW, groups);
        Conv2d layer = new Conv2d(c, out, kh, kw, spec, bias, dtype, g);
        try {
            assertThat(layer.weight().shape()).isEqualTo(Shape.of(out, c / groups, kh, kw));
            Tensor x = Tensors.randn(g, dtype, Shape.of(n, c, h, w), Device.CPU);
            long oh = (h + 2 * padH - dilationH * (kh - 1) - 1) / strideH + 1;
            long ow = (w + 2 * padW - dilationW * (kw - 1) - 1) / strideW + 1;
            Tensor k = Tensors.randn(g, dtype, Shape.of(n, out, oh, ow), Device.CPU);
            double[] y;
            double[] dx;
            try (Tape tape = Tape.open()) {
                Tensor watched = tape.watch(x);
                Tensor result = layer.forward(watched);
                assertThat(result.shape()).isEqualTo(k.shape());
                y = result.toDoubleArray();
                Tensor loss = result.mul(k).sum();
                dx = tape.gradient(loss, List.of(watched), true).get(0).toDoubleArray();
                tape.backward(loss);
            }
            var expected = new Reference(
                    x.shape().toArray(),
                    x.toDoubleArray(),
                    layer.weight().shape().toArray(),
                    layer.weight().toDoubleArray(),
                    bias ? layer.bias().toDoubleArray() : null,
                    k.shape().toArray(),
                    k.toDoubleArray(),
                    spec);
            var close = within(dtype == DType.F64 ? 1e-12 : 1e-4);
            assertThat(y).containsExactly(expected.y, close);
            assertThat(dx).containsExactly(expected.dx, close);
            assertThat(Objects.requireNonNull(layer.weight().grad()).toDoubleArray())
                    .containsExactly(expected.dw, close);
            if (bias) {
                assertThat(Objects.requireNonNull(layer.bias().grad()).toDoubleArray())
                        .containsExactly(expected.db, close);
            }
        } finally {
            layer.free();
        }
    }

    @Test
    void anImageAloneGivesWhatABatchOfItGives() {
        var g = new Generator(6);
        Conv2d layer = new Conv2d(2, 3, 3, g);
        try {
            Tensor x = Tensors.randn(g, 2, 6, 5);
            assertThat(layer.forward(x).shape()).isEqualTo(Shape.of(3, 4, 3));
            assertThat(layer.forward(x).toDoubleArray())
                    .isEqualTo(layer.forward(x.unsqueeze(0)).toDoubleArray());
        } finally {
            layer.free();
        }
    }

    /** PyTorch's reset_parameters: both uniform in +-1/sqrt(fan), the fan being in / groups * kh * kw. */
    @Test
    void weightAndBiasStartUniformWithinOneOverTheRootOfTheFan() {
        Conv2d layer = new Conv2d(8, 600, 3, 5, ConvSpec.DEFAULT.groups(2), true, DType.F32, new Generator(4));
        try {
            double bound = 1 / Math.sqrt(4 * 3 * 5);
            for (Parameter p : layer.parameters()) {
                double[] values = p.toDoubleArray();
                double n = values.length;
                double mean = Arrays.stream(values).average().orElseThrow();
                double variance =
                        Arrays.stream(values).map(v -> v * v).average().orElseThrow();
                assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                        .isBetween(bound * (1 - 20 / n), bound * (1 + 1e-6));
                assertThat(mean).isCloseTo(0, within(5 * bound / Math.sqrt(3 * n)));
                assertThat(variance).isCloseTo(bound * bound / 3, within(10 * bound * bound / Math.sqrt(45 * n)));
            }
        } finally {
            layer.free();
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        var g = new Generator(1);
        assertThatThrownBy(() -> new Conv2d(0, 3, 3, g))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("conv2d")
                .hasMessageContaining("in 0 and out 3")
                .hasMessageContaining("1 or more");
        assertThatThrownBy(() -> new Conv2d(3, 0, 3, g)).hasMessageContaining("out 0");
        assertThatThrownBy(() -> new Conv2d(3, 3, 0, g)).hasMessageContaining("(0, 0)");
        for (int[] channels : new int[][] {{3, 4}, {4, 3}}) {
            assertThatThrownBy(() -> new Conv2d(channels[0], channels[1], 3, ConvSpec.DEFAULT.groups(2), g))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("groups 2")
                    .hasMessageContaining("multiples of the groups");
        }
        assertThatThrownBy(() -> ConvSpec.DEFAULT.stride(0)).hasMessageContaining("stride (0, 0)");
        assertThatThrownBy(() -> ConvSpec.DEFAULT.padding(-1)).hasMessageContaining("padding (-1, -1)");
        assertThatThrownBy(() -> ConvSpec.DEFAULT.dilation(0)).hasMessageContaining("(0, 0)");
        assertThatThrownBy(() -> ConvSpec.DEFAULT.groups(0)).hasMessageContaining("groups 0");
        assertThatThrownBy(() -> new Conv2d(1, 1, 3, 3, ConvSpec.DEFAULT, true, DType.U8, g))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("conv2d")
                .hasMessageContaining("U8")
                .hasMessageContaining("F32");
    }

    @Test
    void inputsThatDoNotFitNameBothShapesAndTheRemedy() {
        Conv2d layer = new Conv2d(4, 6, 3, ConvSpec.DEFAULT.groups(2), new Generator(1));
        try {
            for (Tensor x : new Tensor[] {Tensors.zeros(1, 3, 5, 5), Tensors.zeros(2, 5, 5)}) {
                assertThatThrownBy(() -> layer.forward(x))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("conv2d")
                        .hasMessageContaining("5, 5]")
                        .hasMessageContaining("[6, 2, 3, 3]")
                        .hasMessageContaining("must have 4 channels");
            }
            for (Tensor x : new Tensor[] {Tensors.zeros(5, 5), Tensors.zeros(1, 1, 4, 5, 5)}) {
                assertThatThrownBy(() -> layer.forward(x))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("conv2d")
                        .hasMessageContaining(x.shape().toString())
                        .hasMessageContaining("(n, c, h, w)");
            }
            assertThatThrownBy(() -> layer.forward(Tensors.zeros(1, 4, 2, 5)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("conv2d")
                    .hasMessageContaining("a window of 3 of weight")
                    .hasMessageContaining("[1, 4, 2, 5]")
                    .hasMessageContaining("pad more");
            assertThatThrownBy(() -> layer.forward(Tensors.zeros(DType.F64, 1, 4, 5, 5)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("conv2d")
                    .hasMessageContaining("F64");
            assertThatThrownBy(() -> layer.forward(Tensors.zeros(DType.I32, 1, 4, 5, 5)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("conv2d")
                    .hasMessageContaining("I32");
        } finally {
            layer.free();
        }
    }
}
