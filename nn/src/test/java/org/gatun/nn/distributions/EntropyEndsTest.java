package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.autograd.Grad;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Entropies, their derivatives and those of divergences where a probability is 0 or 1. There the derivative by the probability is
 * infinite; that at the dtype's eps stands in for it, so that the product with a derivative of 0 is 0.
 */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class EntropyEndsTest {
    private static final double EPS = Math.ulp(1.0);

    /** {@code -log eps}, about 36. */
    private static final double STEEP = -Math.log(EPS);

    private static final int N = 5;

    /**
     * A family of two outcomes.
     *
     * @param steepness its derivative by p at 0, in units of {@code -log eps}
     */
    private record Outcomes(
            String name,
            Function<Tensor, Distribution> probs,
            Function<Tensor, Distribution> logits,
            double steepness) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Tensor both(Tensor p) {
        return Tensors.stack(-1, p, p.neg().add(1));
    }

    private static Tensor withZero(Tensor logits) {
        return Tensors.stack(-1, logits, logits.mul(0));
    }

    static Stream<Outcomes> outcomes() {
        return Stream.of(
                new Outcomes("Bernoulli", Bernoulli::ofProbs, Bernoulli::ofLogits, 1),
                new Outcomes(
                        "Binomial",
                        p -> Binomial.ofProbs(N, p),
                        l -> Binomial.ofLogits(Tensors.scalar((long) N), l),
                        N),
                new Outcomes(
                        "Categorical", p -> Categorical.ofProbs(both(p)), l -> Categorical.ofLogits(withZero(l)), 1),
                new Outcomes(
                        "Multinomial",
                        p -> Multinomial.ofProbs(N, both(p)),
                        l -> Multinomial.ofLogits(N, withZero(l)),
                        N));
    }

    private static Tensor slope(UnaryOperator<Tensor> f, Tensor x) {
        Tensor reverse = Grad.grad((Tensor t) -> f.apply(t).sum()).apply(x);
        Tensor forward = Grad.jvp(f, x, Tensors.onesLike(x)).tangent();
        assertThat(forward.toDoubleArray())
                .containsExactly(reverse.toDoubleArray(), within(x.dtype() == DType.F32 ? 1e-4 : 1e-9));
        return reverse;
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void byTheProbabilityTheDerivativeIsThatNearTheEnd(Outcomes o) {
        Tensor p = Tensors.of(0.0, 1, 0.3);
        assertThat(o.probs.apply(p.narrow(0, 0, 2)).entropy().abs().toDoubleArray())
                .containsOnly(0);
        double[] g = slope(t -> o.probs.apply(t).entropy(), p).toDoubleArray();
        assertThat(g[0]).isCloseTo(o.steepness * STEEP, within(0.1 * o.steepness * STEEP));
        assertThat(g[1]).isCloseTo(-o.steepness * STEEP, within(0.1 * o.steepness * STEEP));
        Tensor inner = slope(t -> o.probs.apply(t).entropy(), Tensors.of(0.3));
        assertThat(g[2]).isCloseTo(inner.item(), within(1e-12));
        // the second derivative is finite too
        Tensor second = Grad.hvp(t -> o.probs.apply(t).entropy().sum(), p, Tensors.onesLike(p));
        assertThat(second.isFinite().all().item()).isEqualTo(1);
        Tensor single = Tensors.of(0f, 1f);
        assertThat(o.probs.apply(single).entropy().abs().toDoubleArray()).containsOnly(0);
        assertThat(slope(t -> o.probs.apply(t).entropy(), single).get(0))
                .isCloseTo(o.steepness * 23 * Math.log(2), within(0.2 * o.steepness * 16));
    }

    private static List<Function<Tensor, Distribution>> byLogits(Outcomes o) {
        return List.of(o.logits, l -> o.probs.apply(l.sigmoid()));
    }

    /** A sigmoid that is 0 or 1 has the derivative 0, whether the distribution takes it itself or a function before it did. */
    @ParameterizedTest
    @MethodSource("outcomes")
    void byTheLogitTheDerivativeAtCertaintyIsZero(Outcomes o) {
        Tensor logits = Tensors.of(-800, 800, -1e5, 1e5);
        for (Function<Tensor, Distribution> make : byLogits(o)) {
            assertThat(make.apply(logits).entropy().toDoubleArray()).containsExactly(new double[4], within(1e-300));
            assertThat(slope(l -> make.apply(l).entropy(), logits).toDoubleArray())
                    .containsExactly(new double[4], within(1e-300));
            assertThat(Grad.hvp(l -> make.apply(l).entropy().sum(), logits, Tensors.onesLike(logits))
                            .toDoubleArray())
                    .containsExactly(new double[4], within(1e-300));
            GradCheck.standard().check(l -> make.apply(l).entropy(), Tensors.of(-2, 0.4, 3));
        }
    }

    /** {@code H = log(1 + e^l) - l p} has the second derivative {@code -p (1 - p)} at l = 0. */
    @Test
    void theEntropyIsSmoothAtEvenOdds() {
        Tensor zero = Tensors.scalar(0.0);
        Tensor one = Tensors.scalar(1.0);
        assertThat(Grad.hvp((Tensor l) -> Bernoulli.ofLogits(l).entropy(), zero, one)
                        .item())
                .isCloseTo(-0.25, within(1e-15));
    }

    /** {@code H = h(p) / p}, of the derivative {@code log(1 - p) / p^2}. */
    @Test
    void geometric() {
        Tensor p = Tensors.of(1.0, 0.25);
        assertThat(Geometric.ofProbs(p).entropy().get(0)).isZero();
        double[] g = slope(t -> Geometric.ofProbs(t).entropy(), p).toDoubleArray();
        assertThat(g[0]).isCloseTo(-STEEP, within(1e-9));
        assertThat(g[1]).isCloseTo(16 * Math.log(0.75), within(1e-13));
        assertThat(slope(l -> Geometric.ofLogits(l).entropy(), Tensors.of(800.0))
                        .item())
                .isZero();
    }

    /** A class without probability leaves the derivatives of the others as they are: {@code -(log p + H) / sum of the weights}. */
    @Test
    void classesWithoutProbability() {
        Tensor w = Tensors.of(0.0, 1, 3);
        double h = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
        double[] g = Grad.grad((Tensor t) -> Categorical.ofProbs(t).entropy())
                .apply(w)
                .toDoubleArray();
        assertThat(g[0]).isGreaterThan(8);
        assertThat(g[1]).isCloseTo(-(Math.log(0.25) + h) / 4, within(1e-14));
        assertThat(g[2]).isCloseTo(-(Math.log(0.75) + h) / 4, within(1e-14));
        // log p_1 = log w_1 - log of the sum
        Tensor one = Tensors.scalar(1L);
        assertThat(Grad.grad((Tensor t) -> Categorical.ofProbs(t).logProb(one))
                        .apply(w)
                        .toDoubleArray())
                .containsExactly(new double[] {-0.25, 1 - 0.25, -0.25}, within(1e-14));
        // p_0 = w_0 over the sum
        assertThat(Grad.grad((Tensor t) -> Categorical.ofProbs(t).probs().select(0, 0))
                        .apply(w)
                        .toDoubleArray())
                .containsExactly(0.25, 0, 0);
        // by logits, -infinity takes no part
        Tensor l = Tensors.of(Double.NEGATIVE_INFINITY, 0, Math.log(3));
        double[] gl = Grad.grad((Tensor t) -> Categorical.ofLogits(t).entropy())
                .apply(l)
                .toDoubleArray();
        assertThat(gl)
                .containsExactly(
                        new double[] {0, -0.25 * (Math.log(0.25) + h), -0.75 * (Math.log(0.75) + h)}, within(1e-14));
        assertThat(Grad.grad((Tensor t) -> Multinomial.ofLogits(3, t).entropy())
                        .apply(l)
                        .get(0))
                .isZero();
    }

    /** Counts of classes whose probability underflows keep their logarithm. */
    @Test
    void multinomialByLogitsDoesNotUnderflow() {
        Tensor l = Tensors.of(-1000.0, 0);
        assertThat(Multinomial.ofLogits(2, l).logProb(Tensors.of(1.0, 1)).item())
                .isCloseTo(-1000 + Math.log(2), within(1e-12));
        Tensor never = Tensors.of(Double.NEGATIVE_INFINITY, 0);
        assertThat(Multinomial.ofLogits(2, never).logProb(Tensors.of(0.0, 2)).item())
                .isZero();
        assertThat(Multinomial.ofLogits(2, never).logProb(Tensors.of(1.0, 1)).item())
                .isEqualTo(Double.NEGATIVE_INFINITY);
    }

    /** {@code d/dq KL = (q - p) / (q (1 - q))} at a certain p, and 0 where both are certain of the same. */
    @Test
    void divergencesOfCertainOutcomes() {
        Tensor p = Tensors.of(0.0, 1, 0);
        Tensor q = Tensors.of(0.25, 0.25, 0);
        UnaryOperator<Tensor> two = t -> KullbackLeibler.divergence(Bernoulli.ofProbs(p), Bernoulli.ofProbs(t));
        assertThat(two.apply(q).toDoubleArray())
                .containsExactly(new double[] {-Math.log(0.75), -Math.log(0.25), 0}, within(1e-15));
        assertThat(slope(two, q).toDoubleArray()).containsExactly(new double[] {1 / 0.75, -4, 1}, within(1e-13));
        Tensor pp = Tensors.stack(-1, p, p.neg().add(1));
        UnaryOperator<Tensor> classes = t -> KullbackLeibler.divergence(
                Categorical.ofProbs(pp),
                Categorical.ofProbs(Tensors.stack(-1, t, t.neg().add(1))));
        assertThat(classes.apply(q).toDoubleArray())
                .containsExactly(two.apply(q).toDoubleArray(), within(1e-15));
        assertThat(slope(classes, q).toDoubleArray())
                .containsExactly(slope(two, q).toDoubleArray(), within(1e-13));
        for (Tensor t : new Tensor[] {
            slope(u -> KullbackLeibler.divergence(Bernoulli.ofProbs(u), Bernoulli.ofProbs(q)), p),
            slope(
                    u -> KullbackLeibler.divergence(
                            Categorical.ofProbs(Tensors.stack(-1, u, u.neg().add(1))),
                            Categorical.ofProbs(Tensors.of(0.25, 0.75))),
                    p)
        }) {
            assertThat(t.isNan().any().item()).isZero();
            assertThat(t.get(0)).isNegative();
            assertThat(t.get(1)).isPositive();
        }
        assertThat(Bernoulli.ofProbs(p.to(DType.F32)).entropy().dtype()).isEqualTo(DType.F32);
    }
}
