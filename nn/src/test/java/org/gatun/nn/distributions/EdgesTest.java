package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.autograd.Grad;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Distributions at the ends of their parameters, and in dtypes that round, against closed forms. */
class EdgesTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private final MemoryScope scope = MemoryScope.open("edges");

    @AfterEach
    void free() {
        scope.close();
    }

    /** With two samples each, a term of order 1 / n cannot hide: the variance of a Bernoulli variable is p - p^2. */
    @Test
    void gradientsOfVariancesFromFewSamplesHaveNoBias() {
        long batch = 100_000;
        double p = 0.3;
        Tensor slope = Grad.grad((Tensor t) -> {
                    Bernoulli coins = Bernoulli.ofProbs(t.expand(batch));
                    return Expectation.variance(RandomVariable.of(coins), new Generator(3), 2)
                            .value()
                            .mean();
                })
                .apply(Tensors.scalar(p));
        // the standard error is below 0.01
        assertThat(slope.item()).isCloseTo(1 - 2 * p, within(0.04));
    }

    @Test
    void scoresNeedTheAxesOfTheBatch() {
        Bernoulli coins = Bernoulli.ofProbs(Tensors.of(0.2, 0.3, 0.4));
        assertThatThrownBy(() -> Grad.grad((Tensor p) -> Expectation.of(
                                        Bernoulli.ofProbs(p), x -> x.sum(true, 1), new Generator(1), 10)
                                .value()
                                .sum())
                        .apply(coins.probs()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("[10, 1]", "[10, 3]", "keepDims");
    }

    @Test
    void inversesHaveTheShapesOfWhatTheyUndo() {
        Dirichlet parts = new Dirichlet(Tensors.of(2.0, 3, 4));
        Transformed numbers = new Transformed(parts, Bijectors.inverse(Bijectors.stickBreaking(), Constraint.REAL));
        assertThat(numbers.eventShape()).isEqualTo(Shape.of(2));
        Tensor x = numbers.sample(new Generator(1), 5);
        assertThat(x.shape()).isEqualTo(Shape.of(5, 2));
        assertThat(numbers.logProb(x).shape()).isEqualTo(Shape.of(5));
    }

    @Test
    void certainOutcomesByLogits() {
        assertThatThrownBy(() -> Bernoulli.ofLogits(Tensors.scalar(-INF)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Bernoulli", "logit", "finite");
        for (double logit : new double[] {-40, -3, 0, 3, 40}) {
            // of both signs alike: log(1 + e^-a) + a / (1 + e^a) with a = |logit|
            double a = Math.abs(logit);
            double entropy = Math.log1p(Math.exp(-a)) + a / (1 + Math.exp(a));
            Bernoulli coin = Bernoulli.ofLogits(Tensors.scalar(logit));
            assertThat(coin.entropy().item()).isCloseTo(entropy, within(1e-14 * entropy));
            double failure = 1 / (1 + Math.exp(logit));
            assertThat(coin.cdf(Tensors.scalar(0.0)).item()).isCloseTo(failure, within(1e-14 * failure));
        }
    }

    @Test
    void countsThatADtypeWouldRoundAreRefused() {
        Tensor half = Tensors.scalar(0.5);
        assertThatThrownBy(() -> Binomial.ofProbs(1001, half.to(DType.BF16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Binomial", "total count", "BF16", "wider");
        assertThatThrownBy(
                        () -> Multinomial.ofProbs(70_001, Tensors.of(0.5f, 0.5f).to(DType.F16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Multinomial", "F16");
        assertThat(Binomial.ofProbs(1000, half.to(DType.BF16)).mean().item()).isCloseTo(500, within(2.0));
        assertThat(Binomial.ofProbs(70_001, half).mean().item()).isEqualTo(35_000.5);
    }

    @Test
    void narrowPartsOfAWholeAreAccepted() {
        for (DType dtype : new DType[] {DType.BF16, DType.F16}) {
            Dirichlet parts = new Dirichlet(Tensors.full(dtype, 1.5, 7));
            Tensor x = parts.sample(new Generator(2), 200);
            assertThat(parts.logProb(x).isFinite().all().item()).isEqualTo(1);
        }
        Constraint simplex = Constraint.SIMPLEX;
        assertThatThrownBy(() -> simplex.require("x", "row", Tensors.of(0.5, 0.499)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void gammaAtZeroIsExponential() {
        Gamma d = new Gamma(Tensors.scalar(1.0), Tensors.scalar(3.0));
        assertThat(d.logProb(Tensors.scalar(0.0)).item()).isCloseTo(Math.log(3), within(1e-15));
        Tensor small = Sampling.gamma(
                new Generator(1), Tensors.full(DType.F16, 60000, 100), Tensors.full(DType.F16, 1000, 100));
        // 60 with a standard deviation of 0.25
        assertThat(small.sub(60).abs().amax().item()).isLessThan(2);
    }

    @Test
    void distributionFunctionsAnswerOutsideTheSupport() {
        Exponential e = new Exponential(Tensors.scalar(2.0));
        assertThat(e.cdf(Tensors.of(-1, 0, INF)).toDoubleArray()).containsExactly(0, 0, 1);
        LogNormal l = new LogNormal(Tensors.scalar(0.0), Tensors.scalar(1.0));
        assertThat(l.cdf(Tensors.of(-1.0, 0, 1, INF)).toDoubleArray()).containsExactly(0, 0, 0.5, 1);
    }

    @Test
    void densitiesOfLargeGammaVariables() {
        // near the mode the density is that of a normal variable: 1 / sqrt(2 pi a), to 1 / (12 a)
        for (double a : new double[] {1e4, 1e6}) {
            double density = 1 / Math.sqrt(2 * Math.PI * a);
            Tensor shape = Tensors.scalar((float) a);
            Tensor slope = Grad.grad((Tensor x) -> Special.gammainc(shape, x)).apply(Tensors.scalar((float) a));
            assertThat(slope.item()).isCloseTo(density, within(1e-4 * density));
        }
        Tensor end = Grad.grad((Tensor x) -> Special.gammainc(Tensors.scalar(2.0), x))
                .apply(Tensors.scalar(INF));
        assertThat(end.item()).isZero();
    }

    @Test
    void meansOfGeometricVariables() {
        assertThat(Geometric.ofProbs(Tensors.scalar(1.0)).mean().item()).isZero();
        assertThat(Grad.grad((Tensor p) -> Geometric.ofProbs(p).mean())
                        .apply(Tensors.scalar(1.0))
                        .item())
                .isEqualTo(-1); // of 1 / p - 1
        assertThat(Geometric.ofLogits(Tensors.scalar(30.0)).mean().item())
                .isCloseTo(Math.exp(-30), within(1e-14 * Math.exp(-30)));
    }

    @Test
    void degreesOfFreedomPromoteAsOtherParameters() {
        StudentT t = new StudentT(Tensors.of(3.0, 4.0), Tensors.of(0f, 0f), Tensors.of(1f, 1f));
        assertThat(t.loc().dtype()).isEqualTo(DType.F64);
        assertThat(t.df().toDoubleArray()).containsExactly(3, 4);
    }
}
