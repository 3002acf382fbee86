package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Supports of mixtures, and bijectors at the ends of what they map onto. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SupportsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static MixtureSameFamily mixture(Distribution components) {
        return new MixtureSameFamily(Categorical.ofProbs(Tensors.of(0.25, 0.75)), components);
    }

    private static double[] holds(Distribution d, Tensor values) {
        return d.support().holds().apply(values).to(DType.F64).toDoubleArray();
    }

    @Test
    void aMixtureHasTheCommonSupportOfItsComponents() {
        MixtureSameFamily positive = mixture(new Exponential(Tensors.of(1.0, 2)));
        assertThat(holds(positive, Tensors.of(-1, 0, 3, Double.NaN))).containsExactly(0, 1, 1, 0);
        MixtureSameFamily counts = mixture(new Poisson(Tensors.of(1.0, 2)));
        assertThat(holds(counts, Tensors.of(-1, 0, 3, 0.5))).containsExactly(0, 1, 1, 0);
        MixtureSameFamily parts = mixture(new Dirichlet(Tensors.of(new double[][] {{1, 2}, {3, 4}})));
        assertThat(holds(parts, Tensors.of(new double[][] {{0.25, 0.75}, {0.5, 0.6}})))
                .containsExactly(1, 0);
        // an event of which each element is checked: a truth value for each event
        MixtureSameFamily pairs =
                mixture(new Independent(new Exponential(Tensors.of(new double[][] {{1, 2}, {3, 4}})), 1));
        assertThat(holds(pairs, Tensors.of(new double[][] {{1, 2}, {-1, 2}}))).containsExactly(1, 0);
        assertThatThrownBy(() -> positive.logProb(Tensors.of(1.0, -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("MixtureSameFamily.logProb", "value", "[2]", "0 or more", "component");
        assertThatThrownBy(() -> pairs.logProb(Tensors.of(1.0, 2, 3)))
                .hasMessageContainingAll("MixtureSameFamily.logProb", "[3]", "[2]");
    }

    /** Where the components' supports differ, a value has the density of those that it belongs to. */
    @Test
    void orTheUnionWhereTheyDiffer() {
        MixtureSameFamily d = mixture(new Uniform(Tensors.of(0.0, 2), Tensors.of(1.0, 5)));
        Tensor x = Tensors.of(0.5, 2.5, 0, 4);
        assertThat(d.prob(x).toDoubleArray()).containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(1e-15));
        assertThat(holds(d, Tensors.of(0.5, 1.5, 3, 6))).containsExactly(1, 0, 1, 0);
        assertThatThrownBy(() -> d.logProb(Tensors.of(1.5))).isInstanceOf(IllegalArgumentException.class);
        assertThat(d.logProb(d.sample(new Generator(1), 100)).isFinite().all().item())
                .isEqualTo(1);
        MixtureSameFamily counts = mixture(Binomial.ofProbs(Tensors.of(1L, 2), Tensors.scalar(0.5)));
        // 0, 1, 2 of one toss with weight 1/4, of two with 3/4
        assertThat(counts.prob(Tensors.of(0L, 1, 2)).toDoubleArray())
                .containsExactly(new double[] {0.3125, 0.5, 0.1875}, within(1e-15));
        GradCheck.standard()
                .check(
                        in -> new MixtureSameFamily(Categorical.ofLogits(in.get(0)), new Uniform(in.get(1), in.get(2)))
                                .logProb(x),
                        List.of(Tensors.of(0.3, 1), Tensors.of(-0.1, 2), Tensors.of(1.0, 5)));
        // a value of whole numbers, which no draw of these components is
        MixtureSameFamily fractions = new MixtureSameFamily(
                Categorical.ofProbs(Tensors.of(0.5, 0.5)), new Uniform(Tensors.of(0.2, 0.5), Tensors.of(0.8, 1.5)));
        for (DType dtype : List.of(DType.I64, DType.I8, DType.F32)) {
            assertThat(fractions.logProb(Tensors.of(1L).to(dtype)).toDoubleArray())
                    .as(dtype.toString())
                    .containsExactly(new double[] {Math.log(0.5)}, within(1e-15));
        }
        // batches of mixtures, each with bounds of its own
        MixtureSameFamily two = new MixtureSameFamily(
                Categorical.ofProbs(Tensors.of(0.5, 0.5)),
                new Uniform(Tensors.of(new double[][] {{0, 1}, {2, 3}}), Tensors.of(new double[][] {{1, 2}, {3, 4}})));
        assertThat(two.prob(Tensors.of(1.5, 2.5)).toDoubleArray()).containsExactly(0.5, 0.5);
        assertThat(holds(two, Tensors.of(new double[][] {{0.5, 0.5}, {2.5, 2.5}})))
                .containsExactly(1, 0, 0, 1);
    }

    /** Samples that round to an end have a finite density, the one at the nearest number inside. */
    @Test
    void samplesAtTheEndsOfBijectorsHaveDensities() {
        for (Bijector f : List.of(
                Bijectors.tanh(),
                Bijectors.sigmoid(),
                Bijectors.compose(Bijectors.tanh(), Bijectors.affine(Tensors.scalar(1f), Tensors.scalar(2f))))) {
            for (DType dtype : new DType[] {DType.F16, DType.BF16, DType.F32, DType.F64}) {
                Normal wide = new Normal(
                        Tensors.scalar(0.0).to(dtype), Tensors.scalar(50.0).to(dtype));
                Transformed d = new Transformed(wide, f);
                Tensor x = d.sample(new Generator(3), 500);
                assertThat(f.inverse(x).isFinite().all().item())
                        .as("%s %s", f, dtype)
                        .isEqualTo(1);
                assertThat(d.logProb(x).isFinite().all().item())
                        .as("%s %s", f, dtype)
                        .isEqualTo(1);
            }
        }
        Transformed tanh = new Transformed(new Normal(0.0, 1.0), Bijectors.tanh());
        Tensor ends = Tensors.of(-1f, 1f);
        assertThat(tanh.logProb(ends).isFinite().all().item()).isEqualTo(1);
        // in F32 the largest number below 1 is 1 - 2^-24, of which atanh is log(2^25 - 1) / 2
        assertThat(Bijectors.tanh().inverse(ends).get(1)).isCloseTo(12.5 * Math.log(2), within(1e-4));
        // as in PyTorch, a sigmoid stays between the smallest normal number and 1 - eps
        Tensor s = Bijectors.sigmoid().forward(Tensors.of(-200f, 200f));
        assertThat(s.toDoubleArray()).containsExactly(Float.MIN_NORMAL, 1 - Math.ulp(1f));
        assertThat(Bijectors.sigmoid().inverse(Tensors.of(0.0, 1)).toDoubleArray())
                .containsExactly(new double[] {Math.log(Double.MIN_NORMAL), 52 * Math.log(2)}, within(1e-9));
    }

    /** Distribution functions are exactly 0 and 1 at the ends all the same. */
    @Test
    void distributionFunctionsAreExactAtTheEnds() {
        Cauchy heavy = new Cauchy(Tensors.scalar(0.0), Tensors.scalar(10.0));
        assertThat(new Transformed(heavy, Bijectors.tanh())
                        .cdf(Tensors.of(-1.0, 0, 1))
                        .toDoubleArray())
                .containsExactly(0, 0.5, 1);
        assertThat(new Transformed(heavy, Bijectors.sigmoid())
                        .cdf(Tensors.of(0.0, 0.5, 1))
                        .toDoubleArray())
                .containsExactly(0, 0.5, 1);
        Bijector scaled =
                Bijectors.compose(Bijectors.tanh(), Bijectors.affine(Tensors.scalar(1.0), Tensors.scalar(-2.0)));
        assertThat(new Transformed(heavy, scaled).cdf(Tensors.of(-1.0, 1, 3)).toDoubleArray())
                .containsExactly(0, 0.5, 1);
        assertThat(new Transformed(heavy, Bijectors.tanh())
                        .cdf(Tensors.of(-INF, INF).clamp(-1.0, 1.0))
                        .toDoubleArray())
                .containsExactly(0, 1);
    }
}
