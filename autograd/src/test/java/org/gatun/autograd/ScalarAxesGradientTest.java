package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions along axis 0 or -1 of a scalar: their derivatives in closed form, in both modes, and to second order. */
@ExtendWith(NativeMemoryBalance.class)
class ScalarAxesGradientTest {
    private static final double X = -2.5;

    private static Arguments along(
            String name, double derivative, UnaryOperator<Tensor> zero, UnaryOperator<Tensor> last) {
        return Arguments.of(name, derivative, List.of(zero, last));
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                along("sum", 1, x -> x.sum(0), x -> x.sum(true, -1)),
                along("mean", 1, x -> x.mean(0), x -> x.mean(true, -1)),
                along("prod", 1, x -> x.prod(0), x -> x.prod(true, -1)),
                along("amax", 1, x -> x.amax(0), x -> x.amax(true, -1)),
                along("amin", 1, x -> x.amin(0), x -> x.amin(true, -1)),
                along("max", 1, x -> x.max(0).values(), x -> x.max(true, -1).values()),
                along("min", 1, x -> x.min(0).values(), x -> x.min(true, -1).values()),
                along("var", 0, x -> x.var(0, false, 0), x -> x.var(0, true, -1)),
                along("std", 0, x -> x.std(0, false, 0), x -> x.std(0, true, -1)),
                along(
                        "mean of varMean",
                        1,
                        x -> x.varMean(0, false, 0).mean(),
                        x -> x.varMean(0, true, -1).mean()),
                along("norm 1", -1, x -> x.norm(1, 0), x -> x.norm(1, true, -1)),
                along("norm 2", -1, x -> x.norm(2, 0), x -> x.norm(2, true, -1)),
                along("norm 3", -1, x -> x.norm(3, 0), x -> x.norm(3, true, -1)),
                along(
                        "norm inf",
                        -1,
                        x -> x.norm(Double.POSITIVE_INFINITY, 0),
                        x -> x.norm(Double.POSITIVE_INFINITY, true, -1)),
                along("logsumexp", 1, x -> x.logsumexp(0), x -> x.logsumexp(true, -1)),
                along("softmax", 0, x -> x.softmax(0), x -> x.softmax(-1)),
                along("logSoftmax", 0, x -> x.logSoftmax(0), x -> x.logSoftmax(-1)),
                along("cumsum", 1, x -> x.cumsum(0), x -> x.cumsum(-1)),
                along("cumprod", 1, x -> x.cumprod(0), x -> x.cumprod(-1)),
                along("sort", 1, x -> x.sort(0).values(), x -> x.sort(-1, true).values()),
                along(
                        "topk",
                        1,
                        x -> x.topk(1, 0).values(),
                        x -> x.topk(1, -1, false).values()),
                along("squeeze", 1, x -> x.squeeze(0), x -> x.squeeze(-1)),
                along("flip", 1, x -> x.flip(0), x -> x.flip(-1)),
                along("transpose", 1, x -> x.transpose(0, -1), x -> x.transpose(-1, -1)),
                along("moveAxis", 1, x -> x.moveAxis(0, -1), x -> x.moveAxis(-1, 0)),
                along("gather", 1, x -> x.gather(0, Tensors.scalar(0L)), x -> x.gather(-1, Tensors.scalar(0L))),
                along(
                        "indexSelect",
                        1,
                        x -> x.indexSelect(0, Tensors.scalar(0L)),
                        x -> x.indexSelect(-1, Tensors.of(-1L))),
                along(
                        "scatter",
                        0,
                        x -> x.scatter(0, Tensors.scalar(0L), 4),
                        x -> x.scatter(-1, Tensors.scalar(0L), Tensors.scalar(4.0))),
                along(
                        "scatterAdd",
                        2,
                        x -> x.scatterAdd(0, Tensors.scalar(0L), x),
                        x -> x.scatterAdd(-1, Tensors.scalar(0L), x)),
                along("indexAdd", 2, x -> x.indexAdd(0, Tensors.of(0L), x), x -> x.indexAdd(-1, Tensors.of(0L), x)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void bothModes(String name, double derivative, List<UnaryOperator<Tensor>> functions) {
        for (UnaryOperator<Tensor> f : functions) {
            Tensor x = Tensors.scalar(X);
            Tensor gradient = Grad.grad(f).apply(x);
            assertThat(gradient.shape()).isEqualTo(Shape.SCALAR);
            assertThat(gradient.item()).as("reverse").isCloseTo(derivative, within(1e-12));
            Tensor tangent = Grad.jvp(f, x, Tensors.scalar(3.0)).tangent();
            assertThat(tangent.shape()).isEqualTo(Shape.SCALAR);
            assertThat(tangent.item()).as("forward").isCloseTo(3 * derivative, within(1e-12));
            // (f(x)^2)'' = 2 f'(x)^2 where f is linear around x, as all of these are
            Tensor second = Grad.hessian(t -> f.apply(t).square()).apply(x);
            assertThat(second.item()).as("second order").isCloseTo(2 * derivative * derivative, within(1e-12));
        }
    }
}
