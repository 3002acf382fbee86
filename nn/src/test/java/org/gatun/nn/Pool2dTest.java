package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pooling layers against walks over each window, value and gradient. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class Pool2dTest {
    private interface Window {
        void visit(int out, int[] inside, int withPadding);
    }

    /** Visits each window: the indices of its taps inside the input, and how many taps lie inside the padded input. */
    private static void walk(int planes, int h, int w, PoolSpec s, int oh, int ow, Window window) {
        int out = 0;
        for (int p = 0; p < planes; p++) {
            for (int i = 0; i < oh; i++) {
                for (int j = 0; j < ow; j++) {
                    var inside = java.util.stream.IntStream.builder();
                    int padded = 0;
                    for (int u = 0; u < s.kernelH(); u++) {
                        for (int v = 0; v < s.kernelW(); v++) {
                            int row = i * s.strideH() - s.padH() + u * s.dilationH();
                            int column = j * s.strideW() - s.padW() + v * s.dilationW();
                            if (row < h + s.padH() && column < w + s.padW()) {
                                padded++;
                            }
                            if (row >= 0 && row < h && column >= 0 && column < w) {
                                inside.add((p * h + row) * w + column);
                            }
                        }
                    }
                    window.visit(out++, inside.build().toArray(), padded);
                }
            }
        }
    }

    // n c h w, kernel, stride, padding, dilation, ceil, result rows and columns
    @ParameterizedTest
    @CsvSource({
        "2, 3, 6, 4,  2, 2,  2, 2,  0, 0,  1, 1,  false, 3, 2",
        "1, 2, 7, 5,  3, 2,  2, 1,  1, 1,  1, 1,  false, 4, 6",
        "1, 1, 7, 8,  2, 3,  3, 2,  1, 0,  2, 3,  false, 3, 1",
        "2, 1, 5, 6,  2, 2,  2, 2,  0, 0,  1, 1,  true,  3, 3",
        "1, 1, 3, 3,  3, 3,  2, 2,  1, 1,  1, 1,  true,  2, 2",
        "0, 2, 4, 4,  2, 2,  2, 2,  0, 0,  1, 1,  false, 2, 2"
    })
    void theLargestOfEachWindow(
            int n,
            int c,
            int h,
            int w,
            int kh,
            int kw,
            int sh,
            int sw,
            int ph,
            int pw,
            int dh,
            int dw,
            boolean ceil,
            int oh,
            int ow) {
        var spec = new PoolSpec(kh, kw, sh, sw, ph, pw, dh, dw, ceil, true);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = Tensors.randn(new Generator(1), dtype, Shape.of(n, c, h, w), Device.CPU);
            Tensor k = Tensors.randn(new Generator(2), dtype, Shape.of(n, c, oh, ow), Device.CPU);
            double[] values = x.toDoubleArray();
            double[] weights = k.toDoubleArray();
            double[] y = new double[weights.length];
            double[] dx = new double[values.length];
            walk(n * c, h, w, spec, oh, ow, (out, inside, padded) -> {
                int best = inside[0];
                for (int i : inside) {
                    best = values[i] > values[best] ? i : best;
                }
                y[out] = values[best];
                dx[best] += weights[out];
            });
            check(new MaxPool2d(spec), x, k, y, dx, 1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 3, 6, 4,  2, 2,  2, 2,  0, 0,  false, true,  3, 2",
        "1, 2, 7, 5,  3, 2,  2, 1,  1, 1,  false, true,  4, 6",
        "1, 2, 7, 5,  3, 2,  2, 1,  1, 1,  false, false, 4, 6",
        "1, 2, 6, 5,  3, 2,  2, 2,  1, 1,  true,  true,  4, 3",
        "1, 2, 6, 5,  3, 2,  2, 2,  1, 1,  true,  false, 4, 3",
        "0, 2, 4, 4,  2, 2,  2, 2,  0, 0,  false, true,  2, 2"
    })
    void theMeanOfEachWindow(
            int n,
            int c,
            int h,
            int w,
            int kh,
            int kw,
            int sh,
            int sw,
            int ph,
            int pw,
            boolean ceil,
            boolean countPad,
            int oh,
            int ow) {
        var spec = new PoolSpec(kh, kw, sh, sw, ph, pw, 1, 1, ceil, countPad);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = Tensors.randn(new Generator(3), dtype, Shape.of(n, c, h, w), Device.CPU);
            Tensor k = Tensors.randn(new Generator(4), dtype, Shape.of(n, c, oh, ow), Device.CPU);
            double[] values = x.toDoubleArray();
            double[] weights = k.toDoubleArray();
            double[] y = new double[weights.length];
            double[] dx = new double[values.length];
            walk(n * c, h, w, spec, oh, ow, (out, inside, padded) -> {
                double divisor = countPad ? padded : inside.length;
                for (int i : inside) {
                    y[out] += values[i] / divisor;
                    dx[i] += weights[out] / divisor;
                }
            });
            check(new AvgPool2d(spec), x, k, y, dx, 1e-5);
        }
    }

    private static void check(Module layer, Tensor x, Tensor k, double[] y, double[] dx, double tolerance) {
        try (Tape tape = Tape.open()) {
            Tensor watched = tape.watch(x);
            Tensor result = layer.forward(watched);
            assertThat(result.shape()).isEqualTo(k.shape());
            assertThat(result.toDoubleArray()).containsExactly(y, within(tolerance));
            assertThat(tape.gradient(result.mul(k).sum(), watched).toDoubleArray())
                    .containsExactly(dx, within(tolerance));
        }
        assertThat(layer.parameters()).isEmpty();
    }

    @Test
    void ofEqualMaximaTheFirstGetsTheGradientAndNanWins() {
        Tensor x = Tensors.ones(1, 1, 2, 2);
        try (Tape tape = Tape.open()) {
            Tensor watched = tape.watch(x);
            Tensor y = new MaxPool2d(2).forward(watched);
            assertThat(tape.gradient(y.sum(), watched).toDoubleArray()).containsExactly(1, 0, 0, 0);
        }
        Tensor nan = Tensors.of(new float[][][][] {{{{1, Float.NaN}, {Float.POSITIVE_INFINITY, 2}}}});
        assertThat(new MaxPool2d(2).forward(nan).item()).isNaN();
        assertThat(new AvgPool2d(2).forward(nan).item()).isNaN();
        Tensor low = Tensors.full(Double.NEGATIVE_INFINITY, 1, 1, 2, 2);
        assertThat(new MaxPool2d(PoolSpec.of(2).padding(1)).forward(low).toDoubleArray())
                .containsOnly(Double.NEGATIVE_INFINITY);
    }

    @Test
    void anImageAloneGivesWhatABatchOfItGives() {
        Tensor x = Tensors.randn(new Generator(5), 3, 6, 4);
        for (Module pool : new Module[] {new MaxPool2d(2), new AvgPool2d(2)}) {
            assertThat(pool.forward(x).shape()).isEqualTo(Shape.of(3, 3, 2));
            assertThat(pool.forward(x).toDoubleArray())
                    .isEqualTo(pool.forward(x.unsqueeze(0)).toDoubleArray());
        }
    }

    @Test
    void mistakesNameTheLayerTheShapesAndTheRemedy() {
        assertThatThrownBy(() -> new MaxPool2d(0))
                .hasMessageContaining("kernel (0, 0)")
                .hasMessageContaining("1 or more");
        assertThatThrownBy(() -> PoolSpec.of(2).padding(2))
                .hasMessageContaining("padding (2, 2)")
                .hasMessageContaining("at most half");
        for (Module pool : new Module[] {new MaxPool2d(3), new AvgPool2d(3)}) {
            String name = pool instanceof MaxPool2d ? "maxPool2d" : "avgPool2d";
            assertThatThrownBy(() -> pool.forward(Tensors.zeros(1, 1, 2, 5)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("3 by 3")
                    .hasMessageContaining("[1, 1, 2, 5]")
                    .hasMessageContaining("smaller window");
            assertThatThrownBy(() -> pool.forward(Tensors.zeros(5, 5)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("[5, 5]")
                    .hasMessageContaining("(n, c, h, w)");
            assertThatThrownBy(() -> pool.forward(Tensors.zeros(DType.I64, 1, 1, 5, 5)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("I64");
        }
        assertThatThrownBy(() -> new AvgPool2d(new PoolSpec(2, 2, 2, 2, 0, 0, 2, 1, false, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("avgPool2d")
                .hasMessageContaining("dilation (2, 1)");
    }
}
