package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CrossEntropyOptions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Reduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.ClassLikelihood;
import org.gatun.tensor.composite.CrossEntropy;
import org.gatun.tensor.composite.LogSoftmax;
import org.gatun.tensor.composite.Softmax;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Softmax, log-softmax and log-sum-exp on a GPU against their definitions in double precision. */
class CudaSoftmaxTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    private static Device.Cuda device() {
        return Device.cuda(0);
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    private static CudaDevice gpu() {
        return CudaDevice.of(device());
    }

    private static double[] values(int n) {
        double[] x = new double[n];
        // Up and down and up, so that the largest element so far changes often.
        Arrays.setAll(x, i -> (i * 37 % 101) / 8.0 - 5 + i / 1024 % 3);
        return x;
    }

    private static ConcreteTensor upload(DType dtype, double[] x, long... sizes) {
        return Tensors.of(x).to(dtype).reshape(sizes).to(device()).concrete();
    }

    private static double[] read(Tensor x) {
        return x.to(Device.CPU).to(DType.F64).toDoubleArray();
    }

    /** The logarithm of the sum of exponentials along the middle axis of (outer, n, inner), for each place. */
    private static double[] logSums(double[] x, int n, int inner) {
        double[] sums = new double[x.length / n];
        for (int r = 0; r < sums.length; r++) {
            double max = -INF;
            for (int i = 0; i < n; i++) {
                max = Math.max(max, x[(r / inner * n + i) * inner + r % inner]);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += Math.exp(x[(r / inner * n + i) * inner + r % inner] - max);
            }
            sums[r] = max + Math.log(sum);
        }
        return sums;
    }

