package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.shape.Axes;
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
}
