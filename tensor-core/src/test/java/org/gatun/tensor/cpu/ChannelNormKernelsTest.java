package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.util.Random;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The kernels of normalised channels against their formulas in double precision, over sizes around every vector length. */
class ChannelNormKernelsTest {
    private static final double EPSILON = 0.1;
    private static final int[][] SHAPES = {
        {1, 1, 2},
        {5, 3, 1},
        {1, 3, 1},
        {2, 1, 1},
        {66, 17, 1},
        {130, 65, 1},
        {66, 9, 1},
        {3, 1100, 1},
        {4, 2, 7},
        {1, 3, 8},
        {3, 2, 16},
        {2, 2, 17},
        {3, 1, 49},
        {70, 2, 63},
        {2, 2, 4096},
        {2, 1, 9001}
    };

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    @Test
    void agreesWithTheFormulas() {
        for (int[] sizes : SHAPES) {
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                for (int threads : new int[] {1, 3}) {
                    for (boolean scattered : new boolean[] {false, true}) {
                        WorkerPool.setThreads(threads);
                        try (MemoryScope scope = MemoryScope.open()) {
                            check(Shape.of(sizes[0], sizes[1], sizes[2]), dtype, scattered);
                        }
                    }
                }
            }
        }
    }

    private static ConcreteTensor operand(Random random, DType dtype, Shape shape, double offset) {
        double[] values = random.doubles(shape.elements()).map(v -> v + offset).toArray();
        return Images.of(dtype, shape, values);
    }

    /** The same elements in a layout that is not contiguous. */
    private static ConcreteTensor scattered(ConcreteTensor x) {
        return (ConcreteTensor) x.transpose(0, 2).copy().transpose(0, 2);
    }

    private static void check(Shape shape, DType dtype, boolean scattered) {
        var random = new Random(3);
        int channels = (int) shape.size(1);
        ConcreteTensor x = operand(random, dtype, shape, 5);
        ConcreteTensor g = operand(random, dtype, shape, -0.3);
        ConcreteTensor weight = operand(random, dtype, Shape.of(channels), 0.5);
        ConcreteTensor bias = operand(random, dtype, Shape.of(channels), -0.5);
        double[] xs = Images.values(x);
        double[] gs = Images.values(g);
        double[] ws = Images.values(weight);
        double[] bs = Images.values(bias);
        if (scattered) {
            x = scattered(x);
            g = scattered(g);
        }
        ConcreteTensor[] out = ChannelNormKernels.forward(EPSILON, true).run(x, weight, bias);
        ConcreteTensor[] gradients =
                ChannelNormKernels.gradient(true, true, true).run(x, out[1], g, weight);
        ConcreteTensor[] ofBias =
                ChannelNormKernels.gradient(false, false, true).run(x, out[1], g, weight);
        ConcreteTensor affine = ChannelNormKernels.affine(x, bias, weight, bias);
        double[] y = new double[xs.length];
        double[] dx = new double[xs.length];
        double[] given = new double[xs.length];
        double[] dWeight = new double[channels];
        double[] dBias = new double[channels];
        int m = (int) shape.size(2);
        double n = xs.length / (double) channels;
        for (int c = 0; c < channels; c++) {
            double mean = 0;
            double variance = 0;
            double along = 0;
            for (int i = 0; i < xs.length; i++) {
                mean += i / m % channels == c ? xs[i] / n : 0;
            }
            for (int i = 0; i < xs.length; i++) {
                variance += i / m % channels == c ? (xs[i] - mean) * (xs[i] - mean) / n : 0;
            }
            double scale = 1 / Math.sqrt(variance + EPSILON);
            for (int i = 0; i < xs.length; i++) {
                if (i / m % channels == c) {
                    along += gs[i] * (xs[i] - mean) * scale;
                    dBias[c] += gs[i];
                }
            }
            dWeight[c] = along;
            for (int i = 0; i < xs.length; i++) {
                if (i / m % channels == c) {
                    double standard = (xs[i] - mean) * scale;
                    y[i] = standard * ws[c] + bs[c];
                    dx[i] = scale * ws[c] * (gs[i] - dBias[c] / n - standard * along / n);
                    given[i] = (xs[i] - bs[c]) * ws[c] + bs[c];
                }
            }
        }
        assertClose(out[0], y, dtype, 1, "y");
        assertClose(gradients[0], dx, dtype, 1, "gradient of x");
        assertClose(gradients[1], dWeight, dtype, n, "gradient of the weight");
        assertClose(gradients[2], dBias, dtype, n, "gradient of the bias");
        assertClose(ofBias[0], dBias, dtype, n, "gradient of the bias alone");
        assertClose(affine, given, dtype, 10, "with given statistics");
    }

    private static void assertClose(ConcreteTensor got, double[] want, DType dtype, double size, String what) {
        double tolerance = size * (dtype == DType.F32 ? 4e-6 : 1e-13);
        double[] values = Images.values(got);
        assertThat(values).as(what).hasSameSizeAs(want);
        for (int i = 0; i < want.length; i++) {
            assertThat(values[i]).as("%s of %s at %d", what, got.shape(), i).isCloseTo(want[i], within(tolerance));
        }
    }

    /** A mean a million times the deviation: differences from it keep their digits. */
    @Test
    void aLargeMeanCostsNoDigits() {
        try (MemoryScope scope = MemoryScope.open()) {
            for (Shape shape : new Shape[] {Shape.of(4, 1, 1024), Shape.of(512, 8, 1)}) {
                double[] values = new double[4 * 1024];
                double[] standard = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    standard[i] = i / shape.size(1) % 2 == 0 ? 1 : -1;
                    values[i] = (1 << 20) + standard[i];
                }
                ConcreteTensor x = Images.of(DType.F32, shape, values);
                double[] y = Images.values(ChannelNormKernels.forward(0, false).run(x)[0]);
                for (int i = 0; i < y.length; i++) {
                    assertThat(y[i]).isCloseTo(standard[i], within(1e-6));
                }
            }
        }
    }

    @Test
    void notANumberStaysInItsChannel() {
        try (MemoryScope scope = MemoryScope.open()) {
            double[] values = new Random(1).doubles(2 * 2 * 20).toArray();
            values[5] = Double.NaN;
            for (int m : new int[] {20, 1}) {
                ConcreteTensor x = Images.of(DType.F32, Shape.of(values.length / (2 * m), 2, m), values);
                double[] y =
                        Images.values(ChannelNormKernels.forward(EPSILON, false).run(x)[0]);
                for (int i = 0; i < y.length; i++) {
                    assertThat(Double.isNaN(y[i])).isEqualTo(i / m % 2 == 5 / m % 2);
                }
            }
        }
    }

    /** The loops on vectors and those made of other kernels. */
    @Test
    void bothLoopsDoTheSame() {
        ChannelLoops[] loops = {new ComposedChannelLoops(DType.F32), ChannelLoops.of(DType.F32)};
        for (int n : new int[] {1, 7, 15, 16, 17, 33, 100}) {
            double[][] sums = new double[2][5];
            double[][][] written = new double[2][2][];
            for (int l = 0; l < 2; l++) {
                var random = new Random(n);
                try (var arena = Arena.ofConfined()) {
                    var x = NativeArray.random(arena, DType.F32, 500, random);
                    var g = NativeArray.random(arena, DType.F32, 500, random);
                    var affine = NativeArray.random(arena, DType.F32, 500, random);
                    var combined = NativeArray.random(arena, DType.F32, 500, random);
                    sums[l][0] = loops[l].sum(x.address(1), 480, n, 4);
                    double[] two = new double[2];
                    loops[l].moments(x.address(1), 480, n, 4, 0.25, two);
                    sums[l][1] = two[0];
                    sums[l][2] = two[1];
                    double[] more = new double[2];
                    loops[l].products(g.address(3), x.address(3), 480, n, 4, 0.25, more);
                    sums[l][3] = more[0];
                    sums[l][4] = more[1];
                    loops[l].affine(x.address(1), affine.address(1), 480, n, 4, 0.25, 2, 0.5);
                    loops[l].combine(g.address(1), x.address(1), combined.address(1), 480, n, 4, 0.25, 2, -3, 0.5);
                    written[l][0] = affine.toArray();
                    written[l][1] = combined.toArray();
                    affine.assertGuardsAreIntact();
                    combined.assertGuardsAreIntact();
                }
            }
            for (int i = 0; i < 5; i++) {
                assertThat(sums[1][i]).isCloseTo(sums[0][i], within(1e-4));
            }
            for (int w = 0; w < 2; w++) {
                for (int i = 0; i < 500; i++) {
                    assertThat(written[1][w][i]).isCloseTo(written[0][w][i], within(1e-5));
                }
            }
        }
    }
}
