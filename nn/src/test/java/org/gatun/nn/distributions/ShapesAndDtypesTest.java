package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
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

/** Every family with parameters of no axes, of none at all, and of shapes that broadcast; and divergences in F32 and of all pairs. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ShapesAndDtypesTest {
    /** A binomial of {@link Family} has three total counts, which are part of it. */
    static Stream<Family> families() {
        return Family.all().stream().filter(f -> !f.name().startsWith("Binomial"));
    }

    /** Moments and entropy that there is a formula for. */
    private static List<Tensor> formulas(Distribution d) {
        var all = new ArrayList<Tensor>();
        for (Function<Distribution, Tensor> f : List.<Function<Distribution, Tensor>>of(
                Distribution::mean, Distribution::variance, Distribution::entropy)) {
            try {
                all.add(f.apply(d));
            } catch (UnsupportedOperationException e) {
                assertThat(e.getMessage()).contains("closed form");
            }
        }
        return all;
    }

    /** Without axes each is the number that the batch of three has. */
    @ParameterizedTest
    @MethodSource("families")
    void scalarsAreElementsOfBatches(Family family) {
        Distribution batch = family.distribution();
        for (int i = 0; i < 3; i++) {
            int at = i;
            Distribution one = family.make()
                    .apply(family.tensors().stream().map(t -> t.select(0, at)).toList());
            assertThat(one.batchShape().rank()).isZero();
            assertThat(one.sample(new Generator(1)).rank()).isZero();
            Tensor x = family.values().select(1, at);
            assertThat(one.logProb(x.select(0, 1)).rank()).isZero();
            assertThat(one.logProb(x).toDoubleArray())
                    .containsExactly(
                            batch.logProb(family.values()).select(1, at).toDoubleArray(), within(1e-13));
            List<Tensor> own = formulas(one);
            List<Tensor> all = formulas(batch);
            for (int k = 0; k < all.size(); k++) {
                assertThat(own.get(k).rank()).isZero();
                double expected = all.get(k).get(at);
                if (Double.isFinite(expected)) {
                    assertThat(own.get(k).item()).isCloseTo(expected, within(1e-13 * (1 + Math.abs(expected))));
                } else {
                    assertThat(own.get(k).item()).isEqualTo(Double.valueOf(expected));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void emptyBatchesGiveNothing(Family family) {
        Distribution d = family.make()
                .apply(family.tensors().stream()
                        .map(t -> t.narrow(0, 0, 0).reshape(Shape.of(0, 1)).broadcastTo(0, 4))
                        .toList());
        assertThat(d.batchShape()).isEqualTo(Shape.of(0, 4));
        assertThat(d.sample(new Generator(1), 2, 3).shape()).isEqualTo(Shape.of(2, 3, 0, 4));
        assertThat(d.logProb(Tensors.zeros(DType.F64, 5, 0, 4)).shape()).isEqualTo(Shape.of(5, 0, 4));
        for (Tensor t : formulas(d)) {
            assertThat(t.shape()).isEqualTo(Shape.of(0, 4));
        }
    }

    /** A sample axis, the batch of three as a column, and the values' own axis broadcast as any operation's operands do. */
    @ParameterizedTest
    @MethodSource("families")
    void valuesBroadcastWithTheBatch(Family family) {
        Distribution columns = family.make()
                .apply(family.tensors().stream().map(t -> t.unsqueeze(1)).toList());
        Tensor row = family.values().select(1, 0);
        Tensor table = columns.logProb(row);
        assertThat(table.shape()).isEqualTo(Shape.of(3, 5));
        Tensor expected = family.distribution()
                .logProb(row.unsqueeze(1).broadcastTo(5, 3))
                .t();
        assertThat(table.equalTo(expected)).isTrue();
        assertThat(columns.logProb(row.reshape(5, 1, 1)).shape()).isEqualTo(Shape.of(5, 3, 1));
        assertThat(columns.sample(new Generator(1), 2).shape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(columns.logProb(row.select(0, 2)).shape()).isEqualTo(Shape.of(3, 1));
    }

    private static Tensor of(double... values) {
        return Tensors.of(values);
    }

    private static List<Distribution> distributions(DType dtype) {
        Tensor a = of(0.6, 1.3).to(dtype);
        Tensor b = of(0.9, 1.1).to(dtype);
        return List.of(
                new Normal(a, b),
                new Laplace(a, b),
                new Gumbel(a, b),
                new StudentT(a.add(5), a, b),
                new Uniform(a.mul(0).add(0.1), b.mul(0).add(0.8)),
                new Exponential(a),
                new Gamma(a, b),
                new Beta(a, b),
                new LogNormal(a, b),
                new Cauchy(a, b),
                new Poisson(a),
                Geometric.ofProbs(a.mul(0.3)),
                Bernoulli.ofProbs(a.mul(0.3)),
                Binomial.ofProbs(4, a.mul(0.3)));
    }

    private static List<Distribution> others(DType dtype) {
        Tensor a = of(0.4, 0.8).to(dtype);
        Tensor b = of(1.2, 1.4).to(dtype);
        return List.of(
                new Normal(a, b),
                new Laplace(a, b),
                new Gumbel(a, b),
                new Uniform(a.mul(0).sub(0.5), b.mul(0).add(1.5)),
                new Exponential(a),
                new Gamma(a, b),
                new Beta(a, b),
                new LogNormal(a, b),
                new Cauchy(a, b),
                new Poisson(a),
                Geometric.ofProbs(a.mul(0.3)),
                Bernoulli.ofProbs(a.mul(0.3)),
                Binomial.ofProbs(4, a.mul(0.3)));
    }

    /** Every pair with a closed form: as the mean of {@code log p - log q} over samples, infinite where q lacks a sample; and F32 as F64. */
    @Test
    void allPairsAreTheMeanOfTheDifference() {
        int closed = 0;
        for (int i = 0; i < distributions(DType.F64).size(); i++) {
            for (int j = 0; j < others(DType.F64).size(); j++) {
                Distribution p = distributions(DType.F64).get(i);
                Distribution q = others(DType.F64).get(j);
                double[] divergence;
                try {
                    divergence = KullbackLeibler.divergence(p, q).toDoubleArray();
                } catch (UnsupportedOperationException e) {
                    continue;
                }
                closed++;
                Tensor single = KullbackLeibler.divergence(
                        distributions(DType.F32).get(i), others(DType.F32).get(j));
                assertThat(single.dtype()).isEqualTo(DType.F32);
                Tensor x = p.sample(new Generator(11), 20_000);
                boolean inside = q.support().holds().apply(x).all().item() == 1;
                String pair = p.getClass().getSimpleName() + " " + q.getClass().getSimpleName();
                for (int b = 0; b < 2; b++) {
                    if (Double.isInfinite(divergence[b])) {
                        assertThat(single.get(b)).as(pair).isEqualTo(divergence[b]);
                    } else {
                        assertThat(single.get(b)).as(pair).isCloseTo(divergence[b], within(2e-5));
                    }
                }
                if (!inside) {
                    assertThat(divergence).as(pair).containsOnly(Double.POSITIVE_INFINITY);
                    continue;
                }
                Tensor difference = p.logProb(x).sub(q.logProb(x));
                for (int b = 0; b < 2; b++) {
                    double error = difference.select(1, b).std(0).item() / Math.sqrt(20_000);
                    assertThat(difference.select(1, b).mean().item())
                            .as(pair)
                            .isCloseTo(divergence[b], within(4.5 * error + 1e-9));
                }
            }
        }
        assertThat(closed).isGreaterThan(50);
    }
}
