package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.GoodnessOfFit.continuous;
import static org.gatun.tensor.GoodnessOfFit.counts;

import java.util.HashSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.DistributionFunctions;
import org.gatun.tensor.cpu.WorkerPool;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples follow their distributions, and depend on nothing but the generator, the place and the parameters. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SamplingTest {
    private static final long N = 20_000;

    private final Generator generator = new Generator(20_260);

    private static Tensor all(double value) {
        return Tensors.full(DType.F64, value, N);
    }

    private static Tensor singles(double value) {
        return Tensors.full(DType.F32, value, N);
    }

    @Test
    void uniform() {
        continuous(Sampling.uniform(generator, all(-2), all(3)), x -> (x + 2) / 5);
        continuous(Sampling.uniform(generator, singles(-2), singles(3)), x -> (x + 2) / 5);
    }

    @Test
    void normal() {
        continuous(Sampling.normal(generator, all(1), all(2)), x -> DistributionFunctions.normal((x - 1) / 2));
        continuous(Sampling.normal(generator, singles(1), singles(2)), x -> DistributionFunctions.normal((x - 1) / 2));
    }

    @Test
    void laplace() {
        continuous(
                Sampling.laplace(generator, all(1), singles(2)),
                x -> x < 1 ? 0.5 * Math.exp((x - 1) / 2) : 1 - 0.5 * Math.exp((1 - x) / 2));
    }

    @Test
    void cauchy() {
        continuous(Sampling.cauchy(generator, all(1), all(2)), x -> 0.5 + Math.atan((x - 1) / 2) / Math.PI);
    }

    @Test
    void gumbel() {
        continuous(Sampling.gumbel(generator, singles(1), singles(2)), x -> Math.exp(-Math.exp((1 - x) / 2)));
    }

    @Test
    void exponential() {
        continuous(Sampling.exponential(generator, all(3)), x -> -Math.expm1(-3 * x));
        continuous(Sampling.exponential(generator, singles(3)), x -> -Math.expm1(-3 * x));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.5, 0.999, 1, 1.5, 4, 37, 5000})
    void gamma(double a) {
        continuous(Sampling.gamma(generator, all(a)), x -> DistributionFunctions.gamma(a, x));
        continuous(Sampling.gamma(generator, singles(a)), x -> DistributionFunctions.gamma((float) a, x));
        continuous(Sampling.gamma(generator, all(a), all(0.25)), x -> DistributionFunctions.gamma(a, 0.25 * x));
        continuous(Sampling.logGamma(generator, all(a)), y -> DistributionFunctions.gamma(a, Math.exp(y)));
    }

    /** Of concentration a, -a log x tends to an exponential variate as a tends to 0. */
    @Test
    void logGammaOfATinyConcentration() {
        Tensor y = Sampling.logGamma(generator, all(1e-8));
        continuous(y.mul(-1e-8), x -> -Math.expm1(-x));
    }

    /** {@code (x - a) / sqrt(a)} tends to a normal number as a grows. */
    @ParameterizedTest
    @ValueSource(doubles = {1e9, 1e15})
    void gammaOfALargeConcentration(double a) {
        Tensor x = Sampling.gamma(generator, all(a)).sub(a).div(Math.sqrt(a));
        continuous(x, z -> DistributionFunctions.normal(z + (z * z - 1) / (3 * Math.sqrt(a))));
    }

    @Test
    void chi2() {
        continuous(Sampling.chi2(generator, all(3)), x -> DistributionFunctions.gamma(1.5, x / 2));
    }

    @ParameterizedTest
    @CsvSource({"0.3, 0.4", "1, 1", "2, 5", "0.01, 3", "300, 200"})
    void beta(double a, double b) {
        continuous(Sampling.beta(generator, all(a), all(b)), x -> DistributionFunctions.beta(a, b, x));
    }

    @Test
    void dirichlet() {
        double[] a = {0.5, 2, 3.5};
        Tensor x = Sampling.dirichlet(generator, Tensors.of(a).broadcastTo(N, 3));
        assertThat(x.sum(-1).sub(1).abs().amax().item()).isLessThan(1e-15);
        for (int i = 0; i < 3; i++) {
            double alone = a[i];
            continuous(x.select(-1, i), v -> DistributionFunctions.beta(alone, 6 - alone, v));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.7, 1, 4, 30})
    void studentT(double df) {
        continuous(Sampling.studentT(generator, all(df)), x -> DistributionFunctions.studentT(df, x));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.5, 3, 9.999, 10, 12.5, 40, 1000})
    void poisson(double rate) {
        counts(Sampling.poisson(generator, all(rate)), k -> DistributionFunctions.poisson(rate, k));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e8, 1e14})
    void poissonOfALargeRate(double rate) {
        Tensor k = Sampling.poisson(generator, all(rate)).sub(rate).div(Math.sqrt(rate));
        // Edgeworth's first term: the skewness of a Poisson count is 1 / sqrt(rate).
        continuous(k, DistributionFunctions::normal);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.3", "10, 0.5", "40, 0.02", "40, 0.98", "25, 0.4", "25, 0.6", "60, 0.5", "1000, 0.3", "1000, 0.97"
    })
    void binomial(double n, double p) {
        counts(Sampling.binomial(generator, all(n), all(p)), k -> DistributionFunctions.binomial(n, p, k));
    }

    @Test
    void binomialAtItsEdges() {
        Tensor n = Tensors.of(0.0, 5, 5, 1e6, 1e6);
        Tensor p = Tensors.of(0.5, 0, 1, 0, 1);
        assertThat(Sampling.binomial(generator, n, p).toDoubleArray()).containsExactly(0, 0, 5, 0, 1e6);
        Tensor k = Sampling.binomial(generator, all(1e12), all(0.3)).sub(3e11).div(Math.sqrt(2.1e11));
        continuous(k, DistributionFunctions::normal);
        assertThat(Sampling.poisson(generator, all(0)).amax().item()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.02, 0.4, 0.95, 1})
    void geometric(double p) {
        Tensor k = Sampling.geometric(generator, all(p));
        if (p == 1) {
            assertThat(k.abs().amax().item()).isZero();
        } else {
            counts(k, i -> p * Math.pow(1 - p, i));
        }
    }

    @Test
    void categorical() {
        double[] p = {0.1, 0, 0.55, 0.3, 0.05};
        Tensor logits = Tensors.of(p).log().add(5).broadcastTo(N, 5);
        Tensor k = Sampling.categorical(generator, logits);
        assertThat(k.dtype()).isEqualTo(DType.I64);
        counts(k, i -> p[(int) i]);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 100, 1000})
    void multinomialWithReplacement(long n) {
        double[] w = new double[(int) n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            w[i] = n == 1 ? 3 : i % 3;
            total += w[i];
        }
        double sum = total;
        Tensor k = Sampling.multinomial(generator, Tensors.of(w), N, true);
        assertThat(k.shape().toArray()).containsExactly(N);
        counts(k, i -> w[(int) i] / sum);
    }

    /** The first of the draws has the probabilities w, and a second class b after a has w_b / (1 - w_a). */
    @Test
    void multinomialWithoutReplacement() {
        double[] w = {0.5, 0.3, 0, 0.2};
        Tensor k = Sampling.multinomial(generator, Tensors.of(w).broadcastTo(N, 4), 2, false);
        assertThat(k.shape().toArray()).containsExactly(N, 2);
        counts(k.select(-1, 0), i -> w[(int) i]);
        counts(k.select(-1, 0).mul(4L).add(k.select(-1, 1)), pair -> {
            int a = (int) pair / 4;
            int b = (int) pair % 4;
            return a == b ? 0 : w[a] * w[b] / (1 - w[a]);
        });
        Tensor everything = Sampling.multinomial(generator, Tensors.ones(100), 100, false);
        assertThat(everything.toLongArray()).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void permutationsAreEquallyFrequent() {
        var seen = new HashSet<List<Long>>();
        long[] ranks = new long[2000];
        for (int i = 0; i < ranks.length; i++) {
            long[] p = Tensors.randperm(generator, 3).toLongArray();
            seen.add(List.of(p[0], p[1], p[2]));
            ranks[i] = 2 * p[0] + (p[1] > p[2] ? 1 : 0);
        }
        assertThat(seen).hasSize(6);
        counts(Tensors.of(ranks), i -> i < 6 ? 1.0 / 6 : 0);
    }

    // ---- what samples depend on ----

    private static final List<BiFunction<Generator, Tensor, Tensor>> SAMPLERS = List.of(
            Sampling::exponential,
            Sampling::gamma,
            Sampling::logGamma,
            Sampling::chi2,
            Sampling::studentT,
            Sampling::poisson,
            (g, x) -> Sampling.poisson(g, x.mul(20)),
            (g, x) -> Sampling.beta(g, x, x),
            (g, x) -> Sampling.gumbel(g, x, x),
            (g, x) -> Sampling.laplace(g, x, x),
            (g, x) -> Sampling.cauchy(g, x, x),
            (g, x) -> Sampling.normal(g, x, x),
            (g, x) -> Sampling.uniform(g, x, x.add(1)),
            (g, x) -> Sampling.geometric(g, x.neg().exp()),
            (g, x) -> Sampling.binomial(g, x.mul(100).floor(), x.neg().exp()),
            (g, x) -> Sampling.dirichlet(g, x.reshape(-1, 1).broadcastTo(x.elements(), 3)),
            (g, x) -> Sampling.categorical(g, x.reshape(-1, 1).broadcastTo(x.elements(), 3)),
            (g, x) -> Sampling.gamma(g, x, x),
            (g, x) -> Sampling.truncatedNormal(g, x, x, x.neg(), x.mul(2)),
            (g, x) -> Sampling.multinomial(g, x.reshape(-1, 1).broadcastTo(x.elements(), 3), 2, true),
            (g, x) -> Sampling.multinomial(g, x.reshape(-1, 1).broadcastTo(x.elements(), 3), 2, false),
            (g, x) -> Tensors.bernoulli(g, x.neg().exp()));

    /** Those with numbers as parameters, of n elements. */
    private static final List<BiFunction<Generator, Long, Tensor>> FILLS = List.of(
            (g, n) -> Tensors.rand(g, n),
            (g, n) -> Tensors.randn(g, n),
            (g, n) -> Tensors.rand(g, DType.F64, Shape.of(n), Device.CPU),
            (g, n) -> Tensors.randn(g, DType.F64, Shape.of(n), Device.CPU),
            (g, n) -> Tensors.uniform(g, -2, 3, n),
            (g, n) -> Tensors.normal(g, 1, 2, n),
            (g, n) -> Tensors.bernoulli(g, 0.3, n),
            (g, n) -> Tensors.randint(g, -5, 90, Shape.of(n)),
            Tensors::randperm);

    static Stream<BiFunction<Generator, Long, Tensor>> fills() {
        return FILLS.stream();
    }

    @ParameterizedTest
    @MethodSource("fills")
    void theNumberOfThreadsChangesNoFill(BiFunction<Generator, Long, Tensor> fill) {
        int threads = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            double[] one = fill.apply(new Generator(3), 200_001L).to(DType.F64).toDoubleArray();
            WorkerPool.setThreads(7);
            double[] seven =
                    fill.apply(new Generator(3), 200_001L).to(DType.F64).toDoubleArray();
            assertThat(seven).isEqualTo(one);
            assertThat(fill.apply(new Generator(5), 200_001L).to(DType.F64).toDoubleArray())
                    .isNotEqualTo(one);
        } finally {
            WorkerPool.setThreads(threads);
        }
    }

    static Stream<BiFunction<Generator, Tensor, Tensor>> samplers() {
        return SAMPLERS.stream();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void theNumberOfThreadsChangesNothing(BiFunction<Generator, Tensor, Tensor> sampler) {
        Tensor x = Tensors.rand(new Generator(4), DType.F64, Shape.of(5001), Device.CPU)
                .mul(3)
                .add(0.01);
        int threads = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            double[] one = sampler.apply(new Generator(3), x).toDoubleArray();
            WorkerPool.setThreads(7);
            double[] seven = sampler.apply(new Generator(3), x).toDoubleArray();
            assertThat(seven).isEqualTo(one);
            assertThat(sampler.apply(new Generator(5), x).toDoubleArray()).isNotEqualTo(one);
        } finally {
            WorkerPool.setThreads(threads);
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void anElementDoesNotDependOnTheParametersOfOthers(BiFunction<Generator, Tensor, Tensor> sampler) {
        Tensor x = Tensors.of(0.3, 0.7, 1.5, 0.9, 2);
        Tensor other = Tensors.of(2, 0.7, 0.02, 0.9, 2.9);
        Generator a = new Generator(8);
        Generator b = new Generator(8);
        Tensor left = sampler.apply(a, x);
        Tensor right = sampler.apply(b, other);
        for (int i : new int[] {1, 3}) {
            assertThat(left.select(0, i).toDoubleArray())
                    .isEqualTo(right.select(0, i).toDoubleArray());
        }
        assertThat(a.state()).as("the generator advances by the same amount").isEqualTo(b.state());
    }

    @Test
    void singlePrecisionRoundsTheSameNumbers() {
        Tensor x = Tensors.of(0.25, 0.75, 1.5, 20);
        List<BiFunction<Generator, Tensor, Tensor>> exact = List.of(
                Sampling::gamma,
                Sampling::logGamma,
                Sampling::chi2,
                Sampling::studentT,
                Sampling::poisson,
                (g, p) -> Sampling.beta(g, p, p));
        for (BiFunction<Generator, Tensor, Tensor> sampler : exact) {
            Tensor floats = sampler.apply(new Generator(8), x.to(DType.F32));
            assertThat(floats.dtype()).isEqualTo(DType.F32);
            assertThat(floats.equalTo(sampler.apply(new Generator(8), x).to(DType.F32)))
                    .isTrue();
        }
    }

    @Test
    void shapesAndDtypes() {
        Tensor x = Sampling.normal(generator, Tensors.zeros(3, 1), Tensors.ones(DType.F64, 4));
        assertThat(x.shape().toArray()).containsExactly(3, 4);
        assertThat(x.dtype()).isEqualTo(DType.F64);
        assertThat(Sampling.gamma(generator, Tensors.scalar(2L)).dtype()).isEqualTo(DType.F32);
        assertThat(Sampling.gamma(generator, Tensors.scalar(2.0)).rank()).isZero();
        assertThat(Sampling.gamma(generator, Tensors.zeros(0, 2)).shape().toArray())
                .containsExactly(0, 2);
        assertThat(Sampling.poisson(generator, Tensors.zeros(2, 0)).elements()).isZero();
        assertThat(Sampling.categorical(generator, Tensors.zeros(0, 2)).shape().toArray())
                .containsExactly(0);
        assertThat(Sampling.multinomial(generator, Tensors.ones(2, 3, 4), 5, true)
                        .shape()
                        .toArray())
                .containsExactly(2, 3, 5);
    }

    /** The mean of n normal numbers has the deviation 1 / sqrt(n). */
    @Test
    void momentsOfNormalNumbers() {
        Tensor x = Sampling.normal(generator, all(5), all(2));
        assertThat(x.mean().item()).isCloseTo(5, within(4 * 2 / Math.sqrt(N)));
        assertThat(x.var().item()).isCloseTo(4, within(4 * 4 * Math.sqrt(2.0 / N)));
    }
}
