package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.LinalgException;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each constructor with each kind of bad parameter: the message names the distribution, the parameter and its shape. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class MessagesTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    /**
     * A constructor.
     *
     * @param name the distribution
     * @param make from its parameters
     * @param good parameters it takes, of shape (2)
     * @param names what messages call the parameters
     * @param bad for each parameter, numbers it must refuse
     */
    private record Constructor(
            String name,
            Function<List<Tensor>, Distribution> make,
            List<Tensor> good,
            List<String> names,
            List<double[]> bad) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final double[] NOT_FINITE = {NAN, INF, -INF};
    private static final double[] NOT_POSITIVE = {0, -1, NAN, INF, -INF};
    private static final double[] NO_PROBABILITY = {-0.1, 1.1, NAN, INF};

    private static Constructor placed(String name, Function<List<Tensor>, Distribution> make) {
        return new Constructor(
                name, make, two(0, 1, 1, 2), List.of("location", "scale"), List.of(NOT_FINITE, NOT_POSITIVE));
    }

    private static List<Tensor> two(double a, double b, double c, double d) {
        return List.of(Tensors.of(a, b), Tensors.of(c, d));
    }

    static Stream<Constructor> constructors() {
        List<Tensor> probs = List.of(Tensors.of(0.5, 0.25));
        return Stream.of(
                placed("Normal", p -> new Normal(p.get(0), p.get(1))),
                placed("Laplace", p -> new Laplace(p.get(0), p.get(1))),
                placed("Cauchy", p -> new Cauchy(p.get(0), p.get(1))),
                placed("Gumbel", p -> new Gumbel(p.get(0), p.get(1))),
                placed("LogNormal", p -> new LogNormal(p.get(0), p.get(1))),
                new Constructor(
                        "StudentT",
                        p -> new StudentT(p.get(0), p.get(1), p.get(2)),
                        List.of(Tensors.of(1.0, 2), Tensors.of(0.0, 1), Tensors.of(1.0, 2)),
                        List.of("degrees of freedom", "location", "scale"),
                        List.of(NOT_POSITIVE, NOT_FINITE, NOT_POSITIVE)),
                new Constructor(
                        "Uniform",
                        p -> new Uniform(p.get(0), p.get(1)),
                        two(0, 1, 1, 2),
                        List.of("bound", "bound"),
                        List.of(new double[] {NAN, INF, -INF, 3}, new double[] {NAN, INF, -INF, -3})),
                new Constructor(
                        "TruncatedNormal",
                        p -> new TruncatedNormal(p.get(0), p.get(1), p.get(2), p.get(3)),
                        List.of(Tensors.of(0.0, 1), Tensors.of(1.0, 2), Tensors.of(0.0, -1), Tensors.of(2.0, 3)),
                        List.of("location", "scale", "bound", "bound"),
                        List.of(NOT_FINITE, NOT_POSITIVE, new double[] {NAN, INF, 3}, new double[] {NAN, -INF, -1})),
                new Constructor(
                        "Gamma",
                        p -> new Gamma(p.get(0), p.get(1)),
                        two(1, 2, 1, 2),
                        List.of("concentration", "rate"),
                        List.of(NOT_POSITIVE, NOT_POSITIVE)),
                new Constructor(
                        "Beta",
                        p -> new Beta(p.get(0), p.get(1)),
                        two(1, 2, 1, 2),
                        List.of("first concentration", "second concentration"),
                        List.of(NOT_POSITIVE, NOT_POSITIVE)),
                new Constructor(
                        "Binomial",
                        p -> Binomial.ofProbs(p.get(0), p.get(1)),
                        two(3, 4, 0.5, 0.25),
                        List.of("total count", "probability"),
                        List.of(new double[] {-1, 0.5, NAN, INF}, NO_PROBABILITY)),
                new Constructor(
                        "Binomial",
                        p -> Binomial.ofLogits(p.get(0), p.get(1)),
                        two(3, 4, 0.5, 0.25),
                        List.of("total count", "logit"),
                        List.of(new double[] {-1, 0.5, NAN, INF}, NOT_FINITE)),
                one("Exponential", "rate", p -> new Exponential(p.get(0)), NOT_POSITIVE),
                one("Chi2", "degrees of freedom", p -> new Chi2(p.get(0)), NOT_POSITIVE),
                one("Poisson", "rate", p -> new Poisson(p.get(0)), -1, NAN, INF),
                one("Dirichlet", "concentration", p -> new Dirichlet(p.get(0)), NOT_POSITIVE),
                new Constructor(
                        "Bernoulli",
                        p -> Bernoulli.ofProbs(p.get(0)),
                        probs,
                        List.of("probability"),
                        List.of(NO_PROBABILITY)),
                new Constructor(
                        "Geometric",
                        p -> Geometric.ofProbs(p.get(0)),
                        probs,
                        List.of("probability"),
                        List.of(new double[] {0, -0.1, 1.1, NAN, INF})),
                one("Bernoulli", "logit", p -> Bernoulli.ofLogits(p.get(0)), NOT_FINITE),
                one("Geometric", "logit", p -> Geometric.ofLogits(p.get(0)), NOT_FINITE),
                one("Categorical", "probability", p -> Categorical.ofProbs(p.get(0)), -1, NAN, INF),
                one("Categorical", "logit", p -> Categorical.ofLogits(p.get(0)), NAN, INF),
                one("Multinomial", "probability", p -> Multinomial.ofProbs(3, p.get(0)), -1, NAN, INF),
                one("Multinomial", "logit", p -> Multinomial.ofLogits(3, p.get(0)), NAN, INF),
                new Constructor(
                        "MultivariateNormal",
                        p -> MultivariateNormal.ofCovariance(p.get(0), p.get(1)),
                        List.of(Tensors.of(0.0, 1), Tensors.eye(DType.F64, 2, 2)),
                        List.of("mean", "covariance"),
                        List.of(NOT_FINITE, NOT_FINITE)),
                new Constructor(
                        "MultivariateNormal",
                        p -> MultivariateNormal.ofPrecision(p.get(0), p.get(1)),
                        List.of(Tensors.of(0.0, 1), Tensors.eye(DType.F64, 2, 2)),
                        List.of("mean", "precision"),
                        List.of(NOT_FINITE, NOT_FINITE)),
                new Constructor(
                        "MultivariateNormal",
                        p -> MultivariateNormal.ofScaleTril(p.get(0), p.get(1)),
                        List.of(Tensors.of(0.0, 1), Tensors.eye(DType.F64, 2, 2)),
                        List.of("mean", "scaleTril"),
                        List.of(NOT_FINITE, NOT_FINITE)));
    }

    private static Constructor one(
            String name, String parameter, Function<List<Tensor>, Distribution> make, double... bad) {
        return new Constructor(name, make, List.of(Tensors.of(1.0, 2)), List.of(parameter), List.of(bad));
    }

    private static void refuses(Supplier<Object> call, String... parts) {
        Throwable thrown = catchThrowable(call::get);
        assertThat(thrown).as("%s", List.of(parts)).isNotNull();
        assertThat(thrown.getMessage()).contains(parts);
        assertThat(thrown).isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
    }

    @ParameterizedTest
    @MethodSource("constructors")
    void aBadNumberIsNamed(Constructor c) {
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.BF16}) {
            for (int i = 0; i < c.good.size(); i++) {
                for (double bad : c.bad.get(i)) {
                    var p = new ArrayList<Tensor>();
                    for (Tensor t : c.good) {
                        p.add(t.to(dtype));
                    }
                    // the second of the numbers
                    Tensor at = Tensors.arange(p.get(i).elements())
                            .reshape(p.get(i).shape())
                            .eq(1);
                    p.set(i, at.where(p.get(i).fullLike(bad), p.get(i)));
                    refuses(
                            () -> c.make.apply(p),
                            c.name,
                            c.names.get(i),
                            p.get(i).shape().toString());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("constructors")
    void shapesThatDoNotFitAreNamed(Constructor c) {
        if (c.good.size() < 2) {
            return;
        }
        var p = new ArrayList<>(c.good);
        p.set(0, Tensors.ones(DType.F64, 3));
        refuses(() -> c.make.apply(p), c.name, "[3]", p.get(1).shape().toString());
    }

    /** Whole numbers are taken as F32; truth values too. */
    @ParameterizedTest
    @MethodSource("constructors")
    void wholeNumbersBecomeFloats(Constructor c) {
        for (DType dtype : new DType[] {DType.I64, DType.I32, DType.BOOL}) {
            var p = new ArrayList<Tensor>();
            for (Tensor t : c.good) {
                p.add((t.rank() == 2 ? t : Tensors.ones(DType.F64, 2)).to(dtype));
            }
            if (c.name.equals("Uniform") || c.name.equals("TruncatedNormal")) {
                p.set(p.size() - 2, Tensors.zeros(dtype, 2));
            }
            Distribution d = c.make.apply(p);
            Tensor mean = d.mean();
            assertThat(mean.dtype()).isEqualTo(DType.F32);
            assertThat(d.sample(new Generator(1), 3).shape().size(0)).isEqualTo(3);
        }
    }

    private static Tensor of(double... values) {
        return Tensors.of(values);
    }

    @Test
    void divergencesOfBatchesThatDoNotFit() {
        Normal p = new Normal(of(0, 1), of(1, 1));
        Normal q = new Normal(of(0, 1, 2), of(1, 1, 1));
        refuses(
                () -> KullbackLeibler.divergence(p, q),
                "KullbackLeibler.divergence",
                "Normal",
                "batch",
                "[2]",
                "[3]",
                "unsqueeze");
        refuses(
                () -> KullbackLeibler.divergence(p, new Exponential(of(1, 2, 3))),
                "KullbackLeibler.divergence",
                "Normal",
                "Exponential",
                "[2]",
                "[3]");
        refuses(
                () -> KullbackLeibler.divergence(new Dirichlet(of(1, 2)), new Dirichlet(of(1, 2, 3))),
                "KullbackLeibler.divergence",
                "Dirichlet",
                "[2]",
                "[3]",
                "event");
        refuses(
                () -> KullbackLeibler.divergence(p, new Dirichlet(of(1, 2))),
                "Normal",
                "Dirichlet",
                "events of shape",
                "[]",
                "[2]");
        refuses(
                () -> KullbackLeibler.divergence(Categorical.ofProbs(of(1, 1)), Categorical.ofProbs(of(1, 1, 1))),
                "KullbackLeibler.divergence",
                "Categorical",
                "2",
                "3",
                "classes");
        refuses(
                () -> KullbackLeibler.estimate(p, q, new Generator(1), 10),
                "KullbackLeibler.estimate",
                "Normal",
                "[2]",
                "[3]");
    }

    @Test
    void matricesThatAreNotPositiveDefinite() {
        Tensor indefinite = Tensors.of(new double[][] {{1, 2}, {2, 1}});
        Throwable thrown = catchThrowable(() -> MultivariateNormal.ofCovariance(of(0, 0), indefinite));
        assertThat(thrown)
                .isInstanceOf(LinalgException.class)
                .hasMessageContainingAll("MultivariateNormal", "covariance", "[2, 2]", "positive definite", "diagonal");
        assertThat(thrown.getMessage()).startsWith("MultivariateNormal");
        assertThat(catchThrowable(() -> MultivariateNormal.ofPrecision(of(0, 0), indefinite)))
                .isInstanceOf(LinalgException.class)
                .hasMessageContainingAll("MultivariateNormal", "precision", "[2, 2]", "positive definite");
        Tensor second = Tensors.stack(0, Tensors.eye(DType.F64, 2, 2), indefinite);
        assertThat(catchThrowable(() -> MultivariateNormal.ofCovariance(of(0, 0), second)))
                .hasMessageContainingAll("MultivariateNormal", "[2, 2, 2]", "matrix");
        refuses(
                () -> MultivariateNormal.ofCovariance(of(0, 0), Tensors.of(new double[][] {{1, 2}, {0, 1}})),
                "MultivariateNormal",
                "covariance",
                "symmetric");
        refuses(
                () -> MultivariateNormal.ofScaleTril(of(0, 0), Tensors.of(new double[][] {{1, 2}, {0, 1}})),
                "MultivariateNormal",
                "scaleTril",
                "lower triangular");
    }

    @Test
    void batchesOfMeansAndMatricesThatDoNotFit() {
        refuses(
                () -> MultivariateNormal.ofCovariance(
                        Tensors.zeros(DType.F64, 3, 2),
                        Tensors.eye(DType.F64, 2, 2).broadcastTo(4, 2, 2)),
                "MultivariateNormal",
                "[3]",
                "[4]");
    }

    /** What can't be listed says so, and what to do instead. */
    @Test
    void supportsThatAreNotEnumerated() {
        Multinomial counts = Multinomial.ofProbs(3, of(0.5, 0.5));
        refusesSum(counts, "Multinomial.enumerateSupport", "Expectation.of");
        assertThat(catchThrowable(() -> Expectation.exact(counts, x -> x)).getMessage())
                .doesNotContain("not finite");
        refusesSum(
                new Independent(Bernoulli.ofProbs(of(0.5, 0.5)), 1), "Independent.enumerateSupport", "Expectation.of");
        refusesSum(new Poisson(2), "Poisson.enumerateSupport", "Expectation.of");
        refusesSum(
                new MixtureSameFamily(Categorical.ofProbs(of(1, 1)), Bernoulli.ofProbs(of(0.5, 0.5))),
                "MixtureSameFamily.enumerateSupport",
                "Expectation.of");
    }

    private static void refusesSum(Distribution d, String... parts) {
        Throwable thrown = catchThrowable(() -> Expectation.exact(d, x -> x));
        assertThat(thrown).isInstanceOf(UnsupportedOperationException.class);
        assertThat(thrown.getMessage()).contains(parts);
    }

    @Test
    void shapesOfValuesAreNamedWithTheDistribution() {
        assertThat(catchThrowable(() -> new Dirichlet(of(1, 2)).logProb(of(0.2, 0.3, 0.5))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("Dirichlet.logProb", "[3]", "[2]");
        for (Distribution d : new Distribution[] {
            new Normal(of(0, 1), of(1, 1)),
            new Gamma(of(1, 1), of(1, 1)),
            Bernoulli.ofProbs(of(0.5, 0.5)),
            new Poisson(of(1, 2)),
            Categorical.ofProbs(Tensors.ones(DType.F64, 2, 3)),
            Geometric.ofProbs(of(0.5, 1))
        }) {
            assertThat(catchThrowable(() -> d.logProb(of(1, 1, 1))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContainingAll(d.getClass().getSimpleName() + ".logProb", "[3]", "[2]");
        }
        for (Distribution d : new Distribution[] {
            new Normal(of(0, 1), of(1, 1)),
            new Gamma(of(1, 1), of(1, 1)),
            Bernoulli.ofProbs(of(0.5, 0.5)),
            new Uniform(of(0, 1), of(1, 2)),
            new Exponential(of(1, 2)),
            new Beta(of(1, 2), of(1, 2)),
            new LogNormal(of(0, 1), of(1, 1)),
            new Poisson(of(1, 2)),
            Geometric.ofProbs(of(0.5, 1)),
            Binomial.ofProbs(3, of(0.5, 0.5)),
            new StudentT(of(1, 2), of(0, 0), of(1, 1)),
            new Cauchy(of(0, 1), of(1, 1))
        }) {
            assertThat(catchThrowable(() -> d.cdf(of(1, 1, 1))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContainingAll(d.getClass().getSimpleName() + ".cdf", "[3]", "[2]");
        }
    }
}
