package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.gatun.autograd.Grad;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Divergences of what always takes one value x, {@code KL(p || q) = -log q(x)}, and of counts of different ranges. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class PointMassTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double[] kl(Distribution p, Distribution q) {
        return KullbackLeibler.divergence(p, q).toDoubleArray();
    }

    @Test
    void countsThatAreAlwaysZero() {
        Tensor q = Tensors.of(0.25, 0.25, 1, 0);
        Poisson poisson = new Poisson(Tensors.of(0.0, 2, 0, 0));
        Geometric geometric = Geometric.ofProbs(Tensors.of(1, 0.5, 1, 1));
        for (Distribution p : new Distribution[] {poisson, geometric}) {
            assertThat(kl(p, Bernoulli.ofProbs(q)))
                    .containsExactly(new double[] {-Math.log(0.75), INF, INF, 0}, within(1e-15));
            assertThat(kl(p, Binomial.ofProbs(3, q)))
                    .containsExactly(new double[] {-3 * Math.log(0.75), INF, INF, 0}, within(1e-15));
        }
        // d/dq -3 log(1 - q), and nothing where the divergence is infinite
        assertThat(Grad.grad((Tensor t) -> KullbackLeibler.divergence(poisson, Binomial.ofProbs(3, t))
                                .select(0, 0))
                        .apply(Tensors.of(0.25, 0.5, 0.5, 0.5))
                        .toDoubleArray())
                .containsExactly(new double[] {4, 0, 0, 0}, within(1e-14));
        assertThat(KullbackLeibler.divergence(new Poisson(Tensors.of(0.0, 1)), Bernoulli.ofProbs(Tensors.of(0.5)))
                        .shape()
                        .toArray())
                .containsExactly(2);
        // one of each family against the other, where the formulas within a family hold
        assertThat(kl(new Poisson(Tensors.of(0.0, 0, 1)), new Poisson(Tensors.of(0, 2.5, 0))))
                .containsExactly(0, 2.5, INF);
        assertThat(kl(Geometric.ofProbs(Tensors.of(1.0, 1, 0.5)), Geometric.ofProbs(Tensors.of(1, 0.25, 1))))
                .containsExactly(new double[] {0, Math.log(4), INF}, within(1e-15));
    }

    @Test
    void certainTrialsOfOtherNumbers() {
        Tensor three = Tensors.of(3L, 3, 3, 3);
        // always 0 of 5, which 3 trials reach; sometimes more, always 5, which they don't; and always 3 of 3
        Binomial p = Binomial.ofProbs(Tensors.of(5L, 5, 5, 3), Tensors.of(0, 0.5, 1, 1));
        assertThat(kl(p, Binomial.ofProbs(three, Tensors.scalar(0.25))))
                .containsExactly(new double[] {-3 * Math.log(0.75), INF, INF, -3 * Math.log(0.25)}, within(1e-14));
        // of fewer trials, always 0 and always all: 2 of 3 have the probability 3 q^2 (1 - q)
        Binomial few = Binomial.ofProbs(2, Tensors.of(0.0, 1));
        assertThat(kl(few, Binomial.ofProbs(3, Tensors.scalar(0.25))))
                .containsExactly(new double[] {-3 * Math.log(0.75), -Math.log(3 * 0.25 * 0.25 * 0.75)}, within(1e-14));
        // without trials
        assertThat(kl(Binomial.ofProbs(0, Tensors.of(0.3)), Binomial.ofProbs(3, Tensors.of(0.25))))
                .containsExactly(new double[] {-3 * Math.log(0.75)}, within(1e-14));
        Tensor slope = Grad.grad((Tensor q) ->
                        KullbackLeibler.divergence(few, Binomial.ofProbs(3, q)).sum())
                .apply(Tensors.scalar(0.25));
        // 3 / (1 - q) - 2 / q + 1 / (1 - q)
        assertThat(slope.item()).isCloseTo(4 / 0.75 - 2 / 0.25, within(1e-12));
    }

    @Test
    void countsOfOtherSumsHaveNothingInCommon() {
        Tensor half = Tensors.of(0.5, 0.5);
        assertThat(kl(Multinomial.ofProbs(3, half), Multinomial.ofProbs(4, half)))
                .containsExactly(INF);
        assertThat(kl(Multinomial.ofProbs(3, Tensors.of(0.0, 1)), Multinomial.ofProbs(3, half)))
                .containsExactly(new double[] {3 * Math.log(2)}, within(1e-14));
    }

    @Test
    void certainClasses() {
        assertThat(kl(Bernoulli.ofProbs(Tensors.of(0.0, 1, 1)), Bernoulli.ofProbs(Tensors.of(0.25, 0.25, 0))))
                .containsExactly(new double[] {-Math.log(0.75), Math.log(4), INF}, within(1e-14));
    }

    /** Nothing is tossed, so nothing diverges, whatever the coins; nor does a gradient flow to them. */
    @Test
    void binomialsOfNoTrialsAreTheSame() {
        Tensor coins = Tensors.of(0.5, 0, 1);
        double[] zeros = new double[3];
        for (double q : new double[] {0, 1, 0.3}) {
            Tensor others = Tensors.of(q, q, q);
            assertThat(kl(Binomial.ofProbs(0, coins), Binomial.ofProbs(0, others)))
                    .containsExactly(zeros, within(0.0));
            UnaryOperator<Tensor> byFirst = t -> divergence(Binomial.ofProbs(0, t), Binomial.ofProbs(0, others));
            UnaryOperator<Tensor> bySecond = t -> divergence(Binomial.ofProbs(0, coins), Binomial.ofProbs(0, t));
            assertThat(Grad.grad(byFirst).apply(coins).toDoubleArray()).containsExactly(zeros, within(0.0));
            assertThat(Grad.grad(bySecond).apply(others).toDoubleArray()).containsExactly(zeros, within(0.0));
        }
        Binomial logits = Binomial.ofLogits(Tensors.of(0L), Tensors.of(800.0));
        assertThat(kl(Binomial.ofProbs(0, Tensors.of(0.5)), logits)).containsExactly(new double[1], within(0.0));
        // with trials it is infinite still
        Tensor counts = Tensors.of(0L, 2);
        assertThat(kl(Binomial.ofProbs(counts, Tensors.of(0.5)), Binomial.ofProbs(counts, Tensors.of(0.0))))
                .containsExactly(new double[] {0, Double.POSITIVE_INFINITY}, within(0.0));
    }

    private static Tensor divergence(Distribution p, Distribution q) {
        return KullbackLeibler.divergence(p, q).sum();
    }
}
