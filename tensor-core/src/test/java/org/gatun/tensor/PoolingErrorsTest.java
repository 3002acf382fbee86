package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong pools say. */
@ExtendWith(ScopePerTest.class)
class PoolingErrorsTest {
    private static final PoolOptions TWO = PoolOptions.of(2);

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
                shape(() -> Functional.maxPool1d(ones(4), TWO), "maxPool1d", "[4]", "(n, c, l)"),
                shape(() -> Functional.maxPool3d(ones(1, 4, 4), TWO), "maxPool3d", "(n, c, d, h, w)"),
                shape(() -> Functional.avgPool2d(ones(1, 1, 1, 4), TWO), "avgPool2d", "axis 0", "smaller window"),
                shape(() -> Functional.avgPool1d(ones(1, 4), TWO.dilation(2)), "avgPool1d", "dilation", "give 1"),
                shape(() -> Functional.maxPool1d(ones(1, 4), TWO.padding(2)), "padding", "at most half the window"),
                shape(() -> Functional.maxPool1d(ones(1, 4), PoolOptions.of(2, 2)), "kernel", "2 numbers", "or 1"),
                shape(() -> Functional.lpPool1d(ones(1, 4), 2, TWO.padding(1)), "lpPool1d", "padding", "pad the input"),
                row(
                        () -> Functional.lpPool1d(ones(1, 4), 0, TWO),
                        IllegalArgumentException.class,
                        "lpPool1d",
                        "p = 0.0"),
                row(
                        () -> Functional.lpPool2d(ones(1, 4, 4), Double.POSITIVE_INFINITY, TWO),
                        IllegalArgumentException.class,
                        "maxPool2d"),
                shape(
                        () -> Functional.adaptiveAvgPool1d(ones(1, 4), 0),
                        "adaptiveAvgPool1d",
                        "[0]",
                        "1 element or more"),
                shape(
                        () -> Functional.adaptiveAvgPool2d(ones(1, 1, 4, 4), 1L << 40),
                        "adaptiveAvgPool2d: size [1099511627776, 1099511627776]",
                        "[1, 1, 4, 4]",
                        "at most 2^31 - 1"),
                shape(
                        () -> Functional.adaptiveMaxPool1d(ones(1, 4), 1L << 31),
                        "adaptiveMaxPool1d: size [2147483648]",
                        "at most 2^31 - 1"),
                row(
                        () -> Functional.adaptiveMaxPool2d(ones(1, 1, 4, 4), 1L << 30),
                        OutOfNativeMemoryException.class,
                        "4.0 EiB"),
                row(
                        () -> Functional.adaptiveAvgPool2d(ones(1, 1, 4, 4), 1L << 30),
                        OutOfNativeMemoryException.class,
                        "4.0 EiB"),
                shape(
                        () -> Functional.adaptiveMaxPool3d(ones(1, 1, 4, 4, 4), 1L << 30),
                        "adaptiveMaxPool3d",
                        "[1, 1, 1073741824, 1073741824, 1073741824]",
                        "2^63 - 1 elements"),
                row(() -> PoolOptions.of(1L << 31), IllegalArgumentException.class, "kernel", "at most 2^31 - 1"),
                shape(() -> Functional.adaptiveMaxPool2d(ones(1, 0, 4), 1), "adaptiveMaxPool2d", "[1, 0, 4]"),
                shape(() -> Functional.adaptiveAvgPool2d(ones(1, 4, 4), 1, 2, 3), "adaptiveAvgPool2d", "3 numbers"),
                shape(() -> Functional.adaptiveAvgPool2d(ones(1, 4, 4)), "adaptiveAvgPool2d", "0 numbers"),
                row(
                        () -> Functional.maxPool1d(Tensors.arange(4).reshape(1, 4), TWO),
                        DTypeException.class,
                        "maxPool1d"),
                row(() -> PoolOptions.of(0), IllegalArgumentException.class, "kernel", "1 or more"),
                row(() -> TWO.stride(0), IllegalArgumentException.class, "stride", "1 or more"),
                row(() -> TWO.padding(-1), IllegalArgumentException.class, "padding", "0 or more"),
                row(() -> TWO.dilation(0), IllegalArgumentException.class, "dilation", "1 or more"),
                row(() -> TWO.divisorOverride(0), IllegalArgumentException.class, "divisor of 0"),
                shape(
                        () -> Functional.maxUnpool1d(ones(1, 2), Tensors.zeros(DType.I64, 1, 3), TWO),
                        "maxUnpool1d",
                        "[1, 3]",
                        "same shape"),
                shape(() -> Functional.maxUnpool1d(ones(1, 2), ones(1, 2), TWO), "maxUnpool1d", "I64"),
                shape(
                        () -> Functional.maxUnpool1d(ones(1, 2), Tensors.zeros(DType.I64, 1, 2), TWO, 6),
                        "maxUnpool1d",
                        "[6]",
                        "less than a stride of 2"),
                row(
                        () -> Functional.maxUnpool1d(ones(1, 1), Tensors.of(2L).reshape(1, 1), TWO),
                        IndexOutOfBoundsException.class,
                        "2"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
