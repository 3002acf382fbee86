package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong Fourier transforms say. */
@ExtendWith(ScopePerTest.class)
class FftErrorsTest {
    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    static Stream<Arguments> mistakes() {
        FftNorm norm = FftNorm.BACKWARD;
        return Stream.of(
                row(
                        () -> Fft.fft(Tensors.zeros(4)),
                        ShapeException.class,
                        "fft",
                        "[4]",
                        "last axis of size 2",
                        "Fft.complex"),
                row(() -> Fft.ifft(Tensors.scalar(1f)), ShapeException.class, "ifft", "[]", "last axis of size 2"),
                row(() -> Fft.real(Tensors.zeros(3)), ShapeException.class, "real", "[3]"),
                row(
                        () -> Fft.complex(Tensors.zeros(3), Tensors.zeros(2)),
                        ShapeException.class,
                        "complex",
                        "[3]",
                        "[2]"),
                row(() -> Fft.mul(Tensors.zeros(3), Tensors.zeros(2)), ShapeException.class, "mul", "[3]"),
                row(() -> Fft.fft(Tensors.zeros(3, 2), 1, norm), ShapeException.class, "fft", "axis 1", "rank 1"),
                row(() -> Fft.fft(Tensors.zeros(3, 2), 0, 0, norm), ShapeException.class, "fft", "length of 0"),
                row(() -> Fft.fft(Tensors.zeros(0, 2)), ShapeException.class, "fft", "length of 0", "1 to"),
                row(() -> Fft.rfft(Tensors.zeros(0)), ShapeException.class, "rfft", "length of 0"),
                row(() -> Fft.rfft(Tensors.zeros(3), -1, 0, norm), ShapeException.class, "rfft", "length of -1"),
                row(() -> Fft.rfft(Tensors.zeros(3), 1L << 40, 0, norm), ShapeException.class, "rfft", "268435456"),
                row(() -> Fft.rfft(Tensors.scalar(1f)), ShapeException.class, "rfft", "axis -1", "rank 0"),
                row(() -> Fft.irfft(Tensors.zeros(1, 2)), ShapeException.class, "irfft", "length of 0"),
                row(() -> Fft.fft2(Tensors.zeros(3, 2)), ShapeException.class, "fft2", "axis -2", "rank 1"),
                row(() -> Fft.rfft2(Tensors.zeros(3)), ShapeException.class, "rfft2", "axis -2"),
                row(() -> Fft.fftn(Tensors.zeros(3, 3, 2), 0, -2), ShapeException.class, "fftn", "named twice"),
                row(
                        () -> Fft.fftn(Tensors.zeros(3, 3, 2), new long[] {3}, new int[] {0, 1}, norm),
                        ShapeException.class,
                        "fftn",
                        "[3]",
                        "[0, 1]",
                        "one for each axis"),
                row(() -> Fft.rfftn(Tensors.scalar(1f)), ShapeException.class, "rfftn", "no axis", "reshape"),
                row(() -> Fft.irfftn(Tensors.zeros(2)), ShapeException.class, "irfftn", "no axis"),
                row(() -> Fft.fftfreq(0, 1), IllegalArgumentException.class, "fftfreq", "0 numbers"),
                row(() -> Fft.rfftfreq(4, 0), IllegalArgumentException.class, "rfftfreq", "distance 0.0"),
                row(() -> Fft.fftfreq(DType.I64, 4, 1), DTypeException.class, "fftfreq", "I64", "F32 or F64"),
                row(() -> Fft.fftshift(Tensors.zeros(2), 1), ShapeException.class, "fftshift", "axis 1"),
                row(() -> infer(0, DType.I64, 3, 2), DTypeException.class, "Fft", "F32 or F64"),
                row(() -> infer(0, DType.F32, 3), ShapeException.class, "Fft", "[3]", "last axis must have size 2"),
                row(() -> infer(1, DType.F32, 3, 2), ShapeException.class, "Fft", "axis 1", "from 0 to 0"),
                row(() -> infer(0, DType.F32, 1L << 29, 2), ShapeException.class, "Fft", "268435456", "give fewer"));
    }

    private static void infer(int axis, DType dtype, long... sizes) {
        TypeRules.infer(new Op.Fft(axis, false), List.of(new TensorType(dtype, Shape.of(sizes))));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameTheMistakeAndTheRemedy(ThrowingCallable call, Class<?> type, String[] words) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(words);
    }
}
