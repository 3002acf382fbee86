package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolKernelsTest {

    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    private static void assertMax(
            PoolSpec spec, Shape shape, double[] x, Shape out, double[] values, double[] indices) {
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor[] results = PoolKernels.maxPool2d(spec, Images.of(DType.F32, shape, x));
            Images.assertEqual(results[0], out, values, 0, "values");
            Images.assertEqual(results[1], out, indices, 0, "indices");
            assertThat(results[1].dtype()).isEqualTo(DType.I64);
        }
    }

    private static double[] counting(int count) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> i + 1);
        return values;
    }

    @Test
    void maxOfDisjointWindows() {
        assertMax(
                PoolSpec.of(2),
                Shape.of(1, 1, 4, 5),
                counting(20),
                Shape.of(1, 1, 2, 2),
                new double[] {7, 9, 17, 19},
                new double[] {6, 8, 16, 18});
    }

    @Test
    void theFirstOfEqualElementsWins() {
        assertMax(
                PoolSpec.of(2),
                Shape.of(1, 2, 2, 2),
                new double[] {3, 3, 3, 3, 0, 5, 5, 0},
                Shape.of(1, 2, 1, 1),
                new double[] {3, 5},
                new double[] {0, 1});
        // All of a window at minus infinity: its first element, padding aside.
        assertMax(
                PoolSpec.of(2).padding(1),
                Shape.of(1, 1, 2, 2),
                new double[] {-INFINITY, -INFINITY, -INFINITY, -INFINITY},
                Shape.of(1, 1, 2, 2),
                new double[] {-INFINITY, -INFINITY, -INFINITY, -INFINITY},
                new double[] {0, 1, 2, 3});
    }

    /** A tap beyond the image and one before it: the least value of the dtype that was asked for, not of a wider one. */
    @Test
    void theMaximumOfNoElementsIsTheLeastOfTheDtype() {
        PoolSpec spec = new PoolSpec(1, 2, 1, 1, 0, 1, 1, 2, false, true);
        try (MemoryScope scope = MemoryScope.open()) {
            for (DType dtype : DType.values()) {
                ConcreteTensor x = (ConcreteTensor) Tensors.ones(dtype, 1, 1, 1, 1);
                ConcreteTensor[] results =
                        CpuBackend.INSTANCE.execute(new Op.MaxPool2d(spec), new ConcreteTensor[] {x});
                double least = results[0].read(0);
                double expected = switch (dtype) {
                    case F32, F64, BF16, F16 -> -INFINITY;
                    case I64 -> Long.MIN_VALUE;
                    case I32 -> Integer.MIN_VALUE;
                    case I16 -> Short.MIN_VALUE;
                    case I8 -> Byte.MIN_VALUE;
                    case U8, BOOL -> 0;
                };
                assertThat(least).as("%s", dtype).isEqualTo(expected);
            }
        }
    }

    @Test
    void nanIsTheLargest() {
        assertMax(
                PoolSpec.of(3),
                Shape.of(2, 1, 3, 3),
                new double[] {1, NAN, 9, 4, NAN, 6, INFINITY, 8, 7, 1, 2, 3, 4, 5, 6, 7, INFINITY, 9},
                Shape.of(2, 1, 1, 1),
                new double[] {NAN, INFINITY},
                new double[] {1, 7});
    }

    /** In rows of several vectors, wherever in a window it is; of two, the first. */
    @Test
    void nanIsTheLargestInEveryLane() {
        int width = 70;
        for (int stride = 1; stride <= 2; stride++) {
            PoolSpec spec = new PoolSpec(2, 2, 2, stride, 0, 0, 1, 1, false, true);
            int windows = (int) spec.outWidth(width);
            for (int at = 0; at < 2 * width; at += 3) {
                double[] x = new double[2 * width];
                Arrays.setAll(x, i -> i % 7 - i % 3);
                x[at] = NAN;
                x[width + 5] = NAN;
                double[] values = new double[windows];
                double[] indices = new double[windows];
                for (int j = 0; j < windows; j++) {
                    int[] taps = {stride * j, stride * j + 1, width + stride * j, width + stride * j + 1};
                    int best = taps[0];
                    for (int tap : taps) {
                        best = x[tap] > x[best] || (Double.isNaN(x[tap]) && !Double.isNaN(x[best])) ? tap : best;
                    }
                    values[j] = x[best];
                    indices[j] = best;
                }
                assertMax(spec, Shape.of(1, 1, 2, width), x, Shape.of(1, 1, 1, windows), values, indices);
            }
        }
    }

    @Test
    void paddingNeverWins() {
        assertMax(
                new PoolSpec(3, 3, 2, 2, 1, 1, 1, 1, false, true),
                Shape.of(1, 1, 3, 3),
                new double[] {-1, -2, -3, -4, -5, -6, -7, -8, -9},
                Shape.of(1, 1, 2, 2),
                new double[] {-1, -2, -4, -5},
                new double[] {0, 1, 3, 4});
    }

    @Test
    void aDilatedWindowSkipsElements() {
        assertMax(
                new PoolSpec(2, 2, 1, 1, 0, 0, 2, 3, false, true),
                Shape.of(1, 1, 3, 5),
                new double[] {1, 20, 3, 4, 5, 100, 100, 100, 100, 100, 6, 7, 8, 2, 1},
                Shape.of(1, 1, 1, 2),
                new double[] {6, 20},
                new double[] {10, 1});
    }

    @Test
    void ceilModeKeepsThePartialWindowsThatStartInside() {
        PoolSpec ceil = new PoolSpec(2, 2, 2, 2, 0, 0, 1, 1, true, true);
        assertMax(
                ceil, Shape.of(1, 1, 3, 3), counting(9), Shape.of(1, 1, 2, 2), new double[] {5, 6, 8, 9}, new double[] {
                    4, 5, 7, 8
                });
        // A size of 2, padded by 1, strides of 3: ceil((2 + 2 - 2) / 3) + 1 = 2 windows, but the second would start at
        // 2, outside.
        PoolSpec outside = new PoolSpec(2, 2, 3, 3, 1, 1, 1, 1, true, true);
        assertMax(outside, Shape.of(1, 1, 2, 2), counting(4), Shape.of(1, 1, 1, 1), new double[] {1}, new double[] {0});
    }

    @Test
    void meansCountPaddingUnlessToldNotTo() {
        // 3 x 3 windows, stride 2, padding 1 over 1..9: the corners meet four elements each.
        double[] sums = {1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9};
        for (boolean count : new boolean[] {true, false}) {
            var spec = new PoolSpec(3, 3, 2, 2, 1, 1, 1, 1, false, count);
            double[] expected =
                    Arrays.stream(sums).map(s -> s / (count ? 9 : 4)).toArray();
            try (MemoryScope scope = MemoryScope.open()) {
                ConcreteTensor x = Images.of(DType.F64, Shape.of(1, 1, 3, 3), counting(9));
                Images.assertEqual(PoolKernels.avgPool2d(spec, x), Shape.of(1, 1, 2, 2), expected, 1e-15, "means");
            }
        }
    }

    @Test
    void inCeilModeWhatIsBeyondThePaddingDoesNotCount() {
        // Windows of 2 x 2 with stride 2 over 3 x 3: the last ones have two, two and one elements.
        var spec = new PoolSpec(2, 2, 2, 2, 0, 0, 1, 1, true, true);
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = Images.of(DType.F64, Shape.of(1, 1, 3, 3), counting(9));
            Images.assertEqual(
                    PoolKernels.avgPool2d(spec, x),
                    Shape.of(1, 1, 2, 2),
                    new double[] {3, 4.5, 7.5, 9},
                    1e-15,
                    "means");
        }
    }

    private static Stream<PoolSpec> specs() {
        List<PoolSpec> specs = new ArrayList<>();
        for (int kernel = 1; kernel <= 3; kernel++) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int pad = 0; pad <= kernel / 2; pad++) {
                    for (boolean ceil : new boolean[] {false, true}) {
                        for (int dilation = 1; dilation <= 2; dilation++) {
                            specs.add(new PoolSpec(
                                    kernel,
                                    2,
                                    stride,
                                    1 + stride / 2,
                                    pad,
                                    1,
                                    dilation,
                                    1,
                                    ceil,
                                    (stride + pad) % 2 == 0));
                        }
                    }
                }
            }
        }
        return specs.stream();
    }

    @ParameterizedTest
    @MethodSource("specs")
    void agreeWithTheDefinition(PoolSpec spec) {
        var random = new Random(3);
        for (int threads : new int[] {1, 3}) {
            WorkerPool.setThreads(threads);
            for (Shape shape : new Shape[] {
                Shape.of(2, 3, 7, 6),
                Shape.of(1, 1, 5, 9),
                Shape.of(0, 2, 5, 5),
                Shape.of(40, 5, 12, 12),
                Shape.of(1, 2, 5, 71)
            }) {
                for (DType dtype : DType.values()) {
                    if (dtype == DType.BOOL || dtype.isNarrow()) {
                        continue;
                    }
                    try (MemoryScope scope = MemoryScope.open()) {
                        ConcreteTensor x = Images.random(random, dtype, shape);
                        checkMax(spec, x, x);
                        checkMax(spec, x, Images.scattered(x));
                        if (dtype.isFloating() && spec.dilationH() == 1) {
                            checkMeans(spec, x, x);
                            checkMeans(spec, x, Images.scattered(x));
                        }
                    }
                }
            }
        }
    }

    private static void checkMax(PoolSpec spec, ConcreteTensor x, ConcreteTensor operand) {
        Shape shape = x.shape();
        Shape out = Shape.of(shape.size(0), shape.size(1), spec.outHeight(shape.size(2)), spec.outWidth(shape.size(3)));
        double[] image = Images.values(x);
        double[] values = new double[(int) out.elements()];
        double[] indices = new double[values.length];
        long plane = shape.size(2) * shape.size(3);
        for (int o = 0; o < values.length; o++) {
            long column = o % out.size(3);
            long row = o / out.size(3) % out.size(2);
            long start = o / (out.size(2) * out.size(3)) * plane;
            values[o] = -INFINITY;
            for (int ky = 0; ky < spec.kernelH(); ky++) {
                for (int kx = 0; kx < spec.kernelW(); kx++) {
                    long y = row * spec.strideH() - spec.padH() + (long) ky * spec.dilationH();
                    long z = column * spec.strideW() - spec.padW() + (long) kx * spec.dilationW();
                    boolean inside = y >= 0 && y < shape.size(2) && z >= 0 && z < shape.size(3);
                    if (inside && image[(int) (start + y * shape.size(3) + z)] > values[o]) {
                        values[o] = image[(int) (start + y * shape.size(3) + z)];
                        indices[o] = y * shape.size(3) + z;
                    }
                }
            }
        }
        ConcreteTensor[] results = PoolKernels.maxPool2d(spec, operand);
        Images.assertEqual(results[0], out, values, 0, "values of " + spec);
        Images.assertEqual(results[1], out, indices, 0, "indices of " + spec);
    }

    private static void checkMeans(PoolSpec spec, ConcreteTensor x, ConcreteTensor operand) {
        Shape shape = x.shape();
        Shape out = Shape.of(shape.size(0), shape.size(1), spec.outHeight(shape.size(2)), spec.outWidth(shape.size(3)));
        ConcreteTensor g = Images.random(new Random(9), x.dtype(), out);
        double[] image = Images.values(x);
        double[] cotangents = Images.values(g);
        double[] means = new double[cotangents.length];
        double[] shares = new double[image.length];
        long plane = shape.size(2) * shape.size(3);
        for (int o = 0; o < means.length; o++) {
            long top = o / out.size(3) % out.size(2) * spec.strideH() - spec.padH();
            long left = o % out.size(3) * spec.strideW() - spec.padW();
            long bottom = Math.min(top + spec.kernelH(), shape.size(2) + spec.padH());
            long right = Math.min(left + spec.kernelW(), shape.size(3) + spec.padW());
            List<Integer> inside = new ArrayList<>();
            for (long y = Math.max(top, 0); y < Math.min(bottom, shape.size(2)); y++) {
                for (long z = Math.max(left, 0); z < Math.min(right, shape.size(3)); z++) {
                    inside.add((int) (o / (out.size(2) * out.size(3)) * plane + y * shape.size(3) + z));
                }
            }
            double divisor = spec.countIncludePad() ? (bottom - top) * (right - left) : inside.size();
            for (int i : inside) {
                means[o] += image[i] / divisor;
                shares[i] += cotangents[o] / divisor;
            }
        }
        double tolerance = x.dtype() == DType.F32 ? 1e-5 : 1e-13;
        Images.assertEqual(PoolKernels.avgPool2d(spec, operand), out, means, tolerance, "means of " + spec);
        ConcreteTensor moved = operand == x ? g : Images.scattered(g);
        Images.assertEqual(
                PoolKernels.avgPool2dGrad(spec, shape, moved), shape, shares, tolerance, "shares of " + spec);
    }
}
