package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong reductions say. */
@ExtendWith(ScopePerTest.class)
class ReductionErrorsTest {
    private static Arguments row(ThrowingCallable call, Class<?> type, String... words) {
        return Arguments.of(call, type, words);
    }

    static Stream<Arguments> mistakes() {
        Tensor x = Tensors.ones(2, 3);
        Tensor whole = x.to(DType.I32);
        return Stream.of(
                row(() -> x.cummax(2), ShapeException.class, "cummax", "axis 2", "rank 2"),
                row(() -> x.cummin(-3), ShapeException.class, "cummin", "axis -3", "rank 2"),
                row(() -> Tensors.scalar(1f).cummax(1), ShapeException.class, "cummax", "1"),
                row(() -> x.logcumsumexp(2), ShapeException.class, "logcumsumexp", "axis 2"),
                row(() -> whole.logcumsumexp(0), DTypeException.class, "logcumsumexp", "I32", "to(DType.F32)"),
                row(
                        () -> Functional.linearRecurrence(x, Tensors.ones(2), 0, false),
                        ShapeException.class,
                        "linearRecurrence",
                        "[2, 3]",
                        "[2]"),
                row(
                        () -> Functional.linearRecurrence(x, x, 2, false),
                        ShapeException.class,
                        "linearRecurrence",
                        "axis 2"),
                row(
                        () -> Functional.linearRecurrence(whole, x, 0, false),
                        DTypeException.class,
                        "linearRecurrence",
                        "I32"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theMessageNamesWhatIsWrong(ThrowingCallable call, Class<?> type, String... words) {
        assertThatThrownBy(call).isInstanceOf(type).message().contains(words);
    }
}
