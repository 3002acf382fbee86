package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvKernelsTest {

    record Case(Shape image, Shape weight, ConvSpec spec) {
        Shape result() {
            return Shape.of(
                    image.size(0),
                    weight.size(0),
                    spec.outHeight(image.size(2), weight.size(2)),
                    spec.outWidth(image.size(3), weight.size(3)));
        }
    }

    /** What to do with an image element, the weight and the result element that it meets. */
    @FunctionalInterface
    private interface Meeting {
        void at(int image, int weight, int result);
    }

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    private static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        int[][] windows = {{1, 1}, {2, 3}, {3, 3}, {5, 1}};
        for (int[] window : windows) {
            for (int stride = 1; stride <= 3; stride++) {
                for (int padding = 0; padding <= 2; padding++) {
                    for (int dilation = 1; dilation <= 2; dilation++) {
                        var spec = new ConvSpec(stride, 1 + stride / 2, padding, 2 - padding, dilation, 1, 1);
                        cases.add(new Case(Shape.of(2, 3, 9, 8), Shape.of(4, 3, window[0], window[1]), spec));
                    }
                }
            }
        }
        var same = new ConvSpec(1, 1, 1, 1, 1, 1, 1);
        cases.add(new Case(Shape.of(3, 2, 7, 5), Shape.of(3, 2, 3, 3), same));
        cases.add(new Case(Shape.of(1, 2, 40, 37), Shape.of(3, 2, 3, 3), same));
        cases.add(new Case(Shape.of(1, 9, 6, 7), Shape.of(5, 9, 1, 1), ConvSpec.DEFAULT));
        cases.add(new Case(Shape.of(3, 8, 6, 7), Shape.of(5, 8, 1, 1), ConvSpec.DEFAULT.stride(2)));
        cases.add(new Case(Shape.of(2, 6, 6, 7), Shape.of(4, 3, 3, 2), same.groups(2)));
        cases.add(new Case(Shape.of(2, 4, 6, 7), Shape.of(8, 1, 3, 3), same.groups(4)));
        cases.add(new Case(Shape.of(2, 4, 6, 7), Shape.of(4, 1, 1, 1), ConvSpec.DEFAULT.groups(4)));
        // A window that only meets padding at the corners, and one as large as the padded image.
        cases.add(new Case(Shape.of(1, 1, 2, 2), Shape.of(2, 1, 2, 2), ConvSpec.DEFAULT.padding(3)));
        cases.add(new Case(Shape.of(2, 2, 4, 5), Shape.of(2, 2, 6, 7), ConvSpec.DEFAULT.padding(1)));
        cases.add(new Case(Shape.of(2, 1, 1, 1), Shape.of(1, 1, 3, 3), new ConvSpec(2, 2, 3, 3, 3, 3, 1)));
        // Much padding around results of more than a few cache lines.
        cases.add(new Case(Shape.of(1, 1, 50, 45), Shape.of(2, 1, 3, 5), new ConvSpec(1, 1, 3, 4, 2, 3, 1)));
        cases.add(new Case(Shape.of(1, 2, 9, 70), Shape.of(2, 2, 5, 2), new ConvSpec(1, 2, 9, 20, 3, 1, 1)));
        // Every other element, to the very last, in rows of several vectors and a part of one.
        for (int width : new int[] {31, 33, 65, 95}) {
            var halving = new ConvSpec(2, 2, 0, 0, 1, 1, 1);
            cases.add(new Case(Shape.of(2, 1, 5, width), Shape.of(2, 1, 1, 1), halving));
            cases.add(new Case(Shape.of(1, 2, 5, width), Shape.of(2, 2, 3, 4), new ConvSpec(2, 2, 1, 2, 1, 3, 1)));
        }
        // Bands: a window matrix larger than the cache.
        cases.add(new Case(Shape.of(1, 40, 30, 31), Shape.of(3, 40, 5, 5), ConvSpec.DEFAULT.padding(2)));
        // In fewer products: tiles of odd images, much padding, none; many images to a block, many blocks to an image,
        // and groups.
        for (int padding = 0; padding <= 2; padding++) {
            var padded = new ConvSpec(1, 1, padding, 2 - padding, 1, 1, 1);
            cases.add(new Case(Shape.of(3, 17, 11, 13), Shape.of(18, 17, 3, 3), padded));
            cases.add(new Case(Shape.of(19, 16, 5, 4), Shape.of(33, 16, 3, 3), padded));
        }
        cases.add(new Case(Shape.of(1, 16, 40, 71), Shape.of(16, 16, 3, 3), same));
        cases.add(new Case(Shape.of(2, 32, 14, 9), Shape.of(34, 16, 3, 3), same.groups(2)));
        // Many weights for small images: several of them side by side, one, none.
        var halved = new ConvSpec(2, 2, 1, 1, 1, 1, 1);
        cases.add(new Case(Shape.of(3, 64, 7, 6), Shape.of(128, 64, 3, 3), halved));
        cases.add(new Case(Shape.of(1, 64, 5, 5), Shape.of(114, 64, 3, 3), same));
        cases.add(new Case(Shape.of(0, 64, 5, 5), Shape.of(114, 64, 3, 3), same));
        cases.add(new Case(Shape.of(2, 40, 4, 6), Shape.of(66, 40, 5, 5), new ConvSpec(1, 1, 2, 1, 1, 1, 1)));
        cases.add(new Case(Shape.of(2, 128, 6, 5), Shape.of(64, 128, 2, 4), new ConvSpec(1, 1, 1, 3, 3, 2, 1)));
        cases.add(new Case(Shape.of(2, 256, 3, 2), Shape.of(256, 256, 1, 1), ConvSpec.DEFAULT.padding(1)));
        // As many groups as channels: planes of several vectors, far apart taps, all padding, two results of a channel.
        for (int padding = 0; padding <= 2; padding++) {
            cases.add(new Case(
                    Shape.of(3, 5, 11, 9 + padding), Shape.of(5, 1, 3, 3), new ConvSpec(1, 1, padding, 1, 1, 1, 5)));
            cases.add(new Case(Shape.of(2, 3, 10, 17), Shape.of(6, 1, 2, 5), new ConvSpec(1, 1, 1, padding, 2, 1, 3)));
        }
        // Few channels: four results at a time and what remains, rows that end anywhere in a vector, with and without
        // groups.
        for (int outputs = 1; outputs <= 9; outputs++) {
            cases.add(new Case(
                    Shape.of(3, 2, 9, 10 + outputs),
                    Shape.of(outputs, 2, 3, 5),
                    new ConvSpec(1, 1, outputs % 3, outputs % 5, 1, 1, 1)));
            cases.add(new Case(
                    Shape.of(2, 6, 8 + outputs, 12),
                    Shape.of(2 * outputs, 3, 5, 3),
                    new ConvSpec(1, 1, 2, 1, 1, 2, 2)));
        }
        cases.add(new Case(Shape.of(2, 6, 14, 14), Shape.of(16, 6, 5, 5), ConvSpec.DEFAULT));
        cases.add(new Case(Shape.of(2, 1, 28, 28), Shape.of(6, 1, 5, 5), ConvSpec.DEFAULT.padding(2)));
        // One image, whose results threads share out.
        for (int outputs : new int[] {3, 6, 8, 13, 14, 15, 32}) {
            cases.add(new Case(Shape.of(1, 12, 16, 15), Shape.of(outputs, 12, 5, 5), ConvSpec.DEFAULT.padding(2)));
        }
        cases.add(new Case(
                Shape.of(1, 3, 30, 30),
                Shape.of(3, 1, 13, 13),
                ConvSpec.DEFAULT.padding(6).groups(3)));
        // No rows but those of the padding.
        cases.add(new Case(Shape.of(1, 2, 0, 20), Shape.of(2, 2, 2, 7), new ConvSpec(1, 1, 1, 3, 1, 1, 1)));
        // Nothing in it.
        cases.add(new Case(Shape.of(0, 2, 4, 4), Shape.of(3, 2, 2, 2), ConvSpec.DEFAULT));
        cases.add(new Case(Shape.of(2, 0, 4, 4), Shape.of(3, 0, 2, 2), ConvSpec.DEFAULT));
        cases.add(new Case(Shape.of(2, 2, 4, 4), Shape.of(0, 2, 2, 2), ConvSpec.DEFAULT));
        return cases.stream();
    }

    private static void meetings(Case c, Meeting meeting) {
        ConvSpec spec = c.spec();
        Shape x = c.image();
        Shape w = c.weight();
        Shape y = c.result();
        for (int n = 0; n < x.size(0); n++) {
            for (int o = 0; o < y.size(1); o++) {
                long group = o / (y.size(1) / spec.groups());
                for (int i = 0; i < w.size(1); i++) {
                    for (int oy = 0; oy < y.size(2); oy++) {
                        for (int ox = 0; ox < y.size(3); ox++) {
                            for (int ky = 0; ky < w.size(2); ky++) {
                                for (int kx = 0; kx < w.size(3); kx++) {
                                    long iy = (long) oy * spec.strideH() - spec.padH() + (long) ky * spec.dilationH();
                                    long ix = (long) ox * spec.strideW() - spec.padW() + (long) kx * spec.dilationW();
                                    if (iy >= 0 && iy < x.size(2) && ix >= 0 && ix < x.size(3)) {
                                        meeting.at(
                                                (int) flat(x, n, group * w.size(1) + i, iy, ix),
                                                (int) flat(w, o, i, ky, kx),
                                                (int) flat(y, n, o, oy, ox));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static long flat(Shape shape, long a, long b, long c, long d) {
        return ((a * shape.size(1) + b) * shape.size(2) + c) * shape.size(3) + d;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheDefinition(Case c) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (int threads : new int[] {1, 3}) {
                WorkerPool.setThreads(threads);
                for (boolean scattered : new boolean[] {false, true}) {
                    try (MemoryScope scope = MemoryScope.open()) {
                        check(c, dtype, scattered);
                    }
                }
            }
        }
    }

    private static void check(Case c, DType dtype, boolean scattered) {
        var random = new Random(11);
        ConcreteTensor x = Images.random(random, dtype, c.image());
        ConcreteTensor w = Images.random(random, dtype, c.weight());
        ConcreteTensor g = Images.random(random, dtype, c.result());
        double[] xs = Images.values(x);
        double[] ws = Images.values(w);
        double[] gs = Images.values(g);
        double[] y = new double[gs.length];
        double[] dx = new double[xs.length];
        double[] dw = new double[ws.length];
        meetings(c, (image, weight, result) -> {
            y[result] += xs[image] * ws[weight];
            dx[image] += gs[result] * ws[weight];
            dw[weight] += gs[result] * xs[image];
        });
        if (scattered) {
            x = Images.scattered(x);
            w = Images.scattered(w);
            g = Images.scattered(g);
        }
        Images.assertEqual(ConvKernels.conv2d(c.spec(), x, w), c.result(), y, 0, "convolution");
        Images.assertEqual(ConvKernels.inputGrad(c.spec(), c.image(), g, w), c.image(), dx, 0, "image gradient");
        Images.assertEqual(ConvKernels.weightGrad(c.spec(), c.weight(), g, x), c.weight(), dw, 0, "weight gradient");
    }

    /** Several blocks of images, which threads share or take one by one: results of one image each, and gradients that are their sum. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aBatchOfSmallImagesIsComputedAsOneImageAfterAnother(int threads) {
        WorkerPool.setThreads(threads);
        var spec = new ConvSpec(2, 2, 1, 1, 1, 1, 1);
        int batch = 30;
        Case all = new Case(Shape.of(batch, 64, 15, 13), Shape.of(128, 64, 3, 3), spec);
        Case one = new Case(Shape.of(1, 64, 15, 13), all.weight(), spec);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            try (MemoryScope scope = MemoryScope.open()) {
                var random = new Random(3);
                ConcreteTensor x = Images.random(random, dtype, all.image());
                ConcreteTensor w = Images.random(random, dtype, all.weight());
                ConcreteTensor g = Images.random(random, dtype, all.result());
                double[] y = Images.values(ConvKernels.conv2d(spec, x, w));
                double[] dx = Images.values(ConvKernels.inputGrad(spec, all.image(), g, w));
                double[] sum = new double[(int) all.weight().elements()];
                for (int image = 0; image < batch; image++) {
                    ConcreteTensor own = image(x, one.image(), image);
                    ConcreteTensor ownG = image(g, one.result(), image);
                    Images.assertEqual(ConvKernels.conv2d(spec, own, w), one.result(), slice(y, batch, image), 0, "y");
                    Images.assertEqual(
                            ConvKernels.inputGrad(spec, one.image(), ownG, w),
                            one.image(),
                            slice(dx, batch, image),
                            0,
                            "dx");
                    double[] dw = Images.values(ConvKernels.weightGrad(spec, all.weight(), ownG, own));
                    Arrays.setAll(sum, i -> sum[i] + dw[i]);
                }
                Images.assertEqual(ConvKernels.weightGrad(spec, all.weight(), g, x), all.weight(), sum, 0, "dw");
            }
        }
    }

    private static ConcreteTensor image(ConcreteTensor images, Shape shape, int image) {
        return Images.of(
                images.dtype(),
                shape,
                slice(Images.values(images), (int) images.shape().size(0), image));
    }

    private static double[] slice(double[] values, int parts, int part) {
        int length = values.length / parts;
        return Arrays.copyOfRange(values, part * length, (part + 1) * length);
    }

    @Test
    void theWeightGradientHasTheSameBitsEachTime() {
        WorkerPool.setThreads(2);
        var random = new Random(5);
        try (MemoryScope scope = MemoryScope.open()) {
            double[] values = random.doubles(16 * 3 * 14 * 14).toArray();
            ConcreteTensor x = Images.of(DType.F32, Shape.of(16, 3, 14, 14), values);
            ConcreteTensor g = Images.of(
                    DType.F32,
                    Shape.of(16, 4, 12, 12),
                    random.doubles(16 * 4 * 144).toArray());
            Shape weight = Shape.of(4, 3, 3, 3);
            double[] first = Images.values(ConvKernels.weightGrad(ConvSpec.DEFAULT, weight, g, x));
            for (int i = 0; i < 20; i++) {
                assertThat(Images.values(ConvKernels.weightGrad(ConvSpec.DEFAULT, weight, g, x)))
                        .isEqualTo(first);
            }
        }
    }

    /** In whichever way sums are made: within half a millionth of the sum of the products' sizes, a few roundings of which each is 2^-24. */
    @Test
    void roundingErrorsAreSmallBesideTheProducts() {
        Case c = new Case(Shape.of(3, 32, 15, 14), Shape.of(32, 32, 3, 3), ConvSpec.DEFAULT.padding(1));
        var random = new Random(17);
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = normal(random, c.image());
            ConcreteTensor w = normal(random, c.weight());
            ConcreteTensor g = normal(random, c.result());
            double[] xs = Images.values(x);
            double[] ws = Images.values(w);
            double[] gs = Images.values(g);
            double[][] sums = {new double[gs.length], new double[xs.length], new double[ws.length]};
            double[][] sizes = {new double[gs.length], new double[xs.length], new double[ws.length]};
            meetings(c, (image, weight, result) -> {
                double[] products = {xs[image] * ws[weight], gs[result] * ws[weight], gs[result] * xs[image]};
                int[] places = {result, image, weight};
                for (int i = 0; i < 3; i++) {
                    sums[i][places[i]] += products[i];
                    sizes[i][places[i]] += Math.abs(products[i]);
                }
            });
            ConcreteTensor[] got = {
                ConvKernels.conv2d(c.spec(), x, w),
                ConvKernels.inputGrad(c.spec(), c.image(), g, w),
                ConvKernels.weightGrad(c.spec(), c.weight(), g, x)
            };
            for (int i = 0; i < 3; i++) {
                double[] values = Images.values(got[i]);
                for (int j = 0; j < values.length; j++) {
                    assertThat(Math.abs(values[j] - sums[i][j])).isLessThan(5e-7 * sizes[i][j]);
                }
            }
        }
    }

    /**
     * A result beside a large number of the image, whose own window holds small ones only: in fewer products, its error goes by the largest
     * number of the 4 x 4 piece that it is computed from, times the window's absolute sum.
     */
    @Test
    void roundingErrorsGoByTheLargestNumberNearby() {
        Case c = new Case(Shape.of(2, 32, 16, 16), Shape.of(32, 32, 3, 3), ConvSpec.DEFAULT.padding(1));
        var random = new Random(23);
        try (MemoryScope scope = MemoryScope.open()) {
            double[] values = Images.values(normal(random, c.image()));
            for (int i = 0; i < values.length; i += 97) {
                values[i] *= 1e4;
            }
            ConcreteTensor x = Images.of(DType.F32, c.image(), values);
            ConcreteTensor w = normal(random, c.weight());
            double[] xs = Images.values(x);
            double[] ws = Images.values(w);
            double[] y = new double[(int) c.result().elements()];
            double[] bound = new double[y.length];
            meetings(c, (image, weight, result) -> {
                y[result] += xs[image] * ws[weight];
                bound[result] += Math.abs(ws[weight]) * 0x1p-21 * largestOfPiece(xs, image / 256 * 256, result % 256);
            });
            double[] got = Images.values(ConvKernels.conv2d(c.spec(), x, w));
            for (int i = 0; i < y.length; i++) {
                assertThat(Math.abs(got[i] - y[i])).isLessThan(bound[i]);
            }
        }
    }

    /** Of a plane of 16 x 16, the largest number of the 4 x 4 piece, padded by one, that the tile of a result is computed from. */
    private static double largestOfPiece(double[] images, int plane, int result) {
        int top = result / 32 * 2 - 1;
        int left = result % 16 / 2 * 2 - 1;
        double largest = 0;
        for (int r = Math.max(0, top); r <= Math.min(15, top + 3); r++) {
            for (int s = Math.max(0, left); s <= Math.min(15, left + 3); s++) {
                largest = Math.max(largest, Math.abs(images[plane + 16 * r + s]));
            }
        }
        return largest;
    }

    private static ConcreteTensor normal(Random random, Shape shape) {
        double[] values = new double[(int) shape.elements()];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Images.of(DType.F32, shape, values);
    }

    /** Sums of products by way of tiles would spread infinities and NaN over whole tiles. */
    @Test
    void whatIsNotFiniteStaysInItsWindows() {
        var spec = new ConvSpec(1, 1, 1, 1, 1, 1, 1);
        whatIsNotFiniteStaysInItsWindows(new Case(Shape.of(2, 16, 12, 12), Shape.of(16, 16, 3, 3), spec));
        whatIsNotFiniteStaysInItsWindows(new Case(Shape.of(2, 16, 12, 12), Shape.of(16, 1, 3, 3), spec.groups(16)));
        whatIsNotFiniteStaysInItsWindows(new Case(Shape.of(2, 6, 12, 12), Shape.of(9, 6, 3, 3), spec));
    }

    private static void whatIsNotFiniteStaysInItsWindows(Case c) {
        ConvSpec spec = c.spec();
        for (double special : new double[] {Double.POSITIVE_INFINITY, Double.NaN, 3e38}) {
            try (MemoryScope scope = MemoryScope.open()) {
                int image = 5 * 144 + 6 * 12 + 7;
                double[] xs = new double[(int) c.image().elements()];
                xs[image] = special;
                double[] gs = new double[(int) c.result().elements()];
                gs[image] = special;
                double[] ws = new double[(int) c.weight().elements()];
                Arrays.fill(ws, 1);
                ConcreteTensor x = Images.of(DType.F32, c.image(), xs);
                ConcreteTensor g = Images.of(DType.F32, c.result(), gs);
                ConcreteTensor w = Images.of(DType.F32, c.weight(), ws);
                double[] y = new double[gs.length];
                double[] dx = new double[xs.length];
                meetings(c, (at, weight, result) -> {
                    y[result] += at == image ? (float) special : 0;
                    dx[at] += result == image ? (float) special : 0;
                });
                Images.assertEqual(ConvKernels.conv2d(spec, x, w), c.result(), y, 0, "convolution");
                Images.assertEqual(ConvKernels.inputGrad(spec, c.image(), g, w), c.image(), dx, 0, "image gradient");
                ConcreteTensor ones = Images.of(DType.F32, c.image(), ones(xs.length));
                double[] dw = new double[ws.length];
                meetings(c, (at, weight, result) -> dw[weight] += result == image ? (float) special : 0);
                Images.assertEqual(
                        ConvKernels.weightGrad(spec, c.weight(), g, ones), c.weight(), dw, 0, "weight gradient");
            }
        }
    }

    /** Zeros that a method puts around rows for itself are no elements of a window: without padding, nothing is infinity times 0. */
    @Test
    void anInfiniteWeightMeetsOnlyTheImage() {
        for (int groups : new int[] {1, 4, 16}) {
            Case c = new Case(Shape.of(4, 16, 9, 12), Shape.of(16, 16 / groups, 3, 3), ConvSpec.DEFAULT.groups(groups));
            try (MemoryScope scope = MemoryScope.open()) {
                double[] ws = ones((int) c.weight().elements());
                ws[ws.length - 2] = Double.POSITIVE_INFINITY;
                double[] y = new double[(int) c.result().elements()];
                double[] dx = new double[(int) c.image().elements()];
                meetings(c, (image, weight, result) -> {
                    y[result] += ws[weight];
                    dx[image] += ws[weight];
                });
                ConcreteTensor x = Images.of(DType.F32, c.image(), ones(dx.length));
                ConcreteTensor g = Images.of(DType.F32, c.result(), ones(y.length));
                ConcreteTensor w = Images.of(DType.F32, c.weight(), ws);
                Images.assertEqual(ConvKernels.conv2d(c.spec(), x, w), c.result(), y, 0, "convolution");
                Images.assertEqual(
                        ConvKernels.inputGrad(c.spec(), c.image(), g, w), c.image(), dx, 0, "image gradient");
            }
        }
    }

    /** Sums of many equal numbers drift when each addition is rounded the same way: chains of additions are short. */
    @Test
    void weightGradientsOfManyEqualProductsDoNotDrift() {
        WorkerPool.setThreads(1);
        Shape image = Shape.of(64, 4, 32, 32);
        Shape weight = Shape.of(4, 1, 3, 3);
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = Images.of(DType.F32, image, ones((int) image.elements()));
            double[] tenths = new double[64 * 4 * 30 * 30];
            Arrays.fill(tenths, 0.1f);
            ConcreteTensor g = Images.of(DType.F32, Shape.of(64, 4, 30, 30), tenths);
            double exact = 64 * 30 * 30 * (double) 0.1f;
            for (double value : Images.values(ConvKernels.weightGrad(ConvSpec.DEFAULT.groups(4), weight, g, x))) {
                assertThat(value).isCloseTo(exact, withinPercentage(2e-4));
            }
        }
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void paddingIsZeroAlsoWhereTheImageIsInfinite() {
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = Images.of(DType.F32, Shape.of(1, 1, 1, 1), Double.POSITIVE_INFINITY);
            ConcreteTensor w = Images.of(DType.F32, Shape.of(1, 1, 1, 3), 1, 2, 1);
            ConcreteTensor y = ConvKernels.conv2d(new ConvSpec(1, 1, 0, 2, 1, 1, 1), x, w);
            Images.assertEqual(
                    y,
                    Shape.of(1, 1, 1, 3),
                    new double[] {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY},
                    0,
                    "convolution");
        }
    }

    @Test
    void bothRowLoopsDoTheSame() {
        var random = new Random(2);
        RowLoops[] loops = {new ScalarRowLoops(), RowLoops.get()};
        for (int length : new int[] {0, 1, 3, 15, 16, 17, 33, 100}) {
            double[][][] results = new double[3][2][];
            for (int l = 0; l < 2; l++) {
                random.setSeed(length);
                try (var arena = Arena.ofConfined()) {
                    var floats = NativeArray.random(arena, DType.F32, 500, random);
                    var copied = NativeArray.random(arena, DType.F32, 500, random);
                    var added = NativeArray.random(arena, DType.F32, 500, random);
                    var doubles = NativeArray.random(arena, DType.F64, 500, random);
                    var addedDoubles = NativeArray.random(arena, DType.F64, 500, random);
                    loops[l].copyWords(floats.address(1), 480, copied.address(3), 444, length, 4);
                    loops[l].addFloats(floats.address(1), 480, added.address(3), 444, length, 4);
                    loops[l].addDoubles(doubles.address(1), 960, addedDoubles.address(3), 888, length, 4);
                    results[0][l] = copied.toArray();
                    results[1][l] = added.toArray();
                    results[2][l] = addedDoubles.toArray();
                    for (int i = 0; i < 4; i++) {
                        for (int j = 0; j < length; j++) {
                            assertThat(copied.get(3 + 111L * i + j)).isEqualTo(floats.get(1 + 120L * i + j));
                        }
                    }
                    copied.assertGuardsAreIntact();
                    added.assertGuardsAreIntact();
                    addedDoubles.assertGuardsAreIntact();
                }
            }
            for (double[][] result : results) {
                assertThat(result[1]).isEqualTo(result[0]);
            }
        }
    }

    /** The definition: each window adds to the element of the image that its tap meets. */
    @ParameterizedTest
    @CsvSource({"1,1,0,1", "1,3,1,1", "7,3,1,1", "14,3,2,1", "16,3,1,2", "17,5,4,1", "40,1,0,1", "33,4,0,3", "5,3,7,4"})
    void windowsAreAddedToTheElementsThatTheyMeet(int width, int columns, int shift, int dilation) {
        int outWidth = width + 2 * shift - (columns - 1) * dilation;
        int rows = 2;
        int step = outWidth + 3;
        for (RowLoops loops : new RowLoops[] {new ScalarRowLoops(), RowLoops.get()}) {
            try (var arena = Arena.ofConfined()) {
                var random = new Random(width);
                var windows = NativeArray.random(arena, DType.F32, (long) rows * columns * step, random);
                var image = NativeArray.random(arena, DType.F32, width, random);
                float[] expected = new float[width];
                for (int x = 0; x < width; x++) {
                    expected[x] = (float) image.get(x);
                }
                for (int tap = 0; tap < rows * columns; tap++) {
                    for (int o = 0; o < outWidth; o++) {
                        int x = o - shift + tap % columns * dilation;
                        if (x >= 0 && x < width) {
                            expected[x] += (float) windows.get((long) tap * step + o);
                        }
                    }
                }
                var taps = new RowLoops.Taps(columns, 4L * step, 4L * step * columns, shift, dilation, outWidth);
                loops.addWindows(image.address(), width, windows.address(), rows, taps);
                for (int x = 0; x < width; x++) {
                    assertThat((float) image.get(x)).as("element %d", x).isEqualTo(expected[x]);
                }
                image.assertGuardsAreIntact();
            }
        }
    }
}
