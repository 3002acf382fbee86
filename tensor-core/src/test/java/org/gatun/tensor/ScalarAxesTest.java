package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A 0-d tensor has no axes, but what works along an axis takes it as one element along axis 0 or -1, as PyTorch does. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ScalarAxesTest {
    private static final double X = -2.5;

    /** A method along an axis, and its value for the scalar x; its result is a scalar too. */
    private static Arguments along(String name, BiFunction<Tensor, Integer, Tensor> method, double value) {
        return Arguments.of(name, method, value);
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                along("sum", (x, a) -> x.sum(a), X),
                along("sum", (x, a) -> x.sum(true, a), X),
                along("mean", (x, a) -> x.mean(a), X),
                along("mean", (x, a) -> x.mean(true, a), X),
                along("prod", (x, a) -> x.prod(a), X),
                along("prod", (x, a) -> x.prod(true, a), X),
                along("amax", (x, a) -> x.amax(a), X),
                along("amax", (x, a) -> x.amax(true, a), X),
                along("amin", (x, a) -> x.amin(a), X),
                along("amin", (x, a) -> x.amin(true, a), X),
                along("argmax", (x, a) -> x.argmax(a), 0),
                along("argmax", (x, a) -> x.argmax(true, a), 0),
                along("argmin", (x, a) -> x.argmin(a), 0),
                along("argmin", (x, a) -> x.argmin(true, a), 0),
                along("any", (x, a) -> x.any(a), 1),
                along("any", (x, a) -> x.any(true, a), 1),
                along("all", (x, a) -> x.all(a), 1),
                along("all", (x, a) -> x.all(true, a), 1),
                along("max", (x, a) -> x.max(a).values(), X),
                along("max", (x, a) -> x.max(true, a).indices(), 0),
                along("min", (x, a) -> x.min(a).values(), X),
                along("min", (x, a) -> x.min(true, a).indices(), 0),
                along("var", (x, a) -> x.var(a), Double.NaN),
                along("var", (x, a) -> x.var(0, true, a), 0),
                along("std", (x, a) -> x.std(a), Double.NaN),
                along("std", (x, a) -> x.std(0, false, a), 0),
                along("varMean", (x, a) -> x.varMean(0, true, a).mean(), X),
                along("norm", (x, a) -> x.norm(0, a), 1),
                along("norm", (x, a) -> x.norm(1, a), -X),
                along("norm", (x, a) -> x.norm(2, a), -X),
                along("norm", (x, a) -> x.norm(3, true, a), -X),
                along("norm", (x, a) -> x.norm(Double.POSITIVE_INFINITY, a), -X),
                along("norm", (x, a) -> x.norm(Double.NEGATIVE_INFINITY, true, a), -X),
                along("logsumexp", (x, a) -> x.logsumexp(a), X),
                along("logsumexp", (x, a) -> x.logsumexp(true, a), X),
                along("softmax", (x, a) -> x.softmax(a), 1),
                along("logSoftmax", (x, a) -> x.logSoftmax(a), 0),
                along("cumsum", (x, a) -> x.cumsum(a), X),
                along("cumprod", (x, a) -> x.cumprod(a), X),
                along("sort", (x, a) -> x.sort(a).values(), X),
                along("sort", (x, a) -> x.sort(a, true).indices(), 0),
                along("argsort", (x, a) -> x.argsort(a), 0),
                along("argsort", (x, a) -> x.argsort(a, true), 0),
                along("topk", (x, a) -> x.topk(1, a).values(), X),
                along("topk", (x, a) -> x.topk(1, a, false).indices(), 0),
                along("squeeze", (x, a) -> x.squeeze(a), X),
                along("flip", (x, a) -> x.flip(a), X),
                along("transpose", (x, a) -> x.transpose(a, 0), X),
                along("moveAxis", (x, a) -> x.moveAxis(a, -1), X),
                along("gather", (x, a) -> x.gather(a, Tensors.scalar(0L)), X),
                along("scatter", (x, a) -> x.scatter(a, Tensors.scalar(0L), 4), 4),
                along("scatterAdd", (x, a) -> x.scatterAdd(a, Tensors.scalar(0L), Tensors.scalar(4.0)), X + 4),
                along("indexSelect", (x, a) -> x.indexSelect(a, Tensors.of(-1L)), X),
                along("indexAdd", (x, a) -> x.indexAdd(a, Tensors.of(0L), Tensors.scalar(4.0)), X + 4));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void axisZeroIsTheElement(String name, BiFunction<Tensor, Integer, Tensor> method, double value) {
        for (int axis : new int[] {0, -1}) {
            Tensor y = method.apply(Tensors.scalar(X), axis);
            assertThat(y.shape()).as("axis %s", axis).isEqualTo(Shape.SCALAR);
            if (Double.isNaN(value)) {
                assertThat(y.item()).isNaN();
            } else {
                assertThat(y.item()).isCloseTo(value, within(1e-12));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void otherAxesDoNotExist(String name, BiFunction<Tensor, Integer, Tensor> method, double value) {
        for (int axis : new int[] {1, -2}) {
            assertThatThrownBy(() -> method.apply(Tensors.scalar(X), axis))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(name + ": axis " + axis + " does not exist in a scalar")
                    .hasMessageContaining("give 0 or -1");
            assertThatThrownBy(() -> method.apply(Tensors.of(X), axis))
                    .as("of one element")
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(name + ": axis " + axis + " does not exist in a tensor of rank 1");
        }
    }

    /** A scalar is reduced to what the vector of its one element is, in the same dtype. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void everyDTypeGoesAsAVectorOfOneElement(DType dtype) {
        List<UnaryOperator<Tensor>> methods = List.of(
                x -> x.sum(0),
                x -> x.prod(0),
                x -> x.amax(0),
                x -> x.amin(0),
                x -> x.argmax(0),
                x -> x.any(0),
                x -> x.all(0),
                x -> x.max(0).values(),
                x -> x.cumsum(0).sum(0),
                x -> x.cumprod(0).sum(0),
                x -> x.sort(0).values().amax(0),
                x -> x.topk(1, 0).values().amax(0),
                x -> x.flip(0).amax(0));
        for (double value : new double[] {0, 1, 3}) {
            for (UnaryOperator<Tensor> method : methods) {
                Tensor scalar = method.apply(Tensors.scalar(dtype, value));
                Tensor vector = method.apply(Tensors.full(dtype, value, 1));
                assertThat(scalar.dtype()).isEqualTo(vector.dtype());
                assertThat(scalar.shape()).isEqualTo(Shape.SCALAR);
                assertThat(scalar.item()).isEqualTo(vector.item());
            }
        }
    }

    @Test
    void nanStaysNan() {
        Tensor nan = Tensors.scalar(Double.NaN);
        for (Tensor y : List.of(nan.sum(0), nan.prod(-1), nan.amax(0), nan.mean(-1), nan.norm(2, 0), nan.softmax(-1))) {
            assertThat(y.item()).isNaN();
        }
        assertThat(nan.any(0).item()).as("NaN is not 0").isEqualTo(1);
    }

    @Test
    void oneIndexFitsAScalar() {
        assertThatThrownBy(() -> Tensors.scalar(X).indexSelect(0, Tensors.of(0L, 0L)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("indexSelect: an index of shape [2]");
        assertThatThrownBy(() -> Tensors.scalar(X).indexSelect(0, Tensors.of(1L)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensors.scalar(X).topk(2, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("topk: k = 2");
    }

    @Test
    void theElementIsNamedOnce() {
        assertThatThrownBy(() -> Tensors.scalar(X).sum(0, -1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("sum: axis -1 is named twice");
    }

    /** What cuts an axis into parts needs one, in PyTorch too. */
    @Test
    void aScalarHasNoParts() {
        Tensor x = Tensors.scalar(X);
        Stream.<Runnable>of(
                        () -> x.slice(0, 0, 1),
                        () -> x.select(0, 0),
                        () -> x.narrow(0, 0, 1),
                        () -> x.split(1, 0),
                        () -> x.chunk(1, 0),
                        () -> x.unbind(0),
                        () -> x.roll(1, 0),
                        () -> x.size(0),
                        () -> Tensors.cat(0, x, x))
                .forEach(part -> assertThatThrownBy(part::run)
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("scalar"));
    }
}
