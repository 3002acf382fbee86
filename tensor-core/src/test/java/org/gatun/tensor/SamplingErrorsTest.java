package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters outside their range: the message names the function, the parameter and its shape, and says what it must be. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SamplingErrorsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private record Refusal(Class<? extends Exception> type, Supplier<Tensor> call, List<String> parts) {
        @Override
        public String toString() {
            return parts.toString();
        }
    }

    private static Refusal value(Supplier<Tensor> call, String... parts) {
        return new Refusal(IllegalArgumentException.class, call, List.of(parts));
    }

    private static Refusal shape(Supplier<Tensor> call, String... parts) {
        return new Refusal(ShapeException.class, call, List.of(parts));
    }

    private static Tensor of(double... values) {
        return Tensors.of(values);
    }

    private static Generator g() {
        return new Generator(1);
    }

    private static Tensor truncated(double mean, double deviation, double low, double high) {
        return Sampling.truncatedNormal(g(), of(mean), of(deviation), of(low), of(high));
    }

    static Stream<Refusal> refusals() {
        return Stream.of(
                value(() -> Sampling.uniform(g(), of(1, 2), of(3, 1)), "uniform", "upper - lower", "[2]", "0 or more"),
                value(() -> Sampling.uniform(g(), of(NAN), of(3)), "uniform", "lower bound", "finite"),
                value(() -> Sampling.uniform(g(), of(0), of(INF)), "uniform", "upper bound", "finite"),
                value(() -> Sampling.normal(g(), of(NAN), of(3)), "normal", "mean", "finite"),
                value(() -> Sampling.normal(g(), of(0), of(-1)), "normal", "standard deviation", "0 or more"),
                value(() -> truncated(NAN, 1, 0, 1), "truncatedNormal", "mean", "finite"),
                value(() -> truncated(0, 0, 0, 1), "truncatedNormal", "standard deviation", "above 0"),
                value(() -> truncated(0, 1, NAN, 1), "truncatedNormal", "lower bound", "not NaN"),
                value(() -> truncated(0, 1, INF, INF), "truncatedNormal", "lower bound", "below infinity"),
                value(() -> truncated(0, 1, 0, NAN), "truncatedNormal", "upper bound", "not NaN"),
                value(() -> truncated(0, 1, 2, 2), "truncatedNormal", "upper - lower", "above 0"),
                shape(
                        () -> Sampling.truncatedNormal(g(), of(1, 2), of(1), of(0), of(1, 2, 3)),
                        "truncatedNormal",
                        "[2]",
                        "[3]"),
                value(() -> Sampling.laplace(g(), of(0), of(NAN)), "laplace", "scale", "0 or more"),
                value(() -> Sampling.cauchy(g(), of(INF), of(1)), "cauchy", "location", "finite"),
                value(() -> Sampling.gumbel(g(), of(0), of(-1)), "gumbel", "scale"),
                value(() -> Sampling.exponential(g(), of(1, 0)), "exponential", "rate", "[2]", "above 0"),
                value(() -> Sampling.exponential(g(), of(NAN)), "exponential", "rate", "above 0"),
                value(() -> Sampling.gamma(g(), of(0)), "gamma", "concentration", "above 0"),
                value(() -> Sampling.gamma(g(), of(1), of(-1)), "gamma", "rate", "above 0"),
                value(() -> Sampling.gamma(g(), of(INF)), "gamma", "concentration", "finite"),
                value(() -> Sampling.logGamma(g(), of(NAN)), "logGamma", "concentration"),
                value(() -> Sampling.chi2(g(), of(-2)), "chi2", "degrees of freedom"),
                value(() -> Sampling.studentT(g(), of(0)), "studentT", "degrees of freedom"),
                value(() -> Sampling.beta(g(), of(1), of(0)), "beta", "second concentration"),
                value(() -> Sampling.beta(g(), of(-1), of(1)), "beta", "first concentration"),
                value(() -> Sampling.dirichlet(g(), of(1, -1)), "dirichlet", "concentrations", "[2]"),
                shape(() -> Sampling.dirichlet(g(), Tensors.scalar(1.0)), "dirichlet", "last axis"),
                shape(() -> Sampling.dirichlet(g(), Tensors.ones(2, 0)), "dirichlet", "[2, 0]"),
                value(() -> Sampling.poisson(g(), of(1, -1)), "poisson", "rate", "[2]", "0 or more"),
                value(() -> Sampling.poisson(g(), of(NAN)), "poisson", "rate"),
                value(() -> Sampling.binomial(g(), of(1.5), of(0.5)), "binomial", "count", "integer"),
                value(() -> Sampling.binomial(g(), of(-1), of(0.5)), "binomial", "count"),
                value(() -> Sampling.binomial(g(), of(1), of(1.5)), "binomial", "probability", "0 to 1"),
                value(() -> Sampling.geometric(g(), of(0)), "geometric", "probability", "above 0"),
                new Refusal(
                        DTypeException.class,
                        () -> Sampling.geometric(g(), Tensors.of(1L)),
                        List.of("geometric", "I64", "floating", "to(DType.F32)")),
                value(() -> Sampling.categorical(g(), of(0, NAN)), "categorical", "logits", "NaN"),
                value(() -> Sampling.categorical(g(), of(0, INF)), "categorical", "logits", "below infinity"),
                value(() -> Sampling.categorical(g(), of(-INF, -INF)), "categorical", "logits", "above -infinity"),
                shape(() -> Sampling.categorical(g(), Tensors.scalar(1.0)), "categorical", "last axis"),
                value(() -> Sampling.multinomial(g(), of(1, -1), 1, true), "multinomial", "weights", "0 or more"),
                value(() -> Sampling.multinomial(g(), of(0, 0), 1, true), "multinomial", "sums", "above 0"),
                value(() -> Sampling.multinomial(g(), of(1, 1), 0, true), "multinomial", "count 0"),
                value(() -> Sampling.multinomial(g(), of(1, 1), 3, false), "multinomial", "3", "[2]", "replacement"),
                value(() -> Sampling.multinomial(g(), of(1, 0), 2, false), "multinomial", "above 0", "2 or more"),
                shape(() -> Sampling.normal(g(), of(1, 2), of(1, 2, 3)), "normal", "[2]", "[3]"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aWrongParameterIsNamed(Refusal refusal) {
        Throwable thrown = catchThrowable(refusal.call()::get);
        assertThat(thrown).isInstanceOf(refusal.type());
        assertThat(thrown.getMessage()).contains(refusal.parts());
    }
}
