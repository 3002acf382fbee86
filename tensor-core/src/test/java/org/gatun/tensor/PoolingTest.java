package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools in one to three dimensions against a walk over each window. */
@ExtendWith(ScopePerTest.class)
class PoolingTest {
    private static final double NAN = Double.NaN;

    private static Tensor noise(long... sizes) {
        return Tensors.randn(new Generator(Arrays.hashCode(sizes)), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static Tensor max(Tensor x, PoolOptions o) {
        return x.rank() == 3
                ? Functional.maxPool1d(x, o)
                : x.rank() == 4 ? Functional.maxPool2d(x, o) : Functional.maxPool3d(x, o);
    }

    private static ValuesIndices maxWithIndices(Tensor x, PoolOptions o) {
        return x.rank() == 3
                ? Functional.maxPool1dWithIndices(x, o)
                : x.rank() == 4 ? Functional.maxPool2dWithIndices(x, o) : Functional.maxPool3dWithIndices(x, o);
    }

    private static Tensor avg(Tensor x, PoolOptions o) {
        return x.rank() == 3
                ? Functional.avgPool1d(x, o)
                : x.rank() == 4 ? Functional.avgPool2d(x, o) : Functional.avgPool3d(x, o);
    }

    private static Tensor lp(Tensor x, double p, PoolOptions o) {
        return x.rank() == 3
                ? Functional.lpPool1d(x, p, o)
                : x.rank() == 4 ? Functional.lpPool2d(x, p, o) : Functional.lpPool3d(x, p, o);
    }

    /** The places, row by row in the volume of sizes {@code n}, that lie in window {@code at}, and how many the padded input has of it. */
    private record Window(List<Integer> places, long padded) {
        static Window of(long[] n, long[] at, long[] kernel, long[] stride, long[] pad, long[] dilation) {
            List<Integer> places = new ArrayList<>(List.of(0));
            long padded = 1;
            for (int a = 0; a < n.length; a++) {
                var next = new ArrayList<Integer>();
                long inPadded = 0;
                for (long t = 0; t < kernel[a]; t++) {
                    long i = at[a] * stride[a] - pad[a] + t * dilation[a];
                    inPadded += i < n[a] + pad[a] ? 1 : 0;
                    if (i >= 0 && i < n[a]) {
                        for (int place : places) {
                            next.add((int) (place * n[a] + i));
                        }
                    }
                }
                places = next;
                padded *= inPadded;
            }
            places.sort(null);
            return new Window(places, padded);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void poolsAreWalksOverWindows(int axes) {
        var random = new SplittableRandom(axes);
        for (int round = 0; round < 25; round++) {
            boolean ceil = round % 2 == 1;
            long[] n = new long[axes];
            long[] kernel = new long[axes];
            long[] stride = new long[axes];
            long[] pad = new long[axes];
            long[] dilation = new long[axes];
            long[] one = new long[axes];
            Arrays.fill(one, 1);
            long[] shape = new long[axes + 2];
            shape[0] = 1;
            shape[1] = 2;
            for (int a = 0; a < axes; a++) {
                kernel[a] = random.nextInt(1, 4);
                stride[a] = random.nextInt(1, 4);
                pad[a] = random.nextLong(kernel[a] / 2 + 1);
                dilation[a] = random.nextInt(1, 3);
                n[a] = dilation[a] * (kernel[a] - 1) + 1 + random.nextInt(4);
                shape[a + 2] = n[a];
            }
            // Few different numbers, so that many are equal.
            Tensor x = noise(shape).mul(2).round();
            double[] numbers = x.toDoubleArray();
            PoolOptions plain =
                    PoolOptions.of(kernel).stride(stride).padding(pad).ceilMode(ceil);
            ValuesIndices maxima = maxWithIndices(x, plain.dilation(dilation));
            long volume = Arrays.stream(n).reduce(1, (a, b) -> a * b);
            walk(maxima.values().shape(), (i, channel, at) -> {
                Window w = Window.of(n, at, kernel, stride, pad, dilation);
                int best = -1;
                for (int place : w.places) {
                    double value = numbers[(int) (channel * volume) + place];
                    if (best < 0 || value > numbers[(int) (channel * volume) + best]) {
                        best = place;
                    }
                }
                if (best >= 0) {
                    assertThat(maxima.values().flatten().select(0, i).item())
                            .isEqualTo(numbers[(int) (channel * volume) + best]);
                    assertThat(maxima.indices().flatten().select(0, i).item()).isEqualTo(best);
                }
            });
            assertThat(max(x, plain.dilation(dilation)).toDoubleArray())
                    .containsExactly(maxima.values().toDoubleArray());
            Tensor with = avg(x, plain);
            Tensor without = avg(x, plain.countIncludePad(false));
            Tensor divided = avg(x, plain.divisorOverride(7));
            walk(with.shape(), (i, channel, at) -> {
                Window w = Window.of(n, at, kernel, stride, pad, one);
                double sum = w.places.stream()
                        .mapToDouble(p -> numbers[(int) (channel * volume) + p])
                        .sum();
                assertThat(with.flatten().select(0, i).item()).isCloseTo(sum / w.padded, within(1e-13));
                assertThat(without.flatten().select(0, i).item()).isCloseTo(sum / w.places.size(), within(1e-13));
                assertThat(divided.flatten().select(0, i).item()).isCloseTo(sum / 7, within(1e-13));
            });
        }
    }

    private interface Visitor {
        void visit(int i, long channel, long[] at);
    }

    /** Each element of a shape (1, channels, ..). */
    private static void walk(Shape shape, Visitor visitor) {
        for (int i = 0; i < shape.elements(); i++) {
            long[] at = new long[shape.rank() - 2];
            long rest = i;
            for (int a = at.length - 1; a >= 0; a--) {
                at[a] = rest % shape.size(a + 2);
                rest /= shape.size(a + 2);
            }
            visitor.visit(i, rest, at);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void lpPoolsAreNormsOfWindows(int axes) {
        long[] shape = new long[axes + 2];
        Arrays.fill(shape, 4);
        shape[0] = shape[1] = 1;
        Tensor x = noise(shape);
        Tensor y = lp(x, 2, PoolOptions.of(4));
        assertThat(y.item()).isCloseTo(x.norm().item(), within(1e-13));
        assertThat(lp(x.abs(), 3, PoolOptions.of(4)).item()).isCloseTo(x.norm(3).item(), within(1e-13));
        assertThat(lp(x.mul(0), 2, PoolOptions.of(2)).abs().max().item()).isZero();
    }

    /** Window i of m over n elements: from floor(i n / m) to ceil((i + 1) n / m). */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 7, 9})
    void adaptiveWindowsCoverTheInput(long m) {
        Tensor x = noise(2, 3, 7);
        Tensor mean = Functional.adaptiveAvgPool1d(x, m);
        ValuesIndices max = Functional.adaptiveMaxPool1dWithIndices(x, m);
        for (long i = 0; i < m; i++) {
            long from = Math.floorDiv(i * 7, m);
            long to = Math.ceilDiv((i + 1) * 7, m);
            Tensor window = x.slice(2, from, to);
            assertThat(mean.select(2, i).toDoubleArray())
                    .containsExactly(window.mean(2).toDoubleArray(), within(1e-15));
            assertThat(max.values().select(2, i).toDoubleArray())
                    .containsExactly(window.amax(2).toDoubleArray());
            assertThat(max.indices().select(2, i).toLongArray())
                    .containsExactly(window.argmax(2).add(from).toLongArray());
        }
        // Along several axes, one after the other.
        Tensor image = noise(1, 2, 5, 6, 7);
        Tensor each = image;
        for (int a = 0; a < 3; a++) {
            each = Functional.adaptiveAvgPool1d(each.moveAxis(2 + a, -1).flatten(0, 3), m)
                    .reshape(each.moveAxis(2 + a, -1).shape().withSize(-1, m))
                    .moveAxis(-1, 2 + a);
        }
        assertThat(Functional.adaptiveAvgPool3d(image, m).toDoubleArray())
                .containsExactly(each.toDoubleArray(), within(1e-14));
        ValuesIndices maxima =
                Functional.adaptiveMaxPool3dWithIndices(image.mul(2).round(), m);
        Tensor picked =
                image.mul(2).round().flatten(2, 4).gather(2, maxima.indices().flatten(2, 4));
        assertThat(picked.toDoubleArray()).containsExactly(maxima.values().toDoubleArray());
        assertThat(Functional.adaptiveMaxPool2d(image.select(2, 0), m, 1).toDoubleArray())
                .containsExactly(Functional.adaptiveMaxPool1d(image.select(2, 0).amax(3), m)
                        .toDoubleArray());
    }

    @Test
    void tiesGoToTheFirstRowByRow() {
        Tensor x = Tensors.zeros(1, 1, 3, 3, 3);
        assertThat(Functional.maxPool3dWithIndices(x, PoolOptions.of(2).stride(1))
                        .indices()
                        .toLongArray())
                .containsExactly(0, 1, 3, 4, 9, 10, 12, 13);
        assertThat(Functional.adaptiveMaxPool3dWithIndices(x, 1).indices().toLongArray())
                .containsExactly(0);
        assertThat(Functional.adaptiveMaxPool2dWithIndices(x.select(2, 0), 2)
                        .indices()
                        .toLongArray())
                .containsExactly(0, 1, 3, 4);
    }

    @Test
    void nanAndInfinityStayInTheirWindows() {
        Tensor x = Tensors.of(Shape.of(1, 5), 1, NAN, 2, Double.POSITIVE_INFINITY, 3);
        assertThat(Functional.adaptiveAvgPool1d(x, 3).toDoubleArray())
                .containsExactly(NAN, NAN, Double.POSITIVE_INFINITY);
        assertThat(Functional.adaptiveMaxPool1d(x, 3).toDoubleArray())
                .containsExactly(NAN, NAN, Double.POSITIVE_INFINITY);
        assertThat(Functional.adaptiveMaxPool1dWithIndices(x, 3).indices().toLongArray())
                .containsExactly(1, 1, 3);
    }

    @Test
    void unpoolingPutsMaximaBack() {
        Tensor x = noise(2, 3, 4, 6, 5);
        PoolOptions two = PoolOptions.of(2);
        ValuesIndices pooled = Functional.maxPool3dWithIndices(x, two);
        Tensor back = Functional.maxUnpool3d(pooled.values(), pooled.indices(), two, 4, 6, 5);
        assertThat(back.shape()).isEqualTo(x.shape());
        // Where it is not 0 it is x; and pooled again it is what it was, where that is above 0.
        assertThat(back.eq(x).or(back.eq(0)).all().item()).isEqualTo(1);
        assertThat(Functional.maxPool3d(back, two).toDoubleArray())
                .containsExactly(pooled.values().relu().toDoubleArray());
        assertThat(Functional.maxUnpool1d(Tensors.of(Shape.of(1, 2), 7f, 8), Tensors.of(Shape.of(1, 2), 3L, 0), two)
                        .toFloatArray())
                .containsExactly(8, 0, 0, 7);
    }
}
