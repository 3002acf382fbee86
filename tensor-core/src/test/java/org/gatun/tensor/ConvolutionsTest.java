package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions in one to three dimensions against sums over all taps, and transposed ones against the definition of a transpose. */
@ExtendWith(ScopePerTest.class)
class ConvolutionsTest {
    private static Tensor noise(long... sizes) {
        return Tensors.randn(new Generator(Arrays.hashCode(sizes)), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static Tensor conv(Tensor x, Tensor weight, ConvOptions options) {
        return switch (x.rank()) {
            case 3 -> Functional.conv1d(x, weight, null, options);
            case 4 -> Functional.conv2d(x, weight, null, options);
            default -> Functional.conv3d(x, weight, null, options);
        };
    }

    private static Tensor transposed(Tensor x, Tensor weight, ConvOptions options) {
        return switch (x.rank()) {
            case 3 -> Functional.convTranspose1d(x, weight, null, options);
            case 4 -> Functional.convTranspose2d(x, weight, null, options);
            default -> Functional.convTranspose3d(x, weight, null, options);
        };
    }

    /** One element of a convolution: over all channels of the group and all taps that lie inside. */
    private static double element(Tensor x, Tensor weight, int groups, long[][] geometry, long[] at) {
        int axes = x.rank() - 2;
        long perGroup = weight.size(1);
        long group = at[1] / (weight.size(0) / groups);
        double sum = 0;
        long[] taps = new long[axes + 1];
        long count = weight.elements() / weight.size(0);
        for (long t = 0; t < count; t++) {
            long rest = t;
            for (int a = axes; a >= 0; a--) {
                taps[a] = rest % weight.size(a + 1);
                rest /= weight.size(a + 1);
            }
            long[] place = new long[axes + 2];
            long[] tap = new long[axes + 2];
            place[0] = at[0];
            place[1] = group * perGroup + taps[0];
            tap[0] = at[1];
            tap[1] = taps[0];
            boolean inside = true;
            for (int a = 0; a < axes; a++) {
                place[a + 2] = at[a + 2] * geometry[0][a] - geometry[1][a] + taps[a + 1] * geometry[2][a];
                tap[a + 2] = taps[a + 1];
                inside &= place[a + 2] >= 0 && place[a + 2] < x.size(a + 2);
            }
            if (inside) {
                sum += pick(x, place) * pick(weight, tap);
            }
        }
        return sum;
    }

    private static double pick(Tensor x, long[] at) {
        Tensor t = x;
        for (long i : at) {
            t = t.select(0, i);
        }
        return t.item();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void convolutionIsTheSumOverTaps(int axes) {
        var random = new SplittableRandom(axes);
        for (int round = 0; round < 12; round++) {
            int groups = random.nextInt(1, 3);
            long[] x = new long[axes + 2];
            long[] w = new long[axes + 2];
            long[][] geometry = new long[3][axes];
            x[0] = 2;
            w[1] = random.nextInt(1, 3);
            x[1] = groups * w[1];
            w[0] = groups * random.nextInt(1, 3);
            for (int a = 0; a < axes; a++) {
                w[a + 2] = random.nextInt(1, 4);
                geometry[0][a] = random.nextInt(1, 4);
                geometry[1][a] = random.nextInt(3);
                geometry[2][a] = random.nextInt(1, 3);
                x[a + 2] = geometry[2][a] * (w[a + 2] - 1) + 1 + random.nextInt(3);
            }
            ConvOptions options = ConvOptions.DEFAULT
                    .stride(geometry[0])
                    .padding(geometry[1])
                    .dilation(geometry[2])
                    .groups(groups);
            Tensor image = noise(x);
            Tensor weight = noise(w);
            Tensor y = conv(image, weight, options);
            for (int i = 0; i < 20; i++) {
                long[] at = new long[axes + 2];
                for (int a = 0; a < at.length; a++) {
                    at[a] = random.nextLong(y.size(a));
                }
                assertThat(pick(y, at)).isCloseTo(element(image, weight, groups, geometry, at), within(1e-12));
            }
            // <conv(x), g> = <x, convTranspose(g)>, with the output padding that gives the size of x.
            long[] extra = new long[axes];
            for (int a = 0; a < axes; a++) {
                extra[a] = (x[a + 2] + 2 * geometry[1][a] - geometry[2][a] * (w[a + 2] - 1) - 1) % geometry[0][a];
            }
            Tensor g = noise(y.shape().toArray());
            Tensor back = transposed(g, weight, options.outputPadding(extra));
            assertThat(back.shape()).isEqualTo(image.shape());
            assertThat(back.mul(image).sum().item()).isCloseTo(y.mul(g).sum().item(), within(1e-10));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void samePaddingKeepsTheSizeAndPadsMoreAtTheEnd(int axes) {
        for (long k = 1; k < 6; k++) {
            for (long dilation = 1; dilation < 3; dilation++) {
                long[] x = new long[axes + 2];
                long[] w = new long[axes + 2];
                Arrays.fill(x, 5);
                Arrays.fill(w, k);
                x[0] = x[1] = w[0] = w[1] = 1;
                ConvOptions same = ConvOptions.DEFAULT.samePadding().dilation(dilation);
                Tensor image = noise(x);
                Tensor weight = noise(w);
                Tensor y = conv(image, weight, same);
                assertThat(y.shape()).isEqualTo(image.shape());
                long[] before = new long[axes + 2];
                long[] after = new long[axes + 2];
                Arrays.fill(before, 2, axes + 2, dilation * (k - 1) / 2);
                Arrays.fill(after, 2, axes + 2, dilation * (k - 1) - before[2]);
                Tensor padded = image.pad(before, after);
                Tensor expected = conv(padded, weight, ConvOptions.DEFAULT.dilation(dilation));
                assertThat(y.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-12));
            }
        }
    }

    /** The geometry of dilation 3, stride 1 leaves room for output padding up to 2: elements at the end that windows reach or zeros. */
    @Test
    void outputPaddingBeyondTheStride() {
        Tensor x = Tensors.of(Shape.of(1, 1, 2), 1.0, 2);
        Tensor w = Tensors.of(Shape.of(1, 1, 2), 1.0, 10);
        ConvOptions options = ConvOptions.DEFAULT.dilation(3).outputPadding(2);
        assertThat(Functional.convTranspose1d(x, w, null, options).toDoubleArray())
                .containsExactly(1, 2, 0, 10, 20, 0, 0);
        assertThat(Functional.convTranspose1d(x, w, null, options.padding(2)).toDoubleArray())
                .containsExactly(0, 10, 20);
    }

    @Test
    void batchAxisMayBeMissing() {
        Tensor x = noise(2, 3, 4, 5);
        Tensor w = noise(3, 2, 2, 2, 2);
        Tensor b = noise(3);
        Tensor y = Functional.conv3d(x, w, b, ConvOptions.DEFAULT);
        assertThat(y.shape()).isEqualTo(Shape.of(3, 2, 3, 4));
        assertThat(y.toDoubleArray())
                .containsExactly(Functional.conv3d(x.unsqueeze(0), w, b, ConvOptions.DEFAULT)
                        .toDoubleArray());
        assertThat(Functional.convTranspose3d(noise(3, 2, 2, 2), w, noise(2), ConvOptions.DEFAULT)
                        .shape())
                .isEqualTo(Shape.of(2, 3, 3, 3));
    }
}
