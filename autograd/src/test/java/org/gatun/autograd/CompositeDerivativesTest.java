package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.CrossEntropy;
import org.gatun.tensor.composite.LogSumExp;
import org.gatun.tensor.shape.Axes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The derivatives that composites bring keep what their forward passes take care of: large scores, infinities, absent operands. */
class CompositeDerivativesTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static void close(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-6));
    }

    @Test
    void aTangentOfTheBiasAloneLeavesInfiniteInputsAlone() {
        Tensor x = Tensors.of(new double[][] {{INF}});
        Tensor w = Tensors.of(new double[][] {{2}});
        Tensor b = Tensors.of(3.0);
        close(Grad.jvp(z -> Functional.linear(x, w, z), b, Tensors.of(1.0)).tangent(), 1);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 1e4f, -1e4f, 1e8f, -1e8f, 1e30f})
    void theGradientOfCrossEntropyDoesNotDependOnACommonShift(float shift) {
        // softmax - one-hot at x = shift + (0, 0): (1/2 - 1, 1/2)
        Tensor x = Tensors.of(new float[][] {{shift, shift}});
        Tensor target = Tensors.of(0L);
        close(Grad.grad(z -> Losses.crossEntropy(z, target)).apply(x), -0.5, 0.5);
        Tensor v = Tensors.of(new float[][] {{0, 1}});
        close(Grad.jvp(z -> Losses.crossEntropy(z, target), x, v).tangent(), 0.5);
        // The Hessian is diag(p) - pp' = (1 -1; -1 1) / 4.
        close(Grad.hvp(z -> Losses.crossEntropy(z, target), x, v), -0.25, 0.25);
    }

    @Test
    void theGradientOfCrossEntropyIsExactAtLargeScores() {
        // Differences of 1/8 are exact at 1e4 in F32, while log(sum) + max is rounded there to 1/1024.
        Tensor x = Tensors.of(new float[][] {{10000, 10000.125f, 9999.5f}});
        double[] e = {1, Math.exp(0.125), Math.exp(-0.5)};
        double sum = e[0] + e[1] + e[2];
        close(Grad.grad(z -> Losses.crossEntropy(z, Tensors.of(1L))).apply(x), e[0] / sum, e[1] / sum - 1, e[2] / sum);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 1e4f, -1e8f, 1e30f})
    void theDerivativesOfLogSumExpDoNotDependOnACommonShift(float shift) {
        Tensor x = Tensors.full(DType.F32, shift, 2, 2);
        close(Grad.grad(z -> z.logsumexp()).apply(x), 0.25, 0.25, 0.25, 0.25);
        Tensor v = Tensors.of(new float[][] {{0, 1}, {0, 0}});
        close(Grad.jvp(z -> z.logsumexp(), x, v).tangent(), 0.25);
        close(Grad.hvp(z -> z.logsumexp(1).sum(), x, v), -0.25, 0.25, 0, 0);
        close(
                Grad.grad(z -> z.logSoftmax(1)
                                .gather(1, Tensors.of(new long[][] {{0}, {1}}))
                                .sum())
                        .apply(x),
                0.5,
                -0.5,
                -0.5,
                0.5);
        close(Grad.jvp(z -> z.softmax(1), x, v).tangent(), -0.25, 0.25, 0, 0);
    }

    @Test
    void logSumExpOfInfinities() {
        Tensor x = Tensors.of(new double[][] {{-INF, -INF}, {-INF, 1}, {0, INF}});
        // As PyTorch: 0 where all are -inf, NaN only at an element that is inf.
        close(Grad.grad(z -> z.logsumexp(1).sum()).apply(x), 0, 0, 0, 1, 0, Double.NaN);
    }

    @Test
    void theRulesAgreeWithTheDerivativesOfTheFallbacks() {
        Tensor x = Tensors.of(new double[][] {{0.3, -1.2, 2}, {-0.5, 0.1, 0.7}});
        Tensor v = Tensors.of(new double[][] {{1, 2, -1}, {0.5, -2, 3}});
        Tensor target = Tensors.of(2L, -100L);
        var entropy = new CrossEntropy(-100);
        var total = new LogSumExp(Axes.listed("test", 2, 1));
        agree(
                z -> Losses.crossEntropy(z, target),
                z -> entropy.fallback(List.of(z, target)).get(0).sum(),
                x,
                v);
        agree(z -> z.logsumexp(1).sum(), z -> total.fallback(List.of(z)).get(0).sum(), x, v);
    }

    private static void agree(UnaryOperator<Tensor> rule, UnaryOperator<Tensor> fallback, Tensor x, Tensor v) {
        close(Grad.grad(rule).apply(x), Grad.grad(fallback).apply(x).toDoubleArray());
        close(Grad.jvp(rule, x, v).tangent(), Grad.jvp(fallback, x, v).tangent().item());
        close(Grad.hvp(rule, x, v), Grad.hvp(fallback, x, v).toDoubleArray());
        close(
                Grad.hessian(rule).apply(x),
                Grad.jacobianReverse(Grad.grad(fallback)).apply(x).toDoubleArray());
    }
}
