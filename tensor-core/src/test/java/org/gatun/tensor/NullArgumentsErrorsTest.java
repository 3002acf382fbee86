package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages say when a function, a geometry, or a tensor of several is null. */
@ExtendWith(ScopePerTest.class)
class NullArgumentsErrorsTest {
    private static Arguments row(ThrowingCallable call, String... words) {
        return Arguments.of(call, words);
    }

    /** Nulls that the annotations of the methods forbid. */
    @SuppressWarnings({"NullAway", "DataFlowIssue"})
    static Stream<Arguments> mistakes() {
        Tensor x = Tensors.zeros(2);
        Tensor images = Tensors.zeros(1, 1, 4, 4);
        Tensor weight = Tensors.zeros(1, 1, 2, 2);
        return Stream.of(
                row(() -> Tensors.einsum(null, x), "einsum:", "equation", "null"),
                row(() -> Tensors.einsum("i,i->", x, null), "einsum:", "tensor number 2", "null"),
                row(() -> Tensors.einsum("i->", (List<Tensor>) null), "einsum:", "list of tensors", "null"),
                row(() -> Tensors.cat(0, x, null), "cat:", "tensor number 2", "null"),
                row(() -> Tensors.cat(0, null, x), "cat:", "tensor number 1", "null"),
                row(() -> Tensors.cat(0, Arrays.asList(x, x, null)), "cat:", "tensor number 3", "null"),
                row(() -> Tensors.cat(0, (List<Tensor>) null), "cat:", "list of tensors", "null"),
                row(() -> Tensors.cat(0, (Tensor[]) null), "cat:", "array of tensors", "null"),
                row(() -> Tensors.concat(0, x, null), "concat:", "tensor number 2", "null"),
                row(() -> Tensors.stack(0, x, null), "stack:", "tensor number 2", "null"),
                row(() -> Tensors.stack(0, (List<Tensor>) null), "stack:", "list of tensors", "null"),
                row(() -> Tensors.vstack(x, null), "vstack:", "tensor number 2", "null"),
                row(() -> Tensors.rowStack(x, null), "rowStack:", "tensor number 2", "null"),
                row(() -> Tensors.hstack(x, null), "hstack:", "tensor number 2", "null"),
                row(() -> Tensors.dstack(x, null), "dstack:", "tensor number 2", "null"),
                row(() -> Tensors.columnStack(x, null), "columnStack:", "tensor number 2", "null"),
                row(() -> Tensors.blockDiag(x, null), "blockDiag:", "tensor number 2", "null"),
                row(() -> Tensors.meshgrid(x, null), "meshgrid:", "tensor number 2", "null"),
                row(() -> Tensors.cartesianProd(x, null), "cartesianProd:", "tensor number 2", "null"),
                row(() -> Tensors.broadcastTensors(x, null), "broadcastTensors:", "tensor number 2", "null"),
                row(
                        () -> Tensors.ravelMultiIndex(Arrays.asList(null, null), Shape.of(2, 2)),
                        "ravelMultiIndex:",
                        "tensor number 1"),
                row(() -> x.indexPut(Arrays.asList((Tensor) null), x, false), "indexPut:", "tensor number 1", "null"),
                row(() -> Functional.maxPool2d(images, (PoolSpec) null), "maxPool2d:", "PoolSpec"),
                row(
                        () -> Functional.maxPool2dWithIndices(images, (PoolSpec) null),
                        "maxPool2dWithIndices:",
                        "PoolSpec"),
                row(() -> Functional.avgPool2d(images, (PoolSpec) null), "avgPool2d:", "PoolSpec"),
                row(() -> Functional.maxPool2d(images, (PoolOptions) null), "maxPool2d:", "PoolOptions"),
                row(() -> Functional.avgPool2d(images, (PoolOptions) null), "avgPool2d:", "PoolOptions"),
                row(() -> Functional.lpPool2d(images, 2, null), "lpPool2d:", "PoolOptions"),
                row(() -> Functional.maxUnpool2d(images, images, null), "maxUnpool2d:", "PoolOptions"),
                row(() -> Functional.conv2d(images, weight, null, (ConvSpec) null), "conv2d:", "ConvSpec"),
                row(() -> Functional.conv2d(images, weight, null, (ConvOptions) null), "conv2d:", "ConvOptions"),
                row(() -> Functional.convTranspose2d(images, weight, null, null), "convTranspose2d:", "ConvOptions"),
                row(() -> Elementwise.region((UnaryOperator<Tensor>) null), "region:", "function", "null"),
                row(() -> Elementwise.region((BinaryOperator<Tensor>) null), "region:", "function", "null"),
                row(() -> Elementwise.region((Elementwise.Ternary) null), "region:", "function", "null"),
                row(
                        () -> Elementwise.region(2, (Function<List<Tensor>, List<Tensor>>) null),
                        "region:",
                        "function",
                        "null"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameMethodAndArgument(ThrowingCallable call, String[] words) {
        assertThatThrownBy(call)
                .isInstanceOf(NullPointerException.class)
                .hasMessageStartingWith(words[0])
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }
}
