package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong parameters and values: the message names the distribution, the argument, its shape and the range. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
@SuppressWarnings("NullAway") // nulls are among the mistakes
class DistributionErrorsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private record Refusal(Class<? extends Exception> type, Supplier<Object> call, List<String> parts) {
        @Override
        public String toString() {
            return parts.toString();
        }
    }

    private static Refusal value(Supplier<Object> call, String... parts) {
        return new Refusal(IllegalArgumentException.class, call, List.of(parts));
    }

    private static Refusal shape(Supplier<Object> call, String... parts) {
        return new Refusal(ShapeException.class, call, List.of(parts));
    }

    private static Refusal none(Supplier<Object> call, String... parts) {
        return new Refusal(UnsupportedOperationException.class, call, List.of(parts));
    }

    private static Tensor of(double... values) {
        return Tensors.of(values);
    }

    private static Refusal missing(Supplier<Object> call, String... parts) {
        return new Refusal(NullPointerException.class, call, List.of(parts));
    }

    static Stream<Refusal> missing() {
        Distribution d = new Normal(of(0, 1), of(1, 1));
        MixtureSameFamily mixture = new MixtureSameFamily(Categorical.ofProbs(of(1, 1)), d);
        return Stream.of(
                missing(() -> d.sample(null, 2), "Normal.sample: the generator is null"),
                missing(() -> d.rsample(null, 2), "Normal.rsample: the generator is null"),
                missing(() -> d.logProb(null), "Normal.logProb: the value is null"),
                missing(() -> d.prob(null), "Normal.logProb: the value is null"),
                missing(() -> d.cdf(null), "Normal.cdf: the value is null"),
                missing(() -> d.icdf(null), "Normal.icdf: the fraction is null"),
                missing(() -> mixture.logProb(null), "MixtureSameFamily.logProb: the value is null"),
                missing(() -> mixture.cdf(null), "MixtureSameFamily.cdf: the value is null"),
                missing(() -> new Transformed(null, Bijectors.tanh()), "Transformed: the base is null"),
                missing(() -> new Transformed(d, (Bijector) null), "Transformed: the bijector is null"),
                missing(() -> new Transformed(d, Bijectors.tanh(), null), "Transformed: the bijector is null"),
                missing(() -> new Transformed(d, (Bijector[]) null), "Transformed: the array of bijectors is null"),
                missing(() -> RandomVariable.of(null), "RandomVariable.of: the distribution is null"),
                missing(() -> RandomVariable.of(null, 1), "RandomVariable.of: the distribution is null"),
                missing(() -> RandomVariable.of(d).sample(null, 1), "RandomVariable.sample: the generator is null"),
                shape(() -> d.sample(new Generator(1), 2, -1), "Normal.sample", "sample shape [2, -1]", "0 or more"),
                shape(() -> d.rsample(new Generator(1), -1), "Normal.rsample", "sample shape [-1]", "0 or more"),
                value(() -> RandomVariable.of(d).sample(new Generator(1), -1), "RandomVariable.sample", "-1"),
                value(() -> RandomVariable.of(d, -1), "RandomVariable.of", "-1 axes", "[2]", "0 to 1"),
                value(() -> RandomVariable.of(d, 2), "RandomVariable.of", "2 axes", "[2]", "0 to 1"));
    }

    static Stream<Refusal> refusals() {
        return Stream.of(
                value(() -> new Normal(of(0, 1), of(1, 0)), "Normal", "scale", "[2]", "above 0"),
                value(() -> new Normal(NAN, 1), "Normal", "location", "finite"),
                value(() -> new Normal(0, NAN), "Normal", "scale"),
                value(() -> new Laplace(0, -1), "Laplace", "scale"),
                value(() -> new Cauchy(INF, 1), "Cauchy", "location"),
                value(() -> new Gumbel(0, 0), "Gumbel", "scale"),
                value(() -> new StudentT(0, 0, 1), "StudentT", "degrees of freedom"),
                value(() -> new Uniform(1.0, 1.0), "Uniform", "upper - lower", "above 0"),
                value(() -> new TruncatedNormal(0, 1, 2, 2), "TruncatedNormal", "upper - lower", "above 0"),
                value(() -> new TruncatedNormal(0, 1, INF, INF), "TruncatedNormal", "lower bound", "below infinity"),
                value(() -> new TruncatedNormal(0, 1, -1, NAN), "TruncatedNormal", "upper bound", "not NaN"),
                value(
                        () -> new TruncatedNormal(0, 1, -1, 1).logProb(of(2)),
                        "TruncatedNormal.logProb",
                        "value",
                        "between the bounds"),
                value(() -> new TruncatedNormal(0, 1, -1, 1).icdf(of(-0.5)), "TruncatedNormal.icdf", "fraction"),
                shape(() -> new TruncatedNormal(of(0, 1), of(1), of(-1, 2, 3), of(9)), "TruncatedNormal", "[2]", "[3]"),
                value(() -> new Exponential(-1), "Exponential", "rate"),
                value(() -> new Gamma(0, 1), "Gamma", "concentration"),
                value(() -> new Gamma(1, NAN), "Gamma", "rate"),
                value(() -> new Chi2(of(-2)), "Chi2", "degrees of freedom"),
                value(() -> new Beta(1, 0), "Beta", "second concentration"),
                value(() -> new Dirichlet(of(1, -1)), "Dirichlet", "concentration", "[2]"),
                value(() -> new Poisson(-0.5), "Poisson", "rate", "0 or more"),
                value(() -> Bernoulli.ofProbs(of(0.5, 1.2)), "Bernoulli", "probability", "[2]", "from 0 to 1"),
                value(() -> Bernoulli.ofLogits(of(NAN)), "Bernoulli", "logit"),
                value(() -> Geometric.ofProbs(0), "Geometric", "probability", "above 0"),
                value(() -> Binomial.ofProbs(of(2.5), of(0.5)), "Binomial", "total count", "integer"),
                value(() -> Categorical.ofProbs(of(0, 0)), "Categorical", "sum of the probabilities", "above 0"),
                value(() -> Categorical.ofProbs(of(-1, 2)), "Categorical", "probability", "0 or more"),
                value(() -> Categorical.ofLogits(of(-INF, -INF)), "Categorical", "largest logit"),
                value(() -> Categorical.ofLogits(of(NAN, 1)), "Categorical", "logit", "not NaN"),
                value(() -> Multinomial.ofProbs(-1, of(0.5, 0.5)), "Multinomial", "total count -1"),
                shape(() -> Categorical.ofLogits(Tensors.scalar(1.0)), "Categorical", "last axis"),
                shape(() -> new Dirichlet(Tensors.scalar(1.0)), "Dirichlet", "last axis"),
                shape(() -> new Normal(of(1, 2), of(1, 2, 3)), "Normal", "[2]", "[3]"),
                value(() -> new Normal(0, 1).logProb(of(0, NAN)), "Normal.logProb", "value", "[2]", "not NaN"),
                value(() -> new Normal(0, 1).icdf(of(1.5)), "Normal.icdf", "fraction", "from 0 to 1"),
                value(() -> new Exponential(1).logProb(of(-1)), "Exponential.logProb", "value", "0 or more"),
                value(() -> new Uniform(0.0, 1.0).logProb(of(2)), "Uniform.logProb", "value", "between the bounds"),
                value(() -> new Poisson(1).logProb(of(0.5)), "Poisson.logProb", "integer"),
                value(() -> Binomial.ofProbs(3, of(0.5)).logProb(of(4)), "Binomial.logProb", "largest"),
                value(() -> Bernoulli.ofProbs(0.5).logProb(of(2)), "Bernoulli.logProb", "0 or 1"),
                value(() -> Categorical.ofProbs(of(1, 1)).logProb(of(2)), "Categorical.logProb", "class from 0 to 1"),
                value(() -> new Dirichlet(of(1, 1)).logProb(of(0.5, 0.6)), "Dirichlet.logProb", "sum 1"),
                value(() -> Multinomial.ofProbs(3, of(1, 1)).logProb(of(1, 1)), "Multinomial.logProb", "with sum 3"),
                shape(() -> new Dirichlet(of(1, 1)).logProb(of(0.2, 0.3, 0.5)), "Dirichlet.logProb", "[3]", "[2]"),
                shape(() -> new Normal(of(0, 1), of(1, 1)).logProb(of(0.2, 0.3, 0.5)), "Normal.logProb", "[3]", "[2]"),
                value(() -> new Independent(new Normal(0, 1), 1), "Independent", "1 axes", "[]"),
                shape(
                        () -> new MixtureSameFamily(Categorical.ofProbs(of(1, 1)), new Normal(of(1, 2, 3), of(1))),
                        "MixtureSameFamily",
                        "[3]",
                        "2"),
                shape(() -> new Transformed(new Normal(0, 1), Bijectors.stickBreaking()), "Transformed", "1 axes"),
                value(() -> Bijectors.affine(of(1), of(0)), "affine", "scale", "not 0"),
                none(() -> new Poisson(1).rsample(new Generator(1)), "Poisson.rsample", "use sample"),
                none(() -> new Poisson(1).entropy(), "Poisson.entropy", "Expectation.entropy"),
                none(
                        () -> new Transformed(new Normal(0, 1), Bijectors.tanh()).mean(),
                        "Transformed.mean",
                        "Expectation.of"),
                none(() -> new Dirichlet(of(1, 1)).cdf(of(0.5, 0.5)), "Dirichlet.cdf", "no closed form"));
    }

    @ParameterizedTest
    @MethodSource({"refusals", "missing"})
    void aWrongUseIsNamed(Refusal refusal) {
        Throwable thrown = catchThrowable(refusal.call()::get);
        assertThat(thrown).isInstanceOf(refusal.type());
        assertThat(thrown.getMessage()).contains(refusal.parts());
    }
}
