package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images resampled and rearranged: closed forms, identities, and sums over taps. */
@ExtendWith(ScopePerTest.class)
class ImagesTest {
    private static Tensor noise(long... sizes) {
        return Tensors.randn(new Generator(Arrays.hashCode(sizes)), DType.F64, Shape.of(sizes), Device.CPU);
    }

    // ---- windows as columns ----

    /** A convolution is the product of the weights with the columns. */
    @Test
    void unfoldMakesAConvolutionAProduct() {
        ConvOptions options = ConvOptions.DEFAULT.stride(2, 1).padding(1, 2).dilation(1, 2);
        Tensor x = noise(2, 3, 7, 6);
        Tensor weight = noise(4, 3, 3, 2);
        Tensor columns = Functional.unfold(x, new long[] {3, 2}, options);
        Tensor y = Functional.conv2d(x, weight, null, options);
        assertThat(columns.shape()).isEqualTo(Shape.of(2, 18, y.size(2) * y.size(3)));
        assertThat(weight.reshape(4, 18).matmul(columns).toDoubleArray())
                .containsExactly(y.toDoubleArray(), within(1e-12));
        // <unfold(x), g> = <x, fold(g)>
        Tensor g = noise(columns.shape().toArray());
        Tensor folded = Functional.fold(g, new long[] {7, 6}, new long[] {3, 2}, options);
        assertThat(folded.mul(x).sum().item()).isCloseTo(columns.mul(g).sum().item(), within(1e-10));
        // Each element as often as it lies in windows.
        Tensor ones = Tensors.ones(DType.F64, 1, 3, 3);
        long[] two = {2};
        Tensor counts = Functional.fold(
                Functional.unfold(ones, two, ConvOptions.DEFAULT), new long[] {3}, two, ConvOptions.DEFAULT);
        assertThat(counts.toDoubleArray()).containsExactly(1, 2, 1, 2, 4, 2, 1, 2, 1);
    }

    // ---- channels as pixels ----

