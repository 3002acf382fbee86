package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.CrossEntropyOptions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Reduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The derivatives where mathematics leaves a choice, at ties, kinks, zeros and infinities: PyTorch's, in both modes. */
class ConventionsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static Arguments row(String name, UnaryOperator<Tensor> f, double[] at, double... gradient) {
        return Arguments.of(name, f, at, gradient);
    }

    private static double[] at(double... x) {
        return x;
    }

    static Stream<Arguments> choices() {
        double selu = 1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
        return Stream.of(
                row("abs", Tensor::abs, at(0), 0),
                row("relu", Tensor::relu, at(0), 0),
                row("clamp", x -> x.clamp(-1, 2), at(-1, 2, -1.5, 2.5), 1, 1, 0, 0),
                row("maximum", x -> x.maximum(1.0), at(1), 0.5),
                row("minimum", x -> x.minimum(1.0), at(1), 0.5),
                row("max of all", Tensor::max, at(3, 1, 3), 0.5, 0, 0.5),
                row("min of all", Tensor::min, at(3, 1, 1, 1), 0, 1 / 3.0, 1 / 3.0, 1 / 3.0),
                row("amax", x -> x.amax(0), at(3, 1, 3), 0.5, 0, 0.5),
                row("amin", x -> x.amin(0), at(1, 1), 0.5, 0.5),
                row("max along an axis", x -> x.max(0).values(), at(3, 1, 3), 1, 0, 0),
                row("min along an axis", x -> x.min(0).values(), at(3, 1, 1), 0, 1, 0),
                row("max with NaN", x -> x.max(0).values(), at(3, Double.NaN, 5), 0, 1, 0),
                row(
                        "max pool",
                        x -> Functional.maxPool2d(x.reshape(1, 1, 2, 2), PoolSpec.of(2)),
                        at(2, 2, 1, 2),
                        1,
                        0,
                        0,
                        0),
                row("median of all", Tensor::median, at(3, 1, 3, 7), 0.5, 0, 0.5, 0),
                row(
                        "median of all at -inf",
                        Tensor::median,
                        at(-INF, -INF, -INF, 7, 8),
                        1 / 3.0,
                        1 / 3.0,
                        1 / 3.0,
                        0,
                        0),
                row("median along an axis", x -> x.median(0).values(), at(3, 7, 1), 1, 0, 0),
                row("median with NaN", x -> x.median(0).values(), at(3, Double.NaN, 5), 0, 1, 0),
                row("nansum", x -> x.nansum(), at(3, Double.NaN, 5), 1, 0, 1),
                row("nanmean", x -> x.nanmean(), at(3, Double.NaN, 5), 0.5, 0, 0.5),
                row("quantile", x -> x.quantile(0.25), at(3, 1), 0.25, 0.75),
                row("norm 0", x -> x.norm(0), at(0, 3), 0, 0),
                row("norm 1 at zero", x -> x.norm(1), at(0, -2), 0, -1),
                row("norm 2 at zero", Tensor::norm, at(0, 0), 0, 0),
                row("norm 2", Tensor::norm, at(3, 4), 0.6, 0.8),
                row("norm 3 at zero", x -> x.norm(3), at(0, 0), 0, 0),
                row("norm 0.5 with a zero", x -> x.norm(0.5), at(0, 4), 0, 1),
                row("norm 1.5 with a zero", x -> x.norm(1.5), at(0, -4), 0, -1),
                row("norm inf", x -> x.norm(INF), at(2, -2, 1), 0.5, -0.5, 0),
                row("norm inf at zero", x -> x.norm(INF), at(0, 0), 0, 0),
                row("norm -inf", x -> x.norm(-INF), at(2, -3, 2), 0.5, 0, 0.5),
                row("std of a constant", Tensor::std, at(2, 2, 2), 0, 0, 0),
                row("var of a constant", Tensor::var, at(2, 2, 2), 0, 0, 0),
                row("logsumexp of all -inf", x -> x.logsumexp(), at(-INF, -INF), 0, 0),
                row("logsumexp with -inf", x -> x.logsumexp(), at(-INF, 1), 0, 1),
                row("softmax with -inf", x -> x.softmax(0).select(0, 0), at(0, 0, -INF), 0.25, -0.25, 0),
                row("leakyRelu", x -> Functional.leakyRelu(x, 0.1), at(0, 1, -1), 0.1, 1, 0.1),
                row("elu", x -> Functional.elu(x, 2), at(0, 1000, -1000), 2, 1, 0),
                row("selu", Functional::selu, at(0, 1000), selu, 1.0507009873554804934193349852946),
                row("hardtanh", Functional::hardtanh, at(-1, 1, 0), 0, 0, 1),
                row("relu6", Functional::relu6, at(0, 6, 3), 0, 0, 1),
                row("hardsigmoid", Functional::hardsigmoid, at(-3, 3, 0), 0, 0, 1 / 6.0),
                row("hardswish", Functional::hardswish, at(-3, 3, -4, 4), -0.5, 1.5, 0, 1),
                row("softshrink", x -> Functional.softshrink(x, 0.5), at(-0.5, 0.5, 0, 1), 0, 0, 0, 1),
                row("hardshrink", x -> Functional.hardshrink(x, 0.5), at(-0.5, 0.5, 0, 1), 0, 0, 0, 1),
                row("threshold", x -> Functional.threshold(x, 1, 9), at(1, 2), 0, 1),
                row("softsign", Functional::softsign, at(0), 1),
                row("softplus", x -> Functional.softplus(x, 1, 20), at(1000, -1000, 0), 1, 0, 0.5),
                row("logSigmoid", Functional::logSigmoid, at(1000, -1000, 0), 0, 1, 0.5),
                row("silu", Functional::silu, at(0, 1000), 0.5, 1),
                row("mish", Functional::mish, at(1000, -1000), 1, 0),
                row("gelu", Functional::gelu, at(0, 1000, -1000), 0.5, 1, 0),
                row("geluTanh", Functional::geluTanh, at(0, 100, -100), 0.5, 1, 0),
                row("l1Loss", x -> Losses.l1Loss(x, Tensors.of(1.0, 1, 1), Reduction.SUM), at(1, 2, 0), 0, 1, -1),
                row("smoothL1Loss at beta", x -> Losses.smoothL1Loss(x, Tensors.of(0.0), 2, Reduction.SUM), at(2), 1),
                row("huberLoss at delta", x -> Losses.huberLoss(x, Tensors.of(0.0), 2, Reduction.SUM), at(-2), -2),
                row(
                        "binaryCrossEntropy at the ends",
                        x -> Losses.binaryCrossEntropy(x, Tensors.of(0.0, 1, 1), null, Reduction.SUM),
                        at(0, 1, 0),
                        0,
                        0,
                        -1e12),
                row(
                        "binaryCrossEntropyWithLogits",
                        x -> Losses.binaryCrossEntropyWithLogits(x, Tensors.of(0.0, 1, 1), null, null, Reduction.SUM),
                        at(1000, 1000, -1000),
                        1,
                        0,
                        -1),
                row(
                        "klDiv where the target is 0",
                        x -> Losses.klDiv(x, Tensors.of(0.0, 0.5), Reduction.SUM),
                        at(-INF, -1),
                        0,
                        -0.5),
                row("klDiv in the target", t -> Losses.klDiv(Tensors.of(-1.0, -1), t, Reduction.SUM), at(0, 1), 0, 2),
                row(
                        "an ignored target",
                        x -> Losses.crossEntropy(x.reshape(2, 2), Tensors.of(-100, 1)),
                        at(5, 6, 0, 0),
                        0,
                        0,
                        0.5,
                        -0.5),
                row(
                        "a weighted target",
                        x -> Losses.crossEntropy(
                                x.reshape(2, 2),
                                Tensors.of(0, 1),
                                CrossEntropyOptions.DEFAULT.withWeight(Tensors.of(1.0, 3))),
                        at(0, 0, 0, 0),
                        -0.125,
                        0.125,
                        0.375,
                        -0.375),
                row(
                        "gaussianNllLoss below epsilon",
                        v -> Losses.gaussianNllLoss(Tensors.of(1.0), Tensors.of(0.0), v, 0.5, Reduction.SUM),
                        at(0.1),
                        (1 / 0.5 - 1 / 0.25) / 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choices")
    void theGradientIsTheChosenOne(String name, UnaryOperator<Tensor> f, double[] at, double[] gradient) {
        Tensor x = Tensors.of(at);
        UnaryOperator<Tensor> sum = z -> f.apply(z).sum();
        double[] found = Grad.grad(sum).apply(x).toDoubleArray();
        assertThat(found).hasSameSizeAs(gradient);
        for (int i = 0; i < gradient.length; i++) {
            double tolerance = 1e-13 * Math.max(1, Math.abs(gradient[i]));
            assertThat(found[i]).as("gradient %d", i).isCloseTo(gradient[i], within(tolerance));
            Tensor direction =
                    Tensors.eye(DType.F64, at.length, at.length).select(0, i).copy();
            assertThat(Grad.jvp(sum, x, direction).tangent().item())
                    .as("tangent %d", i)
                    .isCloseTo(gradient[i], within(tolerance));
        }
    }

    @Test
    void dropoutPassesWhatItKept() {
        var generator = new Generator(3);
        var state = generator.state();
        Tensor x = Tensors.ones(DType.F64, 100);
        double[] y = Functional.dropout(x, 0.4, true, generator).toDoubleArray();
        generator.restore(state);
        assertThat(Grad.grad((Tensor z) ->
                                Functional.dropout(z, 0.4, true, generator).sum())
                        .apply(x)
                        .toDoubleArray())
                .containsExactly(y);
    }

    /** As {@code torch.max} of all elements: NaN is the maximum, and gets the gradient. */
    @Test
    void theGradientOfAnExtremumThatIsNaNGoesToTheNaN() {
        Tensor x = Tensors.of(1.0, Double.NaN, 2);
        assertThat(Grad.grad(Tensor::max).apply(x).toDoubleArray()).containsExactly(0, 1, 0);
        assertThat(Grad.grad(Tensor::min).apply(x).toDoubleArray()).containsExactly(0, 1, 0);
    }
}
