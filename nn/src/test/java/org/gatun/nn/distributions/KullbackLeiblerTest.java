package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.autograd.GradCheck;
import org.gatun.nn.distributions.Quadrature.Domain;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Closed forms of divergences against integrals and sums of {@code p (log p - log q)}, their gradients, and what is refused. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class KullbackLeiblerTest {
    private record Pair(
            String name,
            Function<List<Tensor>, Distribution> p,
            Function<List<Tensor>, Distribution> q,
            Domain domain) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Distribution normal(List<Tensor> t) {
        return new Normal(t.get(0), t.get(1));
    }

    private static Distribution laplace(List<Tensor> t) {
        return new Laplace(t.get(0), t.get(1));
    }

    private static Distribution gumbel(List<Tensor> t) {
        return new Gumbel(t.get(0), t.get(1));
    }

    private static Distribution exponential(List<Tensor> t) {
        return new Exponential(t.get(1));
    }

    private static Distribution gamma(List<Tensor> t) {
        return new Gamma(t.get(2), t.get(1));
    }

    private static Distribution beta(List<Tensor> t) {
        return new Beta(t.get(2), t.get(1));
    }

    private static Distribution logNormal(List<Tensor> t) {
        return new LogNormal(t.get(0), t.get(1));
    }

    private static Distribution unit(List<Tensor> t) {
        return new Uniform(t.get(0).mul(0), t.get(0).mul(0).add(1));
    }

    static Stream<Pair> pairs() {
        return Stream.of(
                new Pair("Normal", KullbackLeiblerTest::normal, KullbackLeiblerTest::normal, Domain.REAL),
                new Pair("Laplace", KullbackLeiblerTest::laplace, KullbackLeiblerTest::laplace, Domain.REAL),
                new Pair("Gumbel", KullbackLeiblerTest::gumbel, KullbackLeiblerTest::gumbel, Domain.REAL),
                new Pair(
                        "Cauchy",
                        t -> new Cauchy(t.get(0), t.get(1)),
                        t -> new Cauchy(t.get(0), t.get(1)),
                        Domain.REAL),
                new Pair("Laplace Normal", KullbackLeiblerTest::laplace, KullbackLeiblerTest::normal, Domain.REAL),
                new Pair("Normal Laplace", KullbackLeiblerTest::normal, KullbackLeiblerTest::laplace, Domain.REAL),
                new Pair("Gumbel Normal", KullbackLeiblerTest::gumbel, KullbackLeiblerTest::normal, Domain.REAL),
                new Pair("Normal Gumbel", KullbackLeiblerTest::normal, KullbackLeiblerTest::gumbel, Domain.REAL),
                new Pair(
                        "StudentT Normal",
                        t -> new StudentT(t.get(2).add(6), t.get(0), t.get(1)),
                        KullbackLeiblerTest::normal,
                        Domain.REAL),
                new Pair(
                        "Exponential",
                        KullbackLeiblerTest::exponential,
                        KullbackLeiblerTest::exponential,
                        Domain.POSITIVE),
                new Pair("Gamma", KullbackLeiblerTest::gamma, KullbackLeiblerTest::gamma, Domain.POSITIVE),
                new Pair("LogNormal", KullbackLeiblerTest::logNormal, KullbackLeiblerTest::logNormal, Domain.POSITIVE),
                new Pair(
                        "Exponential Gamma",
                        KullbackLeiblerTest::exponential,
                        KullbackLeiblerTest::gamma,
                        Domain.POSITIVE),
                new Pair(
                        "Gamma Exponential",
                        KullbackLeiblerTest::gamma,
                        KullbackLeiblerTest::exponential,
                        Domain.POSITIVE),
                new Pair(
                        "LogNormal Gamma", KullbackLeiblerTest::logNormal, KullbackLeiblerTest::gamma, Domain.POSITIVE),
                new Pair(
                        "LogNormal Exponential",
                        KullbackLeiblerTest::logNormal,
                        KullbackLeiblerTest::exponential,
                        Domain.POSITIVE),
                new Pair(
                        "LogNormal Normal",
                        KullbackLeiblerTest::logNormal,
                        KullbackLeiblerTest::normal,
                        Domain.POSITIVE),
                new Pair("Gamma Normal", KullbackLeiblerTest::gamma, KullbackLeiblerTest::normal, Domain.POSITIVE),
                new Pair("Gamma Gumbel", KullbackLeiblerTest::gamma, KullbackLeiblerTest::gumbel, Domain.POSITIVE),
                new Pair(
                        "Exponential Normal",
                        KullbackLeiblerTest::exponential,
                        KullbackLeiblerTest::normal,
                        Domain.POSITIVE),
                new Pair(
                        "Exponential Gumbel",
                        KullbackLeiblerTest::exponential,
                        KullbackLeiblerTest::gumbel,
                        Domain.POSITIVE),
                new Pair("Chi2 Gamma", t -> new Chi2(t.get(2)), KullbackLeiblerTest::gamma, Domain.POSITIVE),
                new Pair("Beta", KullbackLeiblerTest::beta, KullbackLeiblerTest::beta, Domain.UNIT),
                new Pair("Beta Normal", KullbackLeiblerTest::beta, KullbackLeiblerTest::normal, Domain.UNIT),
                new Pair("Beta Gamma", KullbackLeiblerTest::beta, KullbackLeiblerTest::gamma, Domain.UNIT),
                new Pair("Beta Exponential", KullbackLeiblerTest::beta, KullbackLeiblerTest::exponential, Domain.UNIT),
                new Pair("Beta Uniform", KullbackLeiblerTest::beta, KullbackLeiblerTest::unit, Domain.UNIT),
                new Pair("Uniform Normal", KullbackLeiblerTest::unit, KullbackLeiblerTest::normal, Domain.UNIT),
                new Pair(
                        "Uniform Exponential",
                        KullbackLeiblerTest::unit,
                        KullbackLeiblerTest::exponential,
                        Domain.UNIT),
                new Pair("Poisson", t -> new Poisson(t.get(1)), t -> new Poisson(t.get(2)), Domain.COUNTS),
                new Pair(
                        "Geometric",
                        t -> Geometric.ofProbs(t.get(1).mul(0.3)),
                        t -> Geometric.ofLogits(t.get(0)),
                        Domain.COUNTS),
                new Pair(
                        "Transformed",
                        t -> new Transformed(normal(t), Bijectors.sigmoid()),
                        t -> new Transformed(normal(t), Bijectors.sigmoid()),
                        Domain.UNIT));
    }

    private static List<Tensor> first() {
        return List.of(Tensors.of(0.3, -0.5, 0.1), Tensors.of(0.9, 1.4, 1.1), Tensors.of(1.2, 2, 3.5));
    }

    private static List<Tensor> second() {
        return List.of(Tensors.of(0, 0.4, -0.3), Tensors.of(1.1, 1.2, 2), Tensors.of(1.5, 1, 2.5));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void closedFormsAreTheIntegrals(Pair pair) {
        Distribution p = pair.p().apply(first());
        Distribution q = pair.q().apply(second());
        double[] kinks = pair.name().contains("Laplace") ? new double[] {-0.5, -0.3, 0, 0.1, 0.3, 0.4} : new double[0];
        double[] expected = new Quadrature(pair.domain(), kinks).divergence(p, q);
        assertThat(KullbackLeibler.divergence(p, q).toDoubleArray()).containsExactly(expected, within(1e-6));
        GradCheck.standard()
                .tolerance(1e-4, 1e-6)
                .check(
                        in -> KullbackLeibler.divergence(
                                pair.p().apply(in.subList(0, 3)), pair.q().apply(in.subList(3, 6))),
                        Stream.concat(first().stream(), second().stream()).toList());
    }

    /** For one trial, Binomial is Bernoulli; n trials diverge n times as much; and a sum over two classes is the same again. */
    @Test
    void countsAndClasses() {
        Tensor p = Tensors.of(0.2, 0.5, 1, 0);
        Tensor q = Tensors.of(0.3, 0.5, 0.6, 0.25);
        double[] expected = new double[4];
        for (int i = 0; i < 4; i++) {
            for (int k = 0; k < 2; k++) {
                double a = k == 0 ? 1 - p.get(i) : p.get(i);
                double b = k == 0 ? 1 - q.get(i) : q.get(i);
                expected[i] += a == 0 ? 0 : a * Math.log(a / b);
            }
        }
        assertThat(KullbackLeibler.divergence(Bernoulli.ofProbs(p), Bernoulli.ofProbs(q))
                        .toDoubleArray())
                .containsExactly(expected, within(1e-12));
        assertThat(KullbackLeibler.divergence(Binomial.ofProbs(7, p), Binomial.ofProbs(7, q))
                        .div(7.0)
                        .toDoubleArray())
                .containsExactly(expected, within(1e-12));
        Tensor pp = Tensors.stack(-1, p.neg().add(1), p);
        Tensor qq = Tensors.stack(-1, q.neg().add(1), q);
        assertThat(KullbackLeibler.divergence(Categorical.ofProbs(pp), Categorical.ofProbs(qq))
                        .toDoubleArray())
                .containsExactly(expected, within(1e-12));
        assertThat(KullbackLeibler.divergence(Multinomial.ofProbs(3, pp), Multinomial.ofProbs(3, qq))
                        .div(3.0)
                        .toDoubleArray())
                .containsExactly(expected, within(1e-12));
        Tensor infinite = KullbackLeibler.divergence(
                Categorical.ofProbs(Tensors.of(0.5, 0.5)), Categorical.ofProbs(Tensors.of(1.0, 0)));
        assertThat(infinite.item()).isInfinite();
    }

    @Test
    void aDirichletOfTwoPartsIsABeta() {
        Tensor a = Tensors.of(0.7, 3);
        Tensor b = Tensors.of(2, 1.5);
        double beta = KullbackLeibler.divergence(
                        new Beta(a.select(0, 0), a.select(0, 1)), new Beta(b.select(0, 0), b.select(0, 1)))
                .item();
        assertThat(KullbackLeibler.divergence(new Dirichlet(a), new Dirichlet(b))
                        .item())
                .isCloseTo(beta, within(1e-12));
    }

    @Test
    void independentBatchesAdd() {
        Normal p = new Normal(Tensors.of(0.1, 0.5, 2), Tensors.of(1.0, 2, 3));
        Normal q = new Normal(Tensors.of(0.0, 0.4, 1), Tensors.of(1.5, 1, 3));
        double sum = KullbackLeibler.divergence(p, q).sum().item();
        Tensor joint = KullbackLeibler.divergence(new Independent(p, 1), new Independent(q, 1));
        assertThat(joint.rank()).isZero();
        assertThat(joint.item()).isCloseTo(sum, within(1e-12));
    }

    @Test
    void estimatesLieWithinTheirError() {
        Normal p = new Normal(Tensors.scalar(0.3), Tensors.scalar(1.2));
        Normal q = new Normal(Tensors.scalar(-0.2), Tensors.scalar(0.9));
        var estimate = KullbackLeibler.estimate(p, q, new Generator(3), 20_000);
        assertThat(estimate.value().item())
                .isCloseTo(
                        KullbackLeibler.divergence(p, q).item(),
                        within(4 * estimate.standardError().item()));
    }

    @Test
    void whatIsWiderDivergesFromWhatIsNarrower() {
        Normal normal = new Normal(Tensors.of(0.0, 1), Tensors.of(1.0, 1));
        Tensor divergence = KullbackLeibler.divergence(normal, new Exponential(Tensors.of(1.0)));
        assertThat(divergence.shape()).isEqualTo(Shape.of(2));
        assertThat(divergence.toDoubleArray()).containsOnly(Double.POSITIVE_INFINITY);
        assertThat(KullbackLeibler.divergence(new Uniform(-1.0, 2), new Uniform(0.0, 2))
                        .item())
                .isInfinite();
        assertThat(KullbackLeibler.divergence(new Uniform(-1.0, 2), new Exponential(1))
                        .item())
                .isInfinite();
    }

    /** A distribution of a user's, with a divergence of its own. */
    private static final class Point extends Distribution {
        Point() {
            super(Shape.SCALAR, Shape.SCALAR);
        }

        @Override
        public Constraint support() {
            return Constraint.REAL;
        }

        @Override
        public Tensor logProb(Tensor value) {
            return value.mul(0);
        }

        @Override
        public Tensor mean() {
            return Tensors.scalar(0.0);
        }

        @Override
        public Tensor variance() {
            return Tensors.scalar(0.0);
        }
    }

    @Test
    void unknownPairsNameBothClassesUntilTheyAreRegistered() {
        Normal normal = new Normal(0, 1);
        assertThatThrownBy(() -> KullbackLeibler.divergence(normal, new Point()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Normal")
                .hasMessageContaining("Point")
                .hasMessageContaining("register")
                .hasMessageContaining("estimate");
        KullbackLeibler.register(Distribution.class, Point.class, (p, q) -> Tensors.scalar(42.0));
        assertThat(KullbackLeibler.divergence(normal, new Point()).item()).isEqualTo(42);
        assertThatThrownBy(() -> KullbackLeibler.divergence(
                        Binomial.ofProbs(3, Tensors.scalar(0.5)), Binomial.ofProbs(4, Tensors.scalar(0.5))))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("total count");
    }
}
