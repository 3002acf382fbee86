package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong convolutions say. */
@ExtendWith(ScopePerTest.class)
class ConvolutionErrorsTest {
    private static final ConvOptions PLAIN = ConvOptions.DEFAULT;

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
        return Stream.of(
                shape(() -> Functional.conv1d(ones(5), ones(1, 1, 2)), "conv1d", "[5]", "(n, c, l)", "kl"),
                shape(
                        () -> Functional.conv1d(ones(1, 1, 5), ones(1, 2)),
                        "conv1d",
                        "[1, 2]",
                        "(out, channels / groups"),
                shape(() -> Functional.conv3d(ones(1, 2, 2), ones(1, 1, 2, 2, 2)), "conv3d", "(n, c, d, h, w)"),
                shape(() -> Functional.conv1d(ones(1, 3, 5), ones(1, 2, 2)), "conv1d", "3 channels", "2 channels"),
                shape(
                        () -> Functional.conv3d(ones(1, 2, 2, 2, 2), ones(3, 1, 1, 1, 1), null, PLAIN.groups(2)),
                        "conv3d",
                        "3 output channels",
                        "multiple of the groups"),
                shape(
                        () -> Functional.conv1d(ones(1, 1, 3), ones(1, 1, 4)),
                        "conv1d",
                        "window of 4",
                        "[1, 1, 3]",
                        "pad"),
                shape(() -> Functional.conv1d(ones(1, 1, 3), ones(1, 1, 0)), "conv1d", "window of 0"),
                shape(
                        () -> Functional.conv3d(ones(1, 1, 2, 9, 9), ones(1, 1, 2, 2, 2), null, PLAIN.dilation(2)),
                        "conv3d",
                        "axis 0",
                        "dilated by 2"),
                shape(() -> Functional.conv1d(ones(1, 1, 3), ones(1, 1, 2), ones(2), PLAIN), "bias", "[2]", "(1)"),
                shape(
                        () -> Functional.conv2d(ones(1, 1, 3, 3), ones(1, 1, 2, 2), null, PLAIN.stride(1, 1, 1)),
                        "conv2d",
                        "stride",
                        "3 numbers",
                        "or 2"),
                row(
                        () -> Functional.conv1d(Tensors.zeros(DType.I64, 1, 1, 3), ones(1, 1, 2)),
                        DTypeException.class,
                        "conv1d"),
                row(
                        () -> Functional.conv1d(ones(1, 1, 3), Tensors.ones(DType.F64, 1, 1, 2)),
                        DTypeException.class,
                        "conv1d",
                        "weight",
                        "to(dtype)"),
                row(() -> PLAIN.stride(0), IllegalArgumentException.class, "stride", "[0]", "1 or more"),
                row(() -> PLAIN.padding(-1), IllegalArgumentException.class, "padding", "[-1]", "0 or more"),
                row(() -> PLAIN.dilation(1L << 40), IllegalArgumentException.class, "dilation"),
                row(() -> PLAIN.groups(0), IllegalArgumentException.class, "0 groups"),
                row(() -> PLAIN.samePadding().stride(2), IllegalArgumentException.class, "same", "stride 1"),
                row(() -> PLAIN.stride(1, 2).samePadding(), IllegalArgumentException.class, "same", "stride 1"),
                row(
                        () -> PLAIN.stride(1L << 31),
                        IllegalArgumentException.class,
                        "conv: stride [2147483648]",
                        "at most 2^31 - 1"),
                shape(() -> transposed(ones(1, 3, 4), ones(2, 1, 2), PLAIN), "convTranspose1d", "3 channels", "for 2"),
                shape(() -> transposed(ones(1, 3, 4), ones(3, 1, 2), PLAIN.groups(2)), "2 groups", "multiple"),
                shape(() -> transposed(ones(3), ones(3, 1, 2), PLAIN), "(channels, out / groups"),
                shape(() -> transposed(ones(1, 1, 2), ones(1, 1, 2), PLAIN.padding(2)), "-1 elements", "pad less"),
                shape(() -> transposed(ones(1, 1, 0), ones(1, 1, 2), PLAIN), "[1, 1, 0]", "elements"),
                shape(
                        () -> transposed(ones(1, 1, 2), ones(1, 1, 2), PLAIN.outputPadding(1)),
                        "output padding",
                        "less than"),
                shape(() -> transposed(ones(1, 1, 2), ones(1, 1, 2), PLAIN.samePadding()), "same", "numbers"),
                shape(
                        () -> Functional.convTranspose1d(ones(1, 1, 2), ones(1, 2, 2), ones(1), PLAIN),
                        "bias",
                        "[1]",
                        "(2)"));
    }

    private static void transposed(Tensor x, Tensor weight, ConvOptions options) {
        Functional.convTranspose1d(x, weight, null, options);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
