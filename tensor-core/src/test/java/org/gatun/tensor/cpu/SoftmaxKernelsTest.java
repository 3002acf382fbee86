package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.CrossEntropy;
import org.gatun.tensor.composite.LogSoftmax;
import org.gatun.tensor.composite.LogSumExp;
import org.gatun.tensor.composite.Softmax;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SoftmaxKernelsTest {
    private static final int[] SIZES = {1, 2, 3, 7, 10, 15, 16, 17, 31, 33, 100, 1000, 4096, 5001, 9000};
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double[] row(int n, double scale) {
        Random random = new Random(n);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (random.nextGaussian() * scale);
        }
        return x;
    }

    /** {@code [m, log(sum(e^(x - m)))]} by StrictMath. */
    private static double[] reference(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double sum = 0;
        for (double v : x) {
            sum += StrictMath.exp(v - max);
        }
        return new double[] {max, StrictMath.log(sum)};
    }

    private enum Rows {
        F32_VECTORS(DType.F32) {
            @Override
            RowSoftmax make() {
                return new F32RowSoftmax();
            }
        },
        F32_COMPOSED(DType.F32) {
            @Override
            RowSoftmax make() {
                return new ComposedRowSoftmax(DType.F32);
            }
        },
        F64_COMPOSED(DType.F64) {
            @Override
            RowSoftmax make() {
                return new ComposedRowSoftmax(DType.F64);
            }
        };

        private final DType dtype;

        Rows(DType dtype) {
            this.dtype = dtype;
        }

        abstract RowSoftmax make();

        /** Relative error of a result of order 1. */
        double error() {
            return dtype == DType.F32 ? 4 * 0x1p-24 : 16 * 0x1p-53;
        }
    }

    private interface Body {
        void run(long x, long n, long out);
    }

    private static double[] run(DType dtype, double[] x, int results, Body body) {
        try (Arena arena = Arena.ofConfined()) {
            long in = arena.allocate((long) x.length * dtype.bytes(), 64).address();
            long out = arena.allocate((long) (results + 1) * dtype.bytes(), 64).address();
            for (int i = 0; i < x.length; i++) {
                put(dtype, in, i, x[i]);
            }
            put(dtype, out, results, 77);
            body.run(in, x.length, out);
            assertThat(get(dtype, out, results)).as("memory past the end").isEqualTo(77);
            double[] y = new double[results];
            for (int i = 0; i < results; i++) {
                y[i] = get(dtype, out, i);
            }
            return y;
        }
    }

    private static double get(DType dtype, long at, int i) {
        return dtype == DType.F32 ? Ram.getFloat(at + 4L * i) : Ram.getDouble(at + 8L * i);
    }

    private static void put(DType dtype, long at, int i, double v) {
        if (dtype == DType.F32) {
            Ram.putFloat(at + 4L * i, (float) v);
        } else {
            Ram.putDouble(at + 8L * i, v);
        }
    }

    @ParameterizedTest
    @EnumSource(Rows.class)
    void rowsFollowTheDefinition(Rows rows) {
        RowSoftmax kernel = rows.make();
        for (int n : SIZES) {
            for (double scale : new double[] {0.01, 3, 300}) {
                double[] x = row(n, scale);
                double[] m = reference(x);
                double[] softmax = run(rows.dtype, x, n, kernel::softmax);
                double[] logSoftmax = run(rows.dtype, x, n, kernel::logSoftmax);
                for (int i = 0; i < n; i++) {
                    double log = x[i] - m[0] - m[1];
                    double magnitude = Math.abs(x[i] - m[0]) + m[1] + 1;
                    // An error of the exponent, x - m rounded, is a relative error of the result.
                    double p = StrictMath.exp(log);
                    assertThat(softmax[i]).isCloseTo(p, within(p * rows.error() * magnitude + Float.MIN_NORMAL));
                    assertThat(logSoftmax[i]).isCloseTo(log, within(rows.error() * magnitude));
                }
                double[] parts = run(rows.dtype, x, 2, kernel::logSumExp);
                assertThat(parts[0]).isEqualTo(m[0]);
                assertThat(parts[1]).isCloseTo(m[1], within(rows.error() * (m[1] + 1)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Rows.class)
    void infiniteAndUndefinedScores(Rows rows) {
        RowSoftmax kernel = rows.make();
        for (int n : new int[] {2, 16, 19, 40}) {
            double[] lowest = new double[n];
            Arrays.fill(lowest, -INF);
            assertThat(run(rows.dtype, lowest, n, kernel::softmax)).containsOnly(Double.NaN);
            assertThat(run(rows.dtype, lowest, n, kernel::logSoftmax)).containsOnly(Double.NaN);
            double[] parts = run(rows.dtype, lowest, 2, kernel::logSumExp);
            assertThat(parts[0] + parts[1]).isEqualTo(-INF);

            double[] one = lowest.clone();
            one[n - 1] = 5;
            double[] softmax = new double[n];
            softmax[n - 1] = 1;
            assertThat(run(rows.dtype, one, n, kernel::softmax)).containsExactly(softmax);
            double[] log = lowest.clone();
            log[n - 1] = 0;
            assertThat(run(rows.dtype, one, n, kernel::logSoftmax)).containsExactly(log);

            double[] infinite = row(n, 1);
            infinite[n / 2] = INF;
            assertThat(run(rows.dtype, infinite, n, kernel::softmax)[n / 2]).isNaN();
            parts = run(rows.dtype, infinite, 2, kernel::logSumExp);
            assertThat(parts[0] + parts[1]).isEqualTo(INF);

            double[] undefined = row(n, 1);
            undefined[n - 1] = Double.NaN;
            assertThat(run(rows.dtype, undefined, n, kernel::softmax)).containsOnly(Double.NaN);
            assertThat(run(rows.dtype, undefined, n, kernel::logSoftmax)).containsOnly(Double.NaN);
            parts = run(rows.dtype, undefined, 2, kernel::logSumExp);
            assertThat(parts[0] + parts[1]).isNaN();
        }
    }

    private static double[] fused(Composite composite, int result, Tensor... inputs) {
        return Dispatch.bindAll(new Op.Call(composite), inputs)[result]
                .to(DType.F64)
                .toDoubleArray();
    }

    private static double[] fallback(Composite composite, int result, Tensor... inputs) {
        return composite.fallback(List.of(inputs)).get(result).to(DType.F64).toDoubleArray();
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void fusedKernelsAgreeWithTheirFallbacksInAnyLayout(DType dtype) {
        double[] values = row(4 * 6 * 10, 2);
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.of(values).to(dtype).reshape(4, 6, 10);
            Tensor[] layouts = {x, x.permute(2, 0, 1), x.permute(1, 0, 2), x.flip(1), x.slice(2, 1, 9, 2)};
            double error = dtype == DType.F32 ? 1e-6 : 1e-14;
            for (Tensor t : layouts) {
                for (int axis = 0; axis < 3; axis++) {
                    for (Composite c : new Composite[] {
                        new Softmax(axis), new LogSoftmax(axis), new LogSumExp(Axes.reduction("test", 3, axis))
                    }) {
                        assertThat(fused(c, 0, t))
                                .as("%s of %s", c, t.shape())
                                .containsExactly(fallback(c, 0, t), within(error));
                    }
                }
                for (Axes axes : new Axes[] {Axes.all(3), Axes.listed("test", 3, 0, 2), Axes.listed("test", 3, 1, 2)}) {
                    LogSumExp c = new LogSumExp(axes);
                    for (int result = 0; result < c.results(); result++) {
                        assertThat(fused(c, result, t)).containsExactly(fallback(c, result, t), within(error));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void crossEntropyFollowsTheDefinition(DType dtype) {
        int rows = 300;
        int classes = 11;
        double[] values = row(rows * classes, 4);
        long[] target = new long[rows];
        for (int r = 0; r < rows; r++) {
            target[r] = r % 13 == 0 ? -100 : r % classes;
        }
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.of(values).to(dtype).reshape(rows, classes);
            Tensor t = Tensors.of(target);
            CrossEntropy op = new CrossEntropy(-100);
            double[] losses = fused(op, 0, x, t);
            double[] shifts = fused(op, 1, x, t);
            double[] logs = fused(op, 2, x, t);
            double error = dtype == DType.F32 ? 2e-6 : 4e-15;
            for (int r = 0; r < rows; r++) {
                double[] row = Arrays.copyOfRange(values, r * classes, (r + 1) * classes);
                double[] m = reference(row);
                assertThat(shifts[r]).isCloseTo(m[0], within(error));
                assertThat(logs[r]).isCloseTo(m[1], within(error));
                assertThat(losses[r])
                        .isCloseTo(target[r] == -100 ? 0 : m[1] + (m[0] - row[(int) target[r]]), within(error));
            }
            Tensor columns = x.t().copy().t();
            assertThat(fused(op, 0, columns, t)).containsExactly(losses);
            assertThat(fallback(op, 0, x, t)).containsExactly(losses, within(error));
            assertThat(fallback(op, 1, x, t)).containsExactly(shifts);
            assertThat(fallback(op, 2, x, t)).containsExactly(logs, within(error));
        }
    }

    @Test
    void lossesOfLargeScoresKeepTheirDigits() {
        try (MemoryScope scope = MemoryScope.open()) {
            // 1e6 + 2^-3 is a float; the loss, log(1 + e^(1/8)), would be rounded to a multiple of 1/16 by way of the
            // total.
            Tensor x = Tensors.of(new float[] {1e6f, 1e6f + 0.125f}).reshape(1, 2);
            double[] loss = fused(new CrossEntropy(-100), 0, x, Tensors.of(new long[] {0}));
            assertThat(loss[0]).isCloseTo(Math.log1p(Math.exp(0.125)), within(2e-7));
        }
    }

    @Test
    void aTargetThatIsNoClassIsRefused() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.zeros(2, 3);
            Tensor target = Tensors.of(new long[] {2, 3});
            assertThatThrownBy(() -> fused(new CrossEntropy(-100), 0, x, target))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("class 3")
                    .hasMessageContaining("position 1")
                    .hasMessageContaining("3 classes");
            Tensor negative = Tensors.of(new long[] {-100, -1});
            assertThatThrownBy(() -> fused(new CrossEntropy(-100), 0, x, negative))
                    .as("a class does not count from the end")
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("class -1")
                    .hasMessageContaining("position 1")
                    .hasMessageContaining("3 classes");
        }
    }
}