    @Test
    void shufflesOfPixelsAndChannels() {
        Tensor x = Tensors.arange(16).reshape(1, 8, 1, 2);
        assertThat(Functional.pixelShuffle(x, 2).toLongArray())
                .containsExactly(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
        assertThat(Functional.pixelUnshuffle(Functional.pixelShuffle(x, 2), 2).toLongArray())
                .containsExactly(x.toLongArray());
        assertThat(Functional.channelShuffle(Tensors.arange(6).reshape(1, 6, 1), 2)
                        .toLongArray())
                .containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(Functional.channelShuffle(Functional.channelShuffle(x, 2), 4).toLongArray())
                .containsExactly(x.toLongArray());
    }

    // ---- interpolation ----

    @Test
    void smallInterpolationsByHand() {
        Tensor x = Tensors.of(Shape.of(1, 1, 4), 1.0, 2, 3, 4);
        assertThat(Functional.upsampleNearest(x, 2).toDoubleArray()).containsExactly(1, 1, 2, 2, 3, 3, 4, 4);
        long[] three = {3};
        assertThat(Functional.interpolate(x, three, InterpolationMode.NEAREST).toDoubleArray())
                .containsExactly(1, 2, 3);
        assertThat(Functional.interpolate(x, three, InterpolationMode.NEAREST_EXACT)
                        .toDoubleArray())
                .containsExactly(1, 3, 4);
        assertThat(Functional.interpolate(x, new long[] {2}, InterpolationMode.AREA)
                        .toDoubleArray())
                .containsExactly(1.5, 3.5);
        assertThat(Functional.interpolate(x, new double[] {2}, InterpolationMode.LINEAR)
                        .toDoubleArray())
                .containsExactly(1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4);
        assertThat(Functional.interpolate(x, new long[] {7}, InterpolationMode.LINEAR, true)
                        .toDoubleArray())
                .containsExactly(new double[] {1, 1.5, 2, 2.5, 3, 3.5, 4}, within(1e-15));
        assertThat(Functional.interpolate(x, new long[] {1}, InterpolationMode.LINEAR, true)
                        .item())
                .isEqualTo(1);
        // With a factor, its inverse is the distance of elements: 2.5 makes 10 of 4, but 2.6 does too.
        assertThat(Functional.interpolate(x, new double[] {2.6}, InterpolationMode.LINEAR)
                        .toDoubleArray()[5])
                .isCloseTo(1 + 5.5 / 2.6 - 0.5, within(1e-15));
        // Halfway, the four weights of cubic convolution are a/8 = -0.09375 and 0.59375, from both sides.
        Tensor row = Tensors.of(Shape.of(1, 1, 1, 4), 1.0, 2, 4, 8);
        assertThat(Functional.interpolate(row, new long[] {1, 2}, InterpolationMode.BICUBIC)
                        .toDoubleArray())
                .containsExactly(
                        new double[] {
                            -0.09375 * 1 + 0.59375 * 1 + 0.59375 * 2 - 0.09375 * 4,
                            -0.09375 * 2 + 0.59375 * 4 + 0.59375 * 8 - 0.09375 * 8
                        },
                        within(1e-15));
    }

    /** Linear functions are reproduced by linear interpolation wherever no border is near. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void linearFunctionsAreReproduced(boolean align) {
        int n = 9;
        int m = 14;
        Tensor line = Tensors.arange(n).to(DType.F64);
        Tensor x = line.mul(2).unsqueeze(1).add(line.mul(-3)).reshape(1, 1, n, n);
        Tensor y = Functional.interpolate(x, new long[] {m}, InterpolationMode.BILINEAR, align);
        for (int i = 4; i < m - 4; i++) {
            for (int j = 4; j < m - 4; j++) {
                double row = align ? i * (n - 1.0) / (m - 1) : (i + 0.5) * n / m - 0.5;
                double column = align ? j * (n - 1.0) / (m - 1) : (j + 0.5) * n / m - 0.5;
                assertThat(y.select(2, i).select(2, j).item()).isCloseTo(2 * row - 3 * column, within(1e-12));
            }
        }
    }

    /** Keys' convolution kernel with a = -0.75. */
    private static double keys(double distance) {
        double a = -0.75;
        double d = Math.abs(distance);
        return d < 1
                ? (a + 2) * Math.pow(d, 3) - (a + 3) * Math.pow(d, 2) + 1
                : d < 2 ? a * Math.pow(d, 3) - 5 * a * Math.pow(d, 2) + 8 * a * d - 4 * a : 0;
    }

    /** Cubic interpolation is the convolution with that kernel, the elements at the borders repeated. */
    @ParameterizedTest
    @CsvSource({"5,7,true", "5,7,false", "7,4,true", "7,4,false", "2,5,false", "1,3,false"})
    void cubicIsAConvolution(int n, int m, boolean align) {
        Tensor x = noise(1, 1, n, n);
        double[] numbers = x.toDoubleArray();
        Tensor y = Functional.interpolate(x, new long[] {m}, InterpolationMode.BICUBIC, align);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                double row = align ? i * (n - 1.0) / (m - 1) : (i + 0.5) * n / m - 0.5;
                double column = align ? j * (n - 1.0) / (m - 1) : (j + 0.5) * n / m - 0.5;
                double sum = 0;
                for (int u = -3; u < n + 3; u++) {
                    for (int v = -3; v < n + 3; v++) {
                        int at = Math.clamp(u, 0, n - 1) * n + Math.clamp(v, 0, n - 1);
                        sum += keys(row - u) * keys(column - v) * numbers[at];
                    }
                }
                assertThat(y.select(2, i).select(2, j).item()).isCloseTo(sum, within(1e-13));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sizesThatStayLeaveImagesAsTheyAre(InterpolationMode mode) {
        Tensor x = switch (mode) {
            case NEAREST, NEAREST_EXACT, LINEAR, AREA -> noise(2, 3, 5);
            case BILINEAR, BICUBIC -> noise(2, 3, 5, 5);
            case TRILINEAR -> noise(1, 2, 5, 5, 5);
        };
        assertThat(Functional.interpolate(x, new long[] {5}, mode).toDoubleArray())
                .containsExactly(x.toDoubleArray());
        assertThat(Functional.interpolate(x, new double[] {1}, mode).toDoubleArray())
                .containsExactly(x.toDoubleArray());
        // Constants stay constant, whatever the size.
        Tensor y = Functional.interpolate(x.fullLike(3), new long[] {7}, mode);
        assertThat(y.sub(3).abs().max().item()).isLessThan(1e-14);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 7, 10})
    void trilinearIsLinearAlongEachAxis(long m) {
        Tensor x = noise(1, 1, 5, 4, 3);
        Tensor y = x;
        for (int a = 0; a < 3; a++) {
            Tensor moved = y.moveAxis(2 + a, -1);
            Tensor rows = moved.reshape(1, moved.elements() / moved.size(-1), moved.size(-1));
            y = Functional.interpolate(rows, new long[] {m}, InterpolationMode.LINEAR)
                    .reshape(moved.shape().withSize(-1, m))
                    .moveAxis(-1, 2 + a);
        }
        assertThat(Functional.interpolate(x, new long[] {m}, InterpolationMode.TRILINEAR)
                        .toDoubleArray())
                .containsExactly(y.toDoubleArray(), within(1e-13));
    }

    // ---- grids ----

    @ParameterizedTest
    @EnumSource(names = {"NEAREST", "BILINEAR", "BICUBIC"})
    void theIdentityMapSamplesEachElement(InterpolationMode mode) {
        Tensor x = noise(2, 3, 4, 5);
        Tensor identity = Tensors.of(Shape.of(2, 3), 1.0, 0, 0, 0, 1, 0).broadcastTo(2, 2, 3);
        for (GridPadding padding : GridPadding.values()) {
            for (boolean align : new boolean[] {false, true}) {
                Tensor grid = Functional.affineGrid(identity, x.shape().toArray(), align);
                assertThat(Functional.gridSample(x, grid, mode, padding, align).toDoubleArray())
                        .containsExactly(x.toDoubleArray(), within(1e-13));
            }
        }
        if (mode != InterpolationMode.BICUBIC) {
            Tensor volume = noise(1, 2, 3, 4, 5);
            Tensor map = Tensors.eye(DType.F64, 3, 4).unsqueeze(0);
            Tensor grid = Functional.affineGrid(map, volume.shape().toArray(), true);
            assertThat(Functional.gridSample(volume, grid, mode, GridPadding.ZEROS, true)
                            .toDoubleArray())
                    .containsExactly(volume.toDoubleArray(), within(1e-13));
        }
    }

    /** A grid that spans the image to another size is interpolation with aligned corners. */
    @ParameterizedTest
    @EnumSource(names = {"BILINEAR", "BICUBIC"})
    void aScaledGridInterpolates(InterpolationMode mode) {
        Tensor x = noise(1, 2, 4, 5);
        Tensor identity = Tensors.of(Shape.of(1, 2, 3), 1.0, 0, 0, 0, 1, 0);
        Tensor grid = Functional.affineGrid(identity, new long[] {1, 2, 7, 9}, true);
        assertThat(Functional.gridSample(x, grid, mode, GridPadding.BORDER, true)
                        .toDoubleArray())
                .containsExactly(
                        Functional.interpolate(x, new long[] {7, 9}, mode, true).toDoubleArray(), within(1e-12));
    }

    @Test
    void whatLiesOutside() {
        Tensor x = Tensors.of(Shape.of(1, 1, 1, 3), 1.0, 2, 3);
        // Places 3.5, -2 and 2.25 of elements 0 to 2, and none.
        double[] places = {3.5, -2, 2.25};
        double[] grid = new double[8];
        for (int i = 0; i < 3; i++) {
            grid[2 * i] = (places[i] + 0.5) * 2 / 3 - 1;
        }
        grid[6] = Double.NaN;
        Tensor g = Tensors.of(Shape.of(1, 1, 4, 2), grid);
        InterpolationMode linear = InterpolationMode.BILINEAR;
        assertThat(Functional.gridSample(x, g, linear, GridPadding.ZEROS, false).toDoubleArray())
                .containsExactly(new double[] {0, 0, 2.25, 0}, within(1e-14));
        assertThat(Functional.gridSample(x, g, linear, GridPadding.BORDER, false)
                        .toDoubleArray())
                .containsExactly(new double[] {3, 1, 3, 0}, within(1e-14));
        // Reflected at -0.5 and 2.5: 3.5 to 1.5, -2 to 1; and 2.25 is in the half element beyond the last.
        assertThat(Functional.gridSample(x, g, linear, GridPadding.REFLECTION, false)
                        .toDoubleArray())
                .containsExactly(new double[] {2.5, 2, 3, 0}, within(1e-14));
        // With aligned corners the same places are 1 apart from -1 to 1, reflected at 0 and 2.
        Tensor aligned = Tensors.of(Shape.of(1, 1, 3, 2), 3.5 - 1, 0, -2 - 1, 0, 2.25 - 1, 0);
        assertThat(Functional.gridSample(x, aligned, linear, GridPadding.REFLECTION, true)
                        .toDoubleArray())
                .containsExactly(new double[] {1.5, 3, 2.75}, within(1e-14));
        // Halves go to the even neighbour.
        Tensor halves = Tensors.of(Shape.of(1, 1, 2, 2), -0.5, 0, 0.5, 0);
        assertThat(Functional.gridSample(x, halves, InterpolationMode.NEAREST, GridPadding.ZEROS, true)
                        .toDoubleArray())
                .containsExactly(1, 3);
    }
}
