package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.gatun.autograd.Grad;
import org.gatun.nn.distributions.Expectation.Estimate;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Estimates lie within four standard errors of what they estimate, and so do their gradients. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ExpectationTest {
    private static final long N = 20_000;

    private static void near(Estimate estimate, double expected) {
        assertThat(estimate.standardError().item()).isPositive().isLessThan(0.5);
        assertThat(estimate.value().item())
                .isCloseTo(expected, within(4 * estimate.standardError().item()));
    }

    @Test
    void momentsOfANormal() {
        Normal d = new Normal(Tensors.scalar(1.5), Tensors.scalar(2.0));
        near(Expectation.of(d, new Generator(1), N), 1.5);
        near(Expectation.of(d, Tensor::square, new Generator(1), N), 1.5 * 1.5 + 4);
        near(Expectation.variance(d, x -> x, new Generator(1), N), 4);
        // Cov[X, X^2] = 2 mu sigma^2
        near(Expectation.covariance(d, x -> x, Tensor::square, new Generator(1), N), 2 * 1.5 * 4);
        near(Expectation.entropy(d, new Generator(1), N), d.entropy().item());
        assertThat(Expectation.of(d, new Generator(1), N).standardError().item())
                .isCloseTo(2 / Math.sqrt(N), within(0.05 * 2 / Math.sqrt(N)));
    }

    /** X and Y independent: Var[X + 2Y] = 1 + 4 * 2, Cov[X, X + 2Y] = 1, and E[XY] = E[X] E[Y]; a count among them carries its score. */
    @Test
    void variablesMadeOfTheSameDrawsAreDependent() {
        RandomVariable x = RandomVariable.of(new Normal(Tensors.scalar(1.0), Tensors.scalar(1.0)));
        RandomVariable y = RandomVariable.of(new Poisson(Tensors.scalar(2.0)));
        RandomVariable z = x.with(y, (a, b) -> a.add(b.mul(2)));
        near(Expectation.of(z, new Generator(1), N), 5);
        near(Expectation.variance(z, new Generator(1), N), 9);
        near(Expectation.covariance(x, z, new Generator(1), N), 1);
        near(Expectation.covariance(x, y, new Generator(1), N), 0);
        near(Expectation.of(x.with(y, Tensor::mul), new Generator(1), N), 2);
        assertThat(z.sample(new Generator(1), 7).toDoubleArray()).hasSize(7);
        assertThat(z.with(z, Tensor::sub).sample(new Generator(1), 7).toDoubleArray())
                .containsOnly(0);
        // d/d rate Cov[X Y, Y] = d/d rate (E[X] Var[Y]) = E[X] = 1, and d/d mu of it is Var[Y] = 2.
        UnaryOperator<Tensor> f = p -> {
            RandomVariable a = RandomVariable.of(new Normal(p.select(0, 0), Tensors.scalar(1.0)));
            RandomVariable b = RandomVariable.of(new Poisson(p.select(0, 1)));
            return Expectation.covariance(a.with(b, Tensor::mul), b, new Generator(7), 400_000)
                    .value();
        };
        double[] g = Grad.grad(f).apply(Tensors.of(1.0, 2)).toDoubleArray();
        assertThat(g[0]).isCloseTo(2, within(0.05));
        assertThat(g[1]).isCloseTo(1, within(0.2));
    }

    /** E[X^2] = mu^2 + sigma^2: derivatives 2 mu and 2, by the samples. */
    @Test
    void gradientsThroughReparameterisedSamples() {
        UnaryOperator<Tensor> f =
                mu -> Expectation.of(new Normal(mu, Tensors.scalar(0.5)), Tensor::square, new Generator(1), N)
                        .value();
        Tensor mu = Tensors.scalar(1.5);
        assertThat(Grad.grad(f).apply(mu).item()).isCloseTo(3, within(4 * 2 * 0.5 / Math.sqrt(N)));
        assertThat(Grad.hvp(f, mu, Tensors.scalar(1.0)).item()).isCloseTo(2, within(1e-12));
    }

    /** Of a Poisson count, E[X^2] = rate + rate^2: derivatives 1 + 2 rate and 2, by the score. */
    @Test
    void gradientsThroughTheScore() {
        UnaryOperator<Tensor> f = rate -> Expectation.of(new Poisson(rate), Tensor::square, new Generator(7), 400_000)
                .value();
        Tensor rate = Tensors.scalar(2.0);
        assertThat(f.apply(rate).item()).isCloseTo(6, within(0.1));
        assertThat(Grad.grad(f).apply(rate).item()).isCloseTo(5, within(0.2));
        assertThat(Grad.jvp(f, rate, Tensors.scalar(1.0)).tangent().item()).isCloseTo(5, within(0.2));
        assertThat(Grad.hvp(f, rate, Tensors.scalar(1.0)).item()).isCloseTo(2, within(0.6));
        UnaryOperator<Tensor> v = r -> Expectation.variance(new Poisson(r), x -> x, new Generator(7), 400_000)
                .value();
        assertThat(v.apply(rate).item()).isCloseTo(2, within(0.05));
        assertThat(Grad.grad(v).apply(rate).item()).isCloseTo(1, within(0.1));
    }

    /** {@code E[X_2 X_1]} of independent counts, for each element the other: the derivative by each rate is the sum of both, 2 times the other rate. */
    @Test
    void functionsThatMixTheBatchDeclareIt() {
        Tensor rates = Tensors.of(1.0, 2.0);
        UnaryOperator<Tensor> mixing = x -> x.mul(x.flip(1));
        UnaryOperator<Tensor> joint =
                r -> Expectation.of(RandomVariable.of(new Poisson(r), 1).map(mixing), new Generator(7), 400_000)
                        .value();
        assertThat(joint.apply(rates).toDoubleArray()).containsExactly(new double[] {2, 2}, within(0.05));
        double[] g = Grad.grad((Tensor r) -> joint.apply(r).sum()).apply(rates).toDoubleArray();
        assertThat(g).containsExactly(new double[] {4, 2}, within(0.15));
        // element by element, only half of the scores count: this is why it is declared
        UnaryOperator<Tensor> apart = r -> Expectation.of(new Poisson(r), mixing, new Generator(7), 400_000)
                .value()
                .sum();
        assertThat(Grad.grad(apart).apply(rates).toDoubleArray()).containsExactly(new double[] {2, 1}, within(0.15));
        // of a function of each element both agree: d/d rate of rate + rate^2
        for (int axes : new int[] {0, 1}) {
            UnaryOperator<Tensor> squares = r -> Expectation.of(
                            RandomVariable.of(new Poisson(r), axes).map(Tensor::square), new Generator(7), 400_000)
                    .value()
                    .sum();
            assertThat(Grad.grad(squares).apply(rates).toDoubleArray())
                    .containsExactly(new double[] {3, 5}, within(0.3));
        }
        // through samples that carry gradients all is right undeclared
        UnaryOperator<Tensor> smooth =
                r -> Expectation.of(new Normal(r, Tensors.of(1.0, 1.0)), mixing, new Generator(7), N)
                        .value()
                        .sum();
        assertThat(Grad.grad(smooth).apply(rates).toDoubleArray()).containsExactly(new double[] {4, 2}, within(0.1));
        assertThatThrownBy(() -> RandomVariable.of(new Poisson(2), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("1 axes", "[]");
    }

    /** The sum over two values is exact, with p(1 - p) as the variance of a Bernoulli. */
    @Test
    void exactSums() {
        UnaryOperator<Tensor> f =
                p -> Expectation.exact(Bernoulli.ofProbs(p), x -> x.mul(3).add(1));
        Tensor p = Tensors.of(0.25, 0.5);
        assertThat(f.apply(p).toDoubleArray()).containsExactly(new double[] {1.75, 2.5}, within(1e-14));
        assertThat(Grad.grad(x -> f.apply(x).sum()).apply(p).toDoubleArray())
                .containsExactly(new double[] {3, 3}, within(1e-12));
        double[] w = {0.2, 0.5, 0.3};
        Tensor mean = Expectation.exact(Categorical.ofProbs(Tensors.of(w)), k -> k.mul(2.0));
        assertThat(mean.item()).isCloseTo(2 * (0.5 + 0.6), within(1e-6));
        assertThatThrownBy(() -> Expectation.exact(new Poisson(2), x -> x))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Poisson.enumerateSupport")
                .hasMessageContaining("finite");
    }

    @Test
    void refusals() {
        Normal d = new Normal(0, 1);
        assertThatThrownBy(() -> Expectation.of(d, new Generator(1), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Expectation.of")
                .hasMessageContaining("2 or more");
        assertThatThrownBy(() -> Expectation.of(d, Tensor::sum, new Generator(1), 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[]")
                .hasMessageContaining("axis first");
    }
}
