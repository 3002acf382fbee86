package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.GoodnessOfFit.continuous;
import static org.gatun.tensor.GoodnessOfFit.counts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gatun.autograd.Grad;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every family of distributions of numbers: their densities say what all else must be. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class DistributionsTest {
    static Stream<Family> families() {
        return Family.all().stream();
    }

    static Stream<Family> continuousFamilies() {
        return families().filter(Family::isContinuous);
    }

    /** The result, or null for what a family has no formula for. */
    private static @Nullable Tensor orNull(Supplier<Tensor> formula) {
        try {
            return formula.get();
        } catch (UnsupportedOperationException e) {
            assertThat(e.getMessage()).contains(": ");
            return null;
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void probabilitiesIntegrateToOneAndGiveTheMomentsAndTheEntropy(Family family) {
        Distribution d = family.distribution();
        if (d instanceof Binomial || d instanceof Bernoulli) {
            return;
        }
        Quadrature q = family.quadrature();
        assertThat(q.expectation(d, (x, log) -> 1)).containsOnly(new double[] {1}, within(1e-7));
        Tensor entropy = orNull(d::entropy);
        if (entropy != null) {
            assertThat(entropy.toDoubleArray()).containsExactly(q.expectation(d, (x, log) -> -log), within(1e-6));
        }
        Tensor mean = orNull(d::mean);
        if (mean != null && !(d instanceof Cauchy)) {
            double[] m = q.expectation(d, (x, log) -> x);
            assertThat(mean.toDoubleArray()).containsExactly(m, within(1e-6));
            double[] squares = q.expectation(d, (x, log) -> x * x);
            double[] variance = d.variance().toDoubleArray();
            for (int i = 0; i < 3; i++) {
                assertThat(variance[i]).isCloseTo(squares[i] - m[i] * m[i], within(2e-4 * variance[i]));
                assertThat(d.stddev().toDoubleArray()[i]).isCloseTo(Math.sqrt(variance[i]), within(1e-12));
            }
        }
    }

    /** Finite supports are enumerated. */
    @ParameterizedTest
    @MethodSource("families")
    void finiteSupportsAreSummedOver(Family family) {
        Distribution whole = family.distribution();
        if (!(whole instanceof Binomial) && !(whole instanceof Bernoulli)) {
            return;
        }
        for (int b = 0; b < 3; b++) {
            int at = b;
            Distribution d = whole instanceof Binomial n
                    ? Binomial.ofProbs(n.totalCount().select(0, at), n.probs().select(0, at))
                    : Bernoulli.ofProbs(((Bernoulli) whole).probs().select(0, at));
            Tensor k = d.enumerateSupport();
            Tensor p = d.prob(k);
            assertThat(p.sum().item()).isCloseTo(1, within(1e-12));
            double mean = p.mul(k).sum().item();
            assertThat(whole.mean().toDoubleArray()[at]).isCloseTo(mean, within(1e-12));
            assertThat(whole.variance().toDoubleArray()[at])
                    .isCloseTo(p.mul(k.sub(mean).square()).sum().item(), within(1e-12));
            assertThat(whole.entropy().toDoubleArray()[at])
                    .isCloseTo(p.mul(d.logProb(k)).sum().neg().item(), within(1e-10));
        }
    }

    @ParameterizedTest
    @MethodSource("continuousFamilies")
    void theDistributionFunctionHasTheDensityAsDerivativeAndAnInverse(Family family) {
        Distribution d = family.distribution();
        Tensor x = family.values();
        if (orNull(() -> d.cdf(x)) == null) {
            return;
        }
        Tensor slope = Grad.jvp(d::cdf, x, Tensors.onesLike(x)).tangent();
        assertThat(slope.toDoubleArray()).containsExactly(d.prob(x).toDoubleArray(), within(1e-10));
        Tensor q = Tensors.of(0.02, 0.3, 0.5, 0.7, 0.98).reshape(5, 1).broadcastTo(5, 3);
        Tensor back = orNull(() -> d.cdf(d.icdf(q)));
        if (back != null) {
            assertThat(back.toDoubleArray()).containsExactly(q.toDoubleArray(), within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void everythingDifferentiatesToSecondOrder(Family family) {
        Tensor values = family.values();
        GradCheck check = GradCheck.standard().tolerance(1e-4, 1e-6);
        List<Tensor> parameters = family.tensors();
        check.check(in -> family.make().apply(in).logProb(values), parameters);
        if (family.isContinuous()) {
            var all = new ArrayList<>(parameters);
            all.add(values);
            check.check(in -> family.make().apply(in.subList(0, in.size() - 1)).logProb(in.getLast()), all);
        }
        Distribution d = family.distribution();
        List<Function<Distribution, Tensor>> moments =
                List.of(Distribution::entropy, Distribution::mean, Distribution::variance);
        for (Function<Distribution, Tensor> moment : moments) {
            Tensor value = orNull(() -> moment.apply(d));
            if (value != null && value.isFinite().all().item() == 1) {
                check.check(in -> moment.apply(family.make().apply(in)), parameters);
            }
        }
        if (family.isContinuous() && orNull(() -> d.cdf(values)) != null) {
            // a gradient of the incomplete gamma function to its concentration is refused
            int from = d instanceof Gamma ? 1 : 0;
            if (from < parameters.size()) {
                check.check(
                        in -> {
                            var all = new ArrayList<>(parameters.subList(0, from));
                            all.addAll(in);
                            return family.make().apply(all).cdf(values);
                        },
                        parameters.subList(from, parameters.size()));
            }
        }
        if (d.hasRsample() && !family.implicit()) {
            check.check(in -> family.make().apply(in).rsample(new Generator(5), 4), parameters);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void samplesFollowTheDistribution(Family family) {
        Distribution d = family.distribution();
        Tensor x = d.sample(new Generator(20_260), 5000);
        assertThat(x.shape()).isEqualTo(Shape.of(5000, 3));
        assertThat(x.dtype()).isEqualTo(DType.F64);
        for (int b = 0; b < 3; b++) {
            int at = b;
            Tensor column = x.select(1, b);
            Tensor[] one = family.tensors().stream().map(t -> t.select(0, at)).toArray(Tensor[]::new);
            if (d instanceof Binomial n) {
                Distribution alone =
                        Binomial.ofProbs(n.totalCount().select(0, at), n.probs().select(0, at));
                counts(
                        column,
                        k -> k > n.totalCount().toDoubleArray()[at]
                                ? 0
                                : alone.prob(Tensors.scalar(k)).item());
                continue;
            }
            Distribution alone = family.make().apply(Arrays.asList(one));
            if (!family.isContinuous()) {
                boolean binary = alone instanceof Bernoulli;
                counts(
                        column,
                        k -> binary && k > 1 ? 0 : alone.prob(Tensors.scalar(k)).item());
            } else if (orNull(() -> d.cdf(x)) != null) {
                double[] below = d.cdf(x).select(1, b).toDoubleArray();
                continuous(Tensors.of(below), u -> u);
            } else {
                double mean = d.mean().toDoubleArray()[b];
                double deviation = d.stddev().toDoubleArray()[b];
                assertThat(column.mean().item()).isCloseTo(mean, within(4 * deviation / Math.sqrt(5000)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theModeIsTheMostProbableValue(Family family) {
        Distribution d = family.distribution();
        Tensor mode = orNull(d::mode);
        if (mode == null || mode.isFinite().all().item() == 0 || d instanceof Gamma || d instanceof Beta) {
            return;
        }
        double[] top = d.logProb(mode).toDoubleArray();
        double[] elsewhere = d.logProb(family.values()).amax(0).toDoubleArray();
        for (int b = 0; b < 3; b++) {
            assertThat(elsewhere[b]).isLessThanOrEqualTo(top[b] + 1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void samplesWithGradientsAreThoseWithout(Family family) {
        Distribution d = family.distribution();
        assertThat(d.sample(new Generator(3)).shape()).isEqualTo(Shape.of(3));
        assertThat(d.sample(new Generator(3), 2, 0).shape()).isEqualTo(Shape.of(2, 0, 3));
        if (d.hasRsample()) {
            Tensor a = d.sample(new Generator(3), 2, 4);
            assertThat(a.shape()).isEqualTo(Shape.of(2, 4, 3));
            assertThat(d.rsample(new Generator(3), 2, 4).equalTo(a)).isTrue();
        } else {
            assertThat(orNull(() -> d.rsample(new Generator(3)))).isNull();
        }
    }

    /** The same class, and for each element of the larger batch what it was. */
    @ParameterizedTest
    @MethodSource("families")
    void distributionsExpand(Family family) {
        Distribution d = family.distribution();
        Distribution e = d.expand(Shape.of(5, 3));
        assertThat(e).hasSameClassAs(d);
        assertThat(e.batchShape()).isEqualTo(Shape.of(5, 3));
        assertThat(e.logProb(family.values()).equalTo(d.logProb(family.values())))
                .isTrue();
        assertThat(e.sample(new Generator(1), 2).shape()).isEqualTo(Shape.of(2, 5, 3));
        if (orNull(d::mean) != null) {
            assertThat(e.mean().shape()).isEqualTo(Shape.of(5, 3));
        }
        assertThatThrownBy(() -> d.expand(Shape.of(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[2]");
    }

    @Test
    void poissonCountsAddUp() {
        Tensor rate = Tensors.of(0.2, 3, 40);
        Poisson d = new Poisson(rate);
        Tensor k = Tensors.arange(100).to(DType.F64).reshape(100, 1).broadcastTo(100, 3);
        Tensor sums = d.prob(k).cumsum(0);
        assertThat(d.cdf(k).toDoubleArray()).containsExactly(sums.toDoubleArray(), within(1e-13));
        assertThat(d.cdf(k.add(0.7)).equalTo(d.cdf(k))).isTrue();
        assertThat(d.cdf(Tensors.of(-0.5, -1, -7)).toDoubleArray()).containsOnly(0);
        assertThat(new Poisson(Tensors.scalar(0.0)).cdf(Tensors.scalar(0.0)).item())
                .isEqualTo(1);
        GradCheck.standard().check(r -> new Poisson(r).cdf(Tensors.of(0.0, 2, 45)), rate);
    }

    /** Below 0 there is no probability; there is a gradient to the concentration. */
    @Test
    void theGammaDistributionFunctionAtItsEdges() {
        Gamma d = new Gamma(Tensors.of(0.5, 1, 3), Tensors.of(1.0, 2, 3));
        assertThat(d.cdf(Tensors.of(-1.0, 0, Double.POSITIVE_INFINITY)).toDoubleArray())
                .containsExactly(0, 0, 1);
        // with concentration 1 it is exponential
        assertThat(d.cdf(Tensors.scalar(0.7)).get(1)).isCloseTo(-Math.expm1(-1.4), within(1e-15));
        Tensor rate = Tensors.scalar(1.5);
        Tensor at = Tensors.of(0.3, 2, 9);
        GradCheck.standard().check(a -> new Gamma(a, rate).cdf(at), Tensors.of(0.5, 4, 9));
    }

    /** Samples and densities in the narrow dtypes are of that dtype, in the support, and near the F64 ones. */
    @ParameterizedTest
    @MethodSource("families")
    void narrowPrecision(Family family) {
        Distribution d = family.distribution();
        for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
            Distribution f = family.make()
                    .apply(family.tensors().stream().map(t -> t.to(dtype)).toList());
            Tensor x = f.sample(new Generator(1), 50);
            assertThat(x.shape()).isEqualTo(Shape.of(50, 3));
            assertThat(x.isFinite().all().item()).isEqualTo(1);
            Tensor log = f.logProb(x);
            assertThat(log.isNan().any().item()).isZero();
            Tensor mean = orNull(f::mean);
            Tensor whole = orNull(d::mean);
            if (mean != null && whole != null && whole.isFinite().all().item() == 1) {
                assertThat(mean.to(DType.F64).allClose(whole, 0.1, 0.1)).isTrue();
            }
        }
        Gamma tiny = new Gamma(Tensors.of(0.001).to(DType.F16), Tensors.of(1.0).to(DType.F16));
        assertThat(tiny.sample(new Generator(1), 100).gt(0).all().item()).isEqualTo(1);
    }

    /** In F32 all is F32, and near the F64 result. */
    @ParameterizedTest
    @MethodSource("families")
    void singlePrecision(Family family) {
        Tensor values = family.values();
        Distribution d = family.distribution();
        Distribution f = family.make()
                .apply(family.tensors().stream().map(t -> t.to(DType.F32)).toList());
        Tensor log = f.logProb(values.to(DType.F32));
        assertThat(log.dtype()).isEqualTo(DType.F32);
        assertThat(log.to(DType.F64).allClose(d.logProb(values), 2e-4, 2e-4)).isTrue();
        assertThat(f.sample(new Generator(1)).dtype()).isEqualTo(DType.F32);
    }
}
