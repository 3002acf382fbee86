package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of functions on images say. */
@ExtendWith(ScopePerTest.class)
class ImageErrorsTest {
    private static final ConvOptions PLAIN = ConvOptions.DEFAULT;
    private static final long[] TWO = {2};

    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    private static Arguments shape(ThrowingCallable call, String... words) {
        return row(call, ShapeException.class, words);
    }

    private static Tensor ones(long... sizes) {
        return Tensors.ones(sizes);
    }

    static Stream<Arguments> mistakes() {
        InterpolationMode linear = InterpolationMode.LINEAR;
        return Stream.of(
                shape(() -> Functional.unfold(ones(3, 3), TWO, PLAIN), "unfold", "[3, 3]", "(n, c, h, w)"),
                shape(() -> Functional.unfold(ones(1, 1, 3), TWO, PLAIN), "unfold", "window of 2", "pad more"),
                row(
                        () -> Functional.unfold(ones(1, 3, 3), new long[] {0}, PLAIN),
                        IllegalArgumentException.class,
                        "kernel"),
                row(
                        () -> Functional.unfold(ones(1, 3, 3), new long[] {1L << 40}, PLAIN),
                        IllegalArgumentException.class,
                        "unfold: kernel [1099511627776]",
                        "at most 2^31 - 1"),
                row(
                        () -> Functional.fold(ones(1, 4, 4), new long[] {1L << 40}, TWO, PLAIN),
                        IllegalArgumentException.class,
                        "fold: the size",
                        "at most 2^31 - 1"),
                shape(
                        () -> Functional.interpolate(ones(1, 1, 4), new long[] {1L << 40}, linear),
                        "interpolate: size [1099511627776]",
                        "[1, 1, 4]",
                        "at most 2^31 - 1"),
                shape(
                        () -> Functional.upsampleNearest(ones(1, 1, 4), 1e12),
                        "upsampleNearest: size [4000000000000]",
                        "at most 2^31 - 1"),
                row(
                        () -> Functional.interpolate(
                                ones(1, 1, 4, 4), new long[] {1L << 30}, InterpolationMode.BILINEAR),
                        OutOfNativeMemoryException.class,
                        "4.0 EiB"),
                row(
                        () -> Functional.interpolate(ones(1, 1, 4, 4), new long[] {1L << 30}, InterpolationMode.AREA),
                        OutOfNativeMemoryException.class,
                        "4.0 EiB"),
                shape(() -> Functional.pixelShuffle(ones(4, 2, 2), 1L << 40), "pixelShuffle", "from 1 to 2^15"),
                row(
                        () -> Functional.unfold(ones(1, 3, 3), TWO, PLAIN.groups(2)),
                        IllegalArgumentException.class,
                        "groups"),
                shape(
                        () -> Functional.fold(ones(1, 3, 4), new long[] {3}, TWO, PLAIN),
                        "fold",
                        "c * 4",
                        "2 by 2 windows"),
                shape(() -> Functional.fold(ones(1, 4, 5), new long[] {3}, TWO, PLAIN), "fold", "2 by 2"),
                shape(
                        () -> Functional.fold(ones(1, 4, 0), new long[] {1}, TWO, PLAIN),
                        "fold",
                        "no window",
                        "pad more"),
                shape(() -> Functional.pixelShuffle(ones(3, 2, 2), 2), "pixelShuffle", "3 channels", "multiple of 4"),
                shape(() -> Functional.pixelShuffle(ones(4, 2), 2), "pixelShuffle", "(.., c, h, w)"),
                shape(
                        () -> Functional.pixelUnshuffle(ones(1, 3, 4), 2),
                        "pixelUnshuffle",
                        "[1, 3, 4]",
                        "multiples of the factor 2"),
                shape(() -> Functional.pixelUnshuffle(ones(1, 3, 4), 0), "pixelUnshuffle", "factor of 0"),
                shape(() -> Functional.channelShuffle(ones(1, 3, 4), 2), "channelShuffle", "2 groups", "multiple"),
                shape(
                        () -> Functional.interpolate(ones(3, 4), TWO, linear),
                        "interpolate",
                        "[3, 4]",
                        "LINEAR",
                        "(n, c, l)"),
                shape(
                        () -> Functional.interpolate(ones(1, 1, 4), TWO, InterpolationMode.BICUBIC),
                        "BICUBIC",
                        "(n, c, h, w)"),
                shape(() -> Functional.interpolate(ones(1, 1, 4), new long[] {0}, linear), "[0]", "1 element or more"),
                shape(() -> Functional.interpolate(ones(1, 1, 0), TWO, linear), "[1, 1, 0]", "1 element or more"),
                shape(() -> Functional.interpolate(ones(1, 1, 4), new long[] {2, 2}, linear), "2 numbers", "or 1"),
                shape(() -> Functional.interpolate(ones(1, 1, 4), new double[] {2, 2}, linear), "[2.0, 2.0]", "or 1"),
                shape(() -> Functional.interpolate(ones(1, 1, 4), new double[] {0.1}, linear), "[0]"),
                row(
                        () -> Functional.interpolate(ones(1, 1, 4), new double[] {Double.NaN}, linear),
                        IllegalArgumentException.class,
                        "NaN",
                        "above 0"),
                row(
                        () -> Functional.interpolate(ones(1, 1, 4), TWO, InterpolationMode.NEAREST, true),
                        IllegalArgumentException.class,
                        "aligned",
                        "NEAREST"),
                row(
                        () -> Functional.interpolate(Tensors.zeros(DType.I64, 1, 1, 4), TWO, linear),
                        DTypeException.class,
                        "interpolate"),
                shape(
                        () -> sample(ones(1, 1, 4), ones(1, 1, 1), InterpolationMode.BILINEAR),
                        "gridSample",
                        "[1, 1, 4]"),
                shape(
                        () -> sample(ones(1, 1, 4, 4), ones(1, 1, 1, 3), InterpolationMode.BILINEAR),
                        "[1, 1, 1, 3]",
                        "(1, h, w, 2)"),
                shape(
                        () -> sample(ones(1, 1, 4, 4), ones(2, 1, 1, 2), InterpolationMode.BILINEAR),
                        "[2, 1, 1, 2]",
                        "(1, h, w, 2)"),
                shape(
                        () -> sample(ones(1, 1, 4, 4), ones(1, 1, 1, 2), InterpolationMode.AREA),
                        "AREA",
                        "nearest and bilinear"),
                shape(() -> sample(ones(1, 1, 0, 4), ones(1, 1, 1, 2), InterpolationMode.NEAREST), "nothing to sample"),
                row(
                        () -> sample(ones(1, 1, 4, 4), Tensors.ones(DType.F64, 1, 1, 1, 2), InterpolationMode.NEAREST),
                        DTypeException.class,
                        "gridSample",
                        "grid"),
                shape(
                        () -> Functional.affineGrid(ones(1, 2, 2), new long[] {1, 1, 2, 2}, true),
                        "affineGrid",
                        "[1, 2, 2]",
                        "(n, 2, 3)"),
                shape(
                        () -> Functional.affineGrid(ones(1, 2, 3), new long[] {2, 1, 2, 2}, true),
                        "affineGrid",
                        "[2, 1, 2, 2]"),
                row(
                        () -> Functional.affineGrid(ones(1, 2, 3), new long[] {1, 1, 0, 2}, true),
                        IllegalArgumentException.class,
                        "affineGrid",
                        "1 or more"));
    }

    private static void sample(Tensor x, Tensor grid, InterpolationMode mode) {
        Functional.gridSample(x, grid, mode, GridPadding.ZEROS, false);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