    @Test
    void agreesWithTheDefinition() {
        int[][] shapes = {
            {3, 1, 1}, {5, 7, 1}, {2, 8, 1}, {9, 64, 1}, {2, 2500, 1}, {3, 4096, 1}, {2, 5, 3}, {1, 300, 40}
        };
        for (int[] s : shapes) {
            double[] x = values(s[0] * s[1] * s[2]);
            double[] sums = logSums(x, s[1], s[2]);
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.BF16, DType.F16}) {
                // Eighths of small numbers are exact in all of them.
                double precision = dtype.isNarrow() ? 0.01 : dtype == DType.F32 ? 1e-5 : 1e-12;
                try (ConcreteTensor in = upload(dtype, x, s[0], s[1], s[2])) {
                    double[] softmax = read(CudaSoftmax.softmax(gpu(), 1, in));
                    double[] logSoftmax = read(CudaSoftmax.logSoftmax(gpu(), 1, in));
                    ConcreteTensor[] parts = CudaSoftmax.logSumExp(gpu(), Axes.listed("test", 3, 1), in);
                    double[] logSumExp = read(parts[0]);
                    double[] together = read(parts[1].add(parts[2]));
                    for (int i = 0; i < x.length; i++) {
                        int row = i / (s[1] * s[2]) * s[2] + i % s[2];
                        double expected = x[i] - sums[row];
                        String place = dtype + " " + Arrays.toString(s) + " at " + i;
                        assertThat(logSoftmax[i]).as(place).isCloseTo(expected, close(precision, expected));
                        assertThat(softmax[i]).as(place).isCloseTo(Math.exp(expected), close(precision, 0));
                    }
                    for (int r = 0; r < sums.length; r++) {
                        assertThat(logSumExp[r]).isCloseTo(sums[r], close(precision, sums[r]));
                        assertThat(together[r]).isCloseTo(sums[r], close(precision, sums[r]));
                    }
                }
            }
        }
    }

    private static Offset<Double> close(double precision, double value) {
        return Offset.offset(precision * Math.max(1, Math.abs(value)));
    }

    @Test
    void severalAxesAndOtherLayouts() {
        double[] x = values(24);
        double[] sums = logSums(x, 24, 1);
        try (ConcreteTensor in = upload(DType.F64, x, 2, 3, 4)) {
            double all = read(CudaSoftmax.logSumExp(gpu(), Axes.all(3), in)[0])[0];
            assertThat(all).isCloseTo(sums[0], close(1e-12, 1));
            ConcreteTensor turned = in.permute(2, 0, 1).concrete();
            assertThat(read(CudaSoftmax.logSumExp(gpu(), Axes.listed("test", 3, 0, 2), turned)[0]))
                    .containsExactly(logSums(x, 12, 1), close(1e-12, 1));
            assertThat(read(CudaSoftmax.softmax(gpu(), 0, turned).permute(1, 2, 0)))
                    .containsExactly(read(CudaSoftmax.softmax(gpu(), 2, in)), close(1e-14, 1));
        }
    }

    @Test
    void infinitiesAndNaN() {
        double nan = Double.NaN;
        double[] x = {-INF, -INF, -INF, 1, -INF, 1, INF, 0, -INF, nan, 0, INF};
        double half = Math.log(0.5);
        double[] logSoftmax = {nan, nan, nan, half, -INF, half, nan, nan, nan, nan, nan, nan};
        for (boolean columns : new boolean[] {false, true}) {
            Tensor stored = upload(DType.F64, x, 4, 3);
            ConcreteTensor in = (columns ? stored.t().contiguous() : stored).concrete();
            int axis = columns ? 0 : 1;
            Tensor softmax = CudaSoftmax.softmax(gpu(), axis, in);
            Tensor log = CudaSoftmax.logSoftmax(gpu(), axis, in);
            assertThat(read(columns ? log.t() : log)).containsExactly(logSoftmax, close(1e-15, 1));
            double[] exponentials = Arrays.stream(logSoftmax).map(Math::exp).toArray();
            assertThat(read(columns ? softmax.t() : softmax)).containsExactly(exponentials, close(1e-15, 1));
            ConcreteTensor[] sums = CudaSoftmax.logSumExp(gpu(), Axes.listed("test", 2, axis), in);
            assertThat(read(sums[0])).containsExactly(new double[] {-INF, 1 - half, INF, nan}, close(1e-15, 1));
            assertThat(read(sums[1])).containsExactly(0, 1, 0, nan);
            assertThat(read(sums[2])).containsExactly(new double[] {-INF, -half, INF, nan}, close(1e-15, 1));
        }
    }

    @Test
    void gradientsAgreeWithTheDefinition() {
        int[][] shapes = {{5, 7, 1}, {9, 64, 1}, {2, 2500, 1}, {2, 4096, 1}, {2, 5, 3}, {1, 300, 40}};
        for (int[] s : shapes) {
            int size = s[0] * s[1] * s[2];
            double[] x = values(size);
            double[] g = new double[size];
            Arrays.setAll(g, i -> (i * 23 % 31 - 15) / 4.0);
            double[] logs = logSums(x, s[1], s[2]);
            double[] sums = new double[logs.length];
            double[] products = new double[logs.length];
            double[] softmax = new double[size];
            for (int i = 0; i < size; i++) {
                int row = i / (s[1] * s[2]) * s[2] + i % s[2];
                softmax[i] = Math.exp(x[i] - logs[row]);
                sums[row] += g[i];
                products[row] += g[i] * softmax[i];
            }
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.BF16}) {
                double precision = dtype.isNarrow() ? 0.02 : dtype == DType.F32 ? 1e-5 : 1e-12;
                Tensor cotangent = upload(dtype, g, s[0], s[1], s[2]);
                for (boolean logarithm : new boolean[] {false, true}) {
                    if (logarithm && dtype.isNarrow()) {
                        continue; // its result has too few digits
                    }
                    ConcreteTensor in = upload(dtype, x, s[0], s[1], s[2]);
                    Composite op = logarithm ? new LogSoftmax(1) : new Softmax(1);
                    Tensor y = Dispatch.bind(new Op.Call(op), in);
                    double[] found = read(op.derivative()
                            .orElseThrow()
                            .vjp(List.of(in), List.of(y), List.of(cotangent))
                            .get(0));
                    double[] expected = new double[size];
                    for (int i = 0; i < size; i++) {
                        int row = i / (s[1] * s[2]) * s[2] + i % s[2];
                        expected[i] = logarithm ? g[i] - softmax[i] * sums[row] : softmax[i] * (g[i] - products[row]);
                    }
                    assertThat(found)
                            .as(op + " of " + dtype + " " + Arrays.toString(s))
                            .containsExactly(expected, close(precision, 4));
                }
            }
        }
    }

    private static CrossEntropyOptions each() {
        return CrossEntropyOptions.DEFAULT.withReduction(Reduction.NONE).withIgnoreIndex(-7);
    }

    private static long[] classes(int rows, int n) {
        // Every fifth is ignored.
        return LongStream.range(0, rows).map(r -> r % 5 == 4 ? -7 : r * 31 % n).toArray();
    }

    @Test
    void crossEntropyAndItsGradientAgreeWithTheDefinition() {
        int[][] shapes = {{5, 1}, {9, 7}, {3, 64}, {3, 1023}, {2, 4097}, {0, 3}};
        for (int[] s : shapes) {
            int rows = s[0];
            int n = s[1];
            double[] x = values(rows * n);
            double[] sums = logSums(x, n, 1);
            long[] target = classes(rows, n);
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.BF16, DType.F16}) {
                double precision = dtype.isNarrow() ? 0.01 : dtype == DType.F32 ? 2e-6 : 1e-12;
                String place = dtype + " " + Arrays.toString(s);
                ConcreteTensor in = upload(dtype, x, rows, n);
                Tensor classes = Tensors.of(target).to(device());
                double[] expected = new double[rows];
                double[] gradient = new double[rows * n];
                Arrays.setAll(expected, r -> target[r] == -7 ? 0 : sums[r] - x[r * n + (int) target[r]]);
                Arrays.setAll(gradient, i -> {
                    int r = i / n;
                    double at = target[r] == i % n ? 1 : 0;
                    return target[r] == -7 ? 0 : (r + 1) * (Math.exp(x[i] - sums[r]) - at);
                });
                assertThat(read(Losses.crossEntropy(in, classes, each())))
                        .as(place)
                        .containsExactly(expected, close(precision, 10));
                Tensor[] parts = Dispatch.bindAll(new Op.Call(new CrossEntropy(-7)), in, classes);
                Tensor g = Tensors.of(
                                LongStream.rangeClosed(1, rows).asDoubleStream().toArray())
                        .to(parts[0].dtype())
                        .to(device());
                var rule = new CrossEntropy(-7).derivative().orElseThrow();
                Tensor found = rule.vjp(List.of(in, classes), List.of(parts), List.of(g, parts[1], parts[2]))
                        .get(0);
                assertThat(found.dtype()).isEqualTo(dtype);
                assertThat(read(found)).as(place).containsExactly(gradient, close(precision, 1));
                // A view of other strides, and one gradient for all rows.
                Tensor turned = in.t().contiguous().t();
                Tensor one = g.slice(0, 0, Math.min(1, rows)).broadcastTo(rows == 0 ? 0 : rows);
                Tensor equal = rule.vjp(List.of(turned, classes), List.of(parts), List.of(one, parts[1], parts[2]))
                        .get(0);
                double[] scaled = IntStream.range(0, rows * n)
                        .mapToDouble(i -> gradient[i] / (i / n + 1))
                        .toArray();
                assertThat(read(equal)).as(place).containsExactly(scaled, close(precision, 1));
            }
        }
    }

    @Test
    void crossEntropyOfInfiniteRowsIsTheCpus() {
        double nan = Double.NaN;
        double[] x = {-INF, -INF, -INF, 1, -INF, 1, INF, 0, -INF, nan, 0, INF, 1, 1, 1};
        Tensor there = upload(DType.F64, x, 5, 3);
        Tensor here = there.to(Device.CPU);
        for (int c = 0; c < 3; c++) {
            Tensor target = Tensors.full(DType.I64, c, 5);
            Tensor[] cpu = Dispatch.bindAll(new Op.Call(new CrossEntropy(-7)), here, target);
            Tensor[] gpu = Dispatch.bindAll(new Op.Call(new CrossEntropy(-7)), there, target.to(device()));
            for (int i = 0; i < cpu.length; i++) {
                assertThat(read(gpu[i])).containsExactly(read(cpu[i]), close(1e-15, 1));
            }
            var rule = new CrossEntropy(-7).derivative().orElseThrow();
            Tensor g = Tensors.ones(DType.F64, 5);
            Tensor expected = rule.vjp(List.of(here, target), List.of(cpu), List.of(g, g, g))
                    .get(0);
            Tensor on = g.to(device());
            Tensor found = rule.vjp(List.of(there, target.to(device())), List.of(gpu), List.of(on, on, on))
                    .get(0);
            assertThat(read(found)).containsExactly(read(expected), close(1e-15, 1));
        }
    }

    @Test
    void theMeanAndTheLikelihoodCountTheTargetsThatAreNotIgnored() {
        double[] x = values(6 * 5);
        long[] target = classes(6, 5);
        Tensor here = Tensors.of(x).reshape(6, 5);
        Tensor classes = Tensors.of(target);
        CrossEntropyOptions mean = CrossEntropyOptions.DEFAULT.withIgnoreIndex(-7);
        CrossEntropyOptions smooth = mean.withLabelSmoothing(0.3);
        Tensor weight = Tensors.of(1.0, 2, 3, 4, 5);
        Tensor there = here.to(device());
        Tensor on = classes.to(device());
        for (CrossEntropyOptions o : new CrossEntropyOptions[] {mean, smooth, mean.withWeight(weight), each()}) {
            Tensor w = o.weight();
            CrossEntropyOptions moved = w == null ? o : o.withWeight(w.to(device()));
            assertThat(read(Losses.crossEntropy(there, on, moved)))
                    .containsExactly(read(Losses.crossEntropy(here, classes, o)), close(1e-14, 10));
            if (o != smooth) {
                assertThat(read(Losses.nllLoss(there, on, moved)))
                        .containsExactly(read(Losses.nllLoss(here, classes, o)), close(1e-14, 10));
            }
        }
        var likelihood = new ClassLikelihood("nllLoss", -7);
        var rule = likelihood.derivative().orElseThrow();
        Tensor g = Tensors.of(1.0, 2, 3, 4, 5, 6);
        Tensor gradient = rule.vjp(Arrays.asList(there, on), Arrays.asList((Tensor) null), List.of(g.to(device())))
                .get(0);
        double[] expected = IntStream.range(0, 30)
                .mapToDouble(i -> target[i / 5] == i % 5 ? -(i / 5 + 1.0) : 0)
                .toArray();
        assertThat(read(gradient)).containsExactly(expected, close(0, 1));
    }

    @Test
    void aTargetThatIsNoClassIsReportedAsOnTheHost() {
        Tensor x = Tensors.zeros(600, 4);
        for (long wrong : new long[] {4, -1, Long.MIN_VALUE}) {
            // Several: the first in order is named.
            long[] classes = classes(600, 4);
            classes[300] = wrong;
            classes[301] = 77;
            classes[599] = 78;
            Tensor target = Tensors.of(classes);
            for (int i = 0; i < 4; i++) {
                CrossEntropyOptions o = i == 1 ? each().withLabelSmoothing(0.1) : each();
                CrossEntropyOptions options = i == 3 ? o.withWeight(Tensors.ones(4)) : o;
                CrossEntropyOptions moved =
                        i == 3 ? o.withWeight(Tensors.ones(4).to(device())) : o;
                boolean nll = i == 2;
                String message = catchThrowable(() -> {
                            var _ = nll ? Losses.nllLoss(x, target, options) : Losses.crossEntropy(x, target, options);
                        })
                        .getMessage();
                Tensor there = x.to(device());
                Tensor on = target.to(device());
                Tensor loss = nll ? Losses.nllLoss(there, on, moved) : Losses.crossEntropy(there, on, moved);
                assertThatThrownBy(loss::toDoubleArray)
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage(message);
            }
        }
    }
}
