package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.GoodnessOfFit.continuous;
import static org.gatun.tensor.GoodnessOfFit.counts;

import java.util.List;
import org.gatun.autograd.Grad;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Distributions of classes, vectors and mixtures. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class StructuredDistributionsTest {
    private static final GradCheck CHECK = GradCheck.standard().tolerance(1e-4, 1e-6);

    private final Generator generator = new Generator(20_260);

    @Test
    void categorical() {
        double[] p = {0.1, 0.2, 0, 0.7};
        Categorical d = Categorical.ofProbs(Tensors.of(p).mul(3));
        assertThat(d.probs().toDoubleArray()).containsExactly(p, within(1e-15));
        assertThat(d.logProb(Tensors.of(0L, 3)).toDoubleArray())
                .containsExactly(new double[] {Math.log(0.1), Math.log(0.7)}, within(1e-14));
        double entropy = -(0.1 * Math.log(0.1) + 0.2 * Math.log(0.2) + 0.7 * Math.log(0.7));
        assertThat(d.entropy().item()).isCloseTo(entropy, within(1e-14));
        assertThat(d.mode().itemLong()).isEqualTo(3);
        Tensor x = d.sample(generator, 5000);
        assertThat(x.dtype()).isEqualTo(DType.I64);
        counts(x, k -> p[(int) k]);
        assertThat(d.prob(d.enumerateSupport()).toDoubleArray()).containsExactly(p, within(1e-15));
        assertThat(d.mean().item()).isNaN();
    }

    @Test
    void categoricalBatches() {
        Tensor logits = Tensors.of(new double[][] {{0.3, -1, 2}, {1, 1, -2}});
        Categorical d = Categorical.ofLogits(logits);
        assertThat(d.batchShape()).isEqualTo(Shape.of(2));
        assertThat(d.sample(generator, 4, 5).shape()).isEqualTo(Shape.of(4, 5, 2));
        Tensor k = Tensors.of(new long[][] {{0, 1}, {2, 2}, {1, 0}});
        Tensor log = d.logProb(k);
        assertThat(log.shape()).isEqualTo(Shape.of(3, 2));
        assertThat(log.get(1, 0)).isCloseTo(logits.logSoftmax(-1).get(0, 2), within(1e-14));
        CHECK.check(l -> Categorical.ofLogits(l).logProb(k), logits);
        CHECK.check(l -> Categorical.ofLogits(l).entropy(), logits);
        CHECK.check(l -> Categorical.ofProbs(l).logProb(k), logits.exp());
        CHECK.check(l -> Categorical.ofProbs(l).entropy(), logits.exp());
        Tensor columns = d.sample(generator, 5000).select(1, 1);
        double[] p = d.probs().select(0, 1).toDoubleArray();
        counts(columns, i -> p[(int) i]);
    }

    /** All ways to share 4 draws among 3 classes. */
    @Test
    void multinomial() {
        Tensor probs = Tensors.of(0.2, 0.5, 0.3);
        Multinomial d = Multinomial.ofProbs(4, probs);
        double[][] ways = new double[15][];
        int n = 0;
        for (int a = 0; a <= 4; a++) {
            for (int b = 0; a + b <= 4; b++) {
                ways[n++] = new double[] {a, b, 4 - a - b};
            }
        }
        Tensor x = Tensors.of(ways);
        Tensor p = d.prob(x);
        assertThat(p.sum().item()).isCloseTo(1, within(1e-13));
        Tensor weights = p.unsqueeze(-1);
        assertThat(d.mean().toDoubleArray())
                .containsExactly(x.mul(weights).sum(0).toDoubleArray(), within(1e-12));
        assertThat(d.variance().toDoubleArray())
                .containsExactly(x.sub(d.mean()).square().mul(weights).sum(0).toDoubleArray(), within(1e-12));
        assertThat(d.entropy().item()).isCloseTo(p.mul(p.log()).sum().neg().item(), within(1e-12));
        Tensor s = d.sample(generator, 5000);
        assertThat(s.shape()).isEqualTo(Shape.of(5000, 3));
        Tensor code = s.select(1, 0).mul(5).add(s.select(1, 1));
        counts(code, c -> {
            double a = Math.floor(c / 5);
            double b = c % 5;
            return a + b > 4 ? 0 : d.prob(Tensors.of(a, b, 4 - a - b)).item();
        });
        CHECK.check(q -> Multinomial.ofProbs(4, q).logProb(x), probs);
        CHECK.check(q -> Multinomial.ofLogits(4, q).entropy(), probs);
        assertThat(Multinomial.ofProbs(0, probs).sample(generator, 2).toDoubleArray())
                .containsOnly(0);
    }

    @Test
    void aDirichletOfTwoPartsIsABeta() {
        Tensor a = Tensors.of(new double[][] {{0.8, 3}, {2, 5}});
        Dirichlet d = new Dirichlet(a);
        Beta beta = new Beta(a.select(1, 0), a.select(1, 1));
        Tensor x = Tensors.of(0.2, 0.7);
        Tensor pair = Tensors.stack(-1, x, x.neg().add(1));
        assertThat(d.logProb(pair).toDoubleArray())
                .containsExactly(beta.logProb(x).toDoubleArray(), within(1e-12));
        assertThat(d.entropy().toDoubleArray()).containsExactly(beta.entropy().toDoubleArray(), within(1e-12));
        assertThat(d.mean().select(1, 0).toDoubleArray())
                .containsExactly(beta.mean().toDoubleArray(), within(1e-14));
        assertThat(d.variance().select(1, 1).toDoubleArray())
                .containsExactly(beta.variance().toDoubleArray(), within(1e-14));
        CHECK.check(c -> new Dirichlet(c).logProb(pair), a);
        CHECK.check(c -> new Dirichlet(c).entropy(), a);
        Tensor s = d.rsample(generator, 3000);
        assertThat(s.shape()).isEqualTo(Shape.of(3000, 2, 2));
        Tensor mean = s.mean(0).sub(d.mean()).abs();
        Tensor bound = d.variance().sqrt().mul(4 / Math.sqrt(3000));
        assertThat(mean.lt(bound).all().item()).isEqualTo(1);
    }

    @Test
    void independentSumsLogProbabilities() {
        Normal base = new Normal(Tensors.zeros(DType.F64, 4, 3), Tensors.ones(DType.F64, 3));
        Independent d = new Independent(base, 1);
        assertThat(d.batchShape()).isEqualTo(Shape.of(4));
        assertThat(d.eventShape()).isEqualTo(Shape.of(3));
        Tensor x = d.sample(generator, 2);
        assertThat(x.shape()).isEqualTo(Shape.of(2, 4, 3));
        assertThat(d.logProb(x).allClose(base.logProb(x).sum(-1))).isTrue();
        assertThat(d.entropy().allClose(base.entropy().sum(-1))).isTrue();
        assertThat(new Independent(base, 2).logProb(x).shape()).isEqualTo(Shape.of(2));
    }

    @Test
    void mixturesOfNormals() {
        Tensor weights = Tensors.of(0.3, 0.7);
        Tensor loc = Tensors.of(new double[][] {{-1, 2}, {0, 1}});
        Tensor scale = Tensors.of(new double[][] {{0.5, 1}, {2, 0.7}});
        MixtureSameFamily d = new MixtureSameFamily(Categorical.ofProbs(weights), new Normal(loc, scale));
        assertThat(d.batchShape()).isEqualTo(Shape.of(2));
        Quadrature q = new Quadrature(Quadrature.Domain.REAL);
        assertThat(q.expectation(d, (x, log) -> 1)).containsOnly(new double[] {1}, within(1e-8));
        double[] mean = q.expectation(d, (x, log) -> x);
        assertThat(d.mean().toDoubleArray()).containsExactly(mean, within(1e-8));
        double[] squares = q.expectation(d, (x, log) -> x * x);
        assertThat(d.variance().toDoubleArray())
                .containsExactly(
                        new double[] {squares[0] - mean[0] * mean[0], squares[1] - mean[1] * mean[1]}, within(1e-7));
        Tensor s = d.sample(generator, 5000);
        assertThat(s.shape()).isEqualTo(Shape.of(5000, 2));
        continuous(d.cdf(s).select(1, 0), u -> u);
        Tensor x = Tensors.of(0.4, -0.3);
        CHECK.check(
                in -> new MixtureSameFamily(Categorical.ofProbs(in.get(0)), new Normal(in.get(1), in.get(2)))
                        .logProb(x),
                List.of(weights, loc, scale));
        MixtureSameFamily vectors =
                new MixtureSameFamily(Categorical.ofProbs(weights), new Independent(new Normal(loc, scale), 0));
        assertThat(vectors.logProb(x).allClose(d.logProb(x))).isTrue();
        MixtureSameFamily events =
                new MixtureSameFamily(Categorical.ofProbs(weights), new Independent(new Normal(loc.t(), scale.t()), 1));
        assertThat(events.eventShape()).isEqualTo(Shape.of(2));
        assertThat(events.sample(generator, 6).shape()).isEqualTo(Shape.of(6, 2));
        assertThat(events.logProb(x).rank()).isZero();
        assertThat(events.mean().toDoubleArray()).containsExactly(new double[] {1.1, 0.7}, within(1e-12));
    }

    /** The logarithm of the determinant that automatic differentiation finds for the map itself. */
    @Test
    void stickBreaking() {
        Bijector f = Bijectors.stickBreaking();
        Tensor x = Tensors.of(0.3, -1.2, 0.7);
        Tensor y = f.forward(x);
        assertThat(y.sum().item()).isCloseTo(1, within(1e-14));
        assertThat(f.inverse(y).toDoubleArray()).containsExactly(x.toDoubleArray(), within(1e-12));
        assertThat(f.forward(x.mul(0)).toDoubleArray()).containsOnly(new double[] {0.25}, within(1e-14));
        // The first K - 1 parts depend on the numbers before them only: the determinant is the product of the diagonal.
        Tensor jacobian = Grad.jacobian(z -> f.forward(z).narrow(-1, 0, 3)).apply(x);
        assertThat(f.logDetJacobian(x, y).item())
                .isCloseTo(jacobian.diagonal().log().sum().item(), within(1e-12));
        Transformed d = new Transformed(new Normal(x, Tensors.scalar(0.5)), f);
        assertThat(d.eventShape()).isEqualTo(Shape.of(4));
        Tensor s = d.rsample(generator, 5);
        assertThat(s.shape()).isEqualTo(Shape.of(5, 4));
        assertThat(d.logProb(s).shape()).isEqualTo(Shape.of(5));
        CHECK.check(z -> new Transformed(new Normal(z, Tensors.scalar(0.5)), f).logProb(y), x);
    }

    @Test
    void bijectorsAndTheirInverses() {
        Tensor x = Tensors.of(-3, -0.4, 0.2, 1.3, 4);
        Bijector affine = Bijectors.affine(Tensors.scalar(1.0), Tensors.of(2.0, -1, 3, 0.5, -4));
        for (Bijector f : List.of(
                affine,
                Bijectors.exp(),
                Bijectors.sigmoid(),
                Bijectors.tanh(),
                Bijectors.softplus(),
                Bijectors.compose(),
                Bijectors.compose(affine, Bijectors.softplus(), Bijectors.inverse(Bijectors.exp(), Constraint.REAL)))) {
            Tensor y = f.forward(x);
            assertThat(f.inverse(y).toDoubleArray()).containsExactly(x.toDoubleArray(), within(1e-9));
            Tensor slope = Grad.jvp(f::forward, x, Tensors.onesLike(x)).tangent();
            assertThat(f.logDetJacobian(x, y).toDoubleArray())
                    .containsExactly(slope.abs().log().toDoubleArray(), within(1e-9));
        }
    }
}
