package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.GoodnessOfFit.continuous;

import java.util.List;
import org.gatun.autograd.Grad;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.linalg.LinalgException;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** N(x; mu, Sigma) against its formula with inverse and determinant, its moments, and normal distributions of numbers. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class MultivariateNormalTest {
    private static final GradCheck CHECK = GradCheck.standard().tolerance(1e-4, 1e-6);

    private static Tensor factor() {
        return Tensors.of(new double[][] {{1.2, 0, 0}, {-0.4, 0.7, 0}, {0.3, 0.9, 1.5}});
    }

    private static Tensor covariance() {
        return factor().matmul(factor().t());
    }

    private static Tensor mean() {
        return Tensors.of(0.3, -1, 2);
    }

    /** {@code -((x - mu)' Sigma^-1 (x - mu) + n log(2 pi) + log det Sigma) / 2}. */
    private static double formula(Tensor x, Tensor mu, Tensor sigma) {
        Tensor d = x.sub(mu);
        double square = d.matmul(Linalg.inv(sigma)).dot(d).item();
        double n = mu.size(0);
        return -0.5
                * (square
                        + n * Math.log(2 * Math.PI)
                        + Math.log(Linalg.det(sigma).item()));
    }

    @Test
    void theDensityIsTheFormulaWhateverItIsMadeFrom() {
        Tensor x = Tensors.randn(new Generator(1), DType.F64, Shape.of(4, 3), mean().device());
        for (MultivariateNormal d : List.of(
                MultivariateNormal.ofCovariance(mean(), covariance()),
                MultivariateNormal.ofPrecision(mean(), Linalg.inv(covariance())),
                MultivariateNormal.ofScaleTril(mean(), factor()))) {
            assertThat(d.batchShape()).isEqualTo(Shape.SCALAR);
            assertThat(d.eventShape()).isEqualTo(Shape.of(3));
            Tensor log = d.logProb(x);
            assertThat(log.shape()).isEqualTo(Shape.of(4));
            for (int i = 0; i < 4; i++) {
                assertThat(log.get(i)).isCloseTo(formula(x.select(0, i), mean(), covariance()), within(1e-11));
            }
            assertThat(d.covariance().allClose(covariance(), 1e-12, 1e-12)).isTrue();
            assertThat(d.precision().allClose(Linalg.inv(covariance()), 1e-11, 1e-11))
                    .isTrue();
            assertThat(d.scaleTril().allClose(factor(), 1e-12, 1e-12)).isTrue();
            assertThat(d.variance().allClose(covariance().diagonal(), 1e-12, 1e-12))
                    .isTrue();
            assertThat(d.mean().equalTo(mean())).isTrue();
            assertThat(d.mode().equalTo(mean())).isTrue();
            double logDet = Math.log(Linalg.det(covariance()).item());
            assertThat(d.entropy().item()).isCloseTo(1.5 * (1 + Math.log(2 * Math.PI)) + 0.5 * logDet, within(1e-12));
        }
    }

    /** A diagonal covariance makes independent normal numbers. */
    @Test
    void ofADiagonalCovarianceItIsIndependentNormals() {
        Tensor scale = Tensors.of(0.5, 1, 3);
        var d = MultivariateNormal.ofCovariance(mean(), scale.square().diagEmbed());
        var q = MultivariateNormal.ofScaleTril(mean().mul(0.5), scale.add(1).diagEmbed());
        Independent each = new Independent(new Normal(mean(), scale), 1);
        Independent other = new Independent(new Normal(mean().mul(0.5), scale.add(1)), 1);
        Tensor x = Tensors.of(new double[][] {{1, 0, -2}, {0.3, -1, 2}});
        assertThat(d.logProb(x).allClose(each.logProb(x), 1e-13, 1e-13)).isTrue();
        assertThat(d.entropy().item()).isCloseTo(each.entropy().item(), within(1e-13));
        assertThat(KullbackLeibler.divergence(d, q).item())
                .isCloseTo(KullbackLeibler.divergence(each, other).item(), within(1e-12));
        var one = MultivariateNormal.ofCovariance(Tensors.of(0.7), Tensors.of(new double[][] {{4}}));
        Tensor y = Tensors.of(-0.2);
        assertThat(one.logProb(y).item())
                .isCloseTo(
                        new Normal(Tensors.scalar(0.7), Tensors.scalar(2.0))
                                .logProb(y)
                                .item(),
                        within(1e-14));
    }

    @Test
    void samplesHaveTheMomentsAndEveryProjectionIsNormal() {
        int n = 20_000;
        var d = MultivariateNormal.ofCovariance(mean(), covariance());
        Tensor x = d.sample(new Generator(20_260), n);
        assertThat(x.shape()).isEqualTo(Shape.of(n, 3));
        Tensor centred = x.sub(x.mean(0));
        Tensor estimate = centred.t().matmul(centred).div((double) (n - 1));
        Tensor variances = covariance().diagonal();
        // Var of a product of two normal numbers: s_ii s_jj + s_ij^2.
        Tensor error = variances
                .unsqueeze(0)
                .mul(variances.unsqueeze(1))
                .add(covariance().square())
                .div((double) n)
                .sqrt();
        assertThat(estimate.sub(covariance()).abs().le(error.mul(4)).all().item())
                .isEqualTo(1);
        Tensor w = Tensors.of(0.5, -1, 0.8);
        double mu = w.dot(mean()).item();
        double sigma = Math.sqrt(w.matmul(covariance()).dot(w).item());
        Normal projection = new Normal(Tensors.scalar(mu), Tensors.scalar(sigma));
        continuous(projection.cdf(x.matmul(w)), u -> u);
        // (x - mu)' Sigma^-1 (x - mu) has the chi-square distribution with n degrees of freedom, here by its density's
        // exponent.
        double constant = -1.5 * Math.log(2 * Math.PI)
                - 0.5 * Math.log(Linalg.det(covariance()).item());
        Tensor square = d.logProb(x).sub(constant).mul(-2);
        assertThat(square.mean().item()).isCloseTo(3, within(4 * Math.sqrt(6.0 / n)));
    }

    @Test
    void batchesOfMeansAndMatricesBroadcast() {
        Tensor matrices = Tensors.stack(0, factor(), factor().mul(2)).unsqueeze(1);
        Tensor means = Tensors.stack(0, mean(), mean().neg(), mean().mul(3)).unsqueeze(0);
        var d = MultivariateNormal.ofScaleTril(means, matrices);
        assertThat(d.batchShape()).isEqualTo(Shape.of(2, 3));
        assertThat(d.entropy().shape()).isEqualTo(Shape.of(2, 3));
        assertThat(d.covariance().shape()).isEqualTo(Shape.of(2, 3, 3, 3));
        assertThat(d.mean().shape()).isEqualTo(Shape.of(2, 3, 3));
        Tensor x = d.sample(new Generator(4), 5);
        assertThat(x.shape()).isEqualTo(Shape.of(5, 2, 3, 3));
        Tensor log = d.logProb(x);
        assertThat(log.shape()).isEqualTo(Shape.of(5, 2, 3));
        assertThat(d.logProb(mean()).shape()).isEqualTo(Shape.of(2, 3));
        for (int b = 0; b < 2; b++) {
            for (int c = 0; c < 3; c++) {
                var one = MultivariateNormal.ofScaleTril(
                        means.select(0, 0).select(0, c), matrices.select(0, b).select(0, 0));
                Tensor alone = one.logProb(x.select(1, b).select(1, c));
                assertThat(log.select(1, b).select(1, c).allClose(alone, 1e-12, 1e-12))
                        .isTrue();
            }
        }
        assertThat(d.sample(new Generator(4), 0).shape()).isEqualTo(Shape.of(0, 2, 3, 3));
        assertThat(d.logProb(d.sample(new Generator(4), 0)).shape()).isEqualTo(Shape.of(0, 2, 3));
        var expanded = d.expand(Shape.of(4, 2, 3));
        assertThat(expanded.batchShape()).isEqualTo(Shape.of(4, 2, 3));
        assertThat(expanded.logProb(x.select(0, 0)).select(0, 3).allClose(log.select(0, 0), 1e-12, 1e-12))
                .isTrue();
        assertThat(KullbackLeibler.divergence(d, expanded).shape()).isEqualTo(Shape.of(4, 2, 3));
        assertThat(KullbackLeibler.divergence(d, expanded).abs().amax().item()).isLessThan(1e-12);
    }

    @Test
    void everythingDifferentiatesToSecondOrder() {
        Tensor x = Tensors.of(new double[][] {{1, 0, -2}, {0.5, -0.7, 1}});
        // Perturbations keep the matrix symmetric by construction.
        CHECK.check(
                in -> MultivariateNormal.ofCovariance(in.get(0), symmetric(in.get(1)))
                        .logProb(in.get(2)),
                List.of(mean(), covariance(), x));
        CHECK.check(
                in -> MultivariateNormal.ofPrecision(in.get(0), symmetric(in.get(1)))
                        .logProb(x),
                List.of(mean(), Linalg.inv(covariance())));
        CHECK.check(
                in -> MultivariateNormal.ofScaleTril(in.get(0), in.get(1).tril())
                        .rsample(new Generator(2), 3),
                List.of(mean(), factor()));
        CHECK.check(s -> MultivariateNormal.ofCovariance(mean(), symmetric(s)).entropy(), covariance());
        var q = MultivariateNormal.ofScaleTril(
                mean().mul(0.5), factor().transpose(-2, -1).flip(0, 1));
        CHECK.check(
                in -> KullbackLeibler.divergence(MultivariateNormal.ofCovariance(in.get(0), symmetric(in.get(1))), q),
                List.of(mean(), covariance()));
        CHECK.check(
                in -> KullbackLeibler.divergence(q, MultivariateNormal.ofCovariance(in.get(0), symmetric(in.get(1)))),
                List.of(mean(), covariance()));
        // d log p / d mu = Sigma^-1 (x - mu)
        Tensor score = Grad.grad((Tensor mu) ->
                        MultivariateNormal.ofCovariance(mu, covariance()).logProb(x.select(0, 0)))
                .apply(mean());
        assertThat(score.allClose(Linalg.solve(covariance(), x.select(0, 0).sub(mean())), 1e-12, 1e-12))
                .isTrue();
    }

    private static Tensor symmetric(Tensor a) {
        return a.add(a.t()).mul(0.5);
    }

    @Test
    void divergencesAreTheFormulaAndTheEstimate() {
        var p = MultivariateNormal.ofCovariance(mean(), covariance());
        Tensor other = covariance().add(Tensors.eye(DType.F64, 3, 3));
        Tensor nu = Tensors.of(0, 0, 1.0);
        var q = MultivariateNormal.ofCovariance(nu, other);
        Tensor inverse = Linalg.inv(other);
        Tensor d = mean().sub(nu);
        double expected = 0.5
                * (Linalg.trace(inverse.matmul(covariance())).item()
                        + d.matmul(inverse).dot(d).item()
                        - 3
                        + Math.log(Linalg.det(other).item()
                                / Linalg.det(covariance()).item()));
        assertThat(KullbackLeibler.divergence(p, q).item()).isCloseTo(expected, within(1e-12));
        var estimate = KullbackLeibler.estimate(p, q, new Generator(3), 20_000);
        assertThat(estimate.value().item())
                .isCloseTo(expected, within(4 * estimate.standardError().item()));
    }

    @Test
    void singlePrecisionStaysSingle() {
        var d = MultivariateNormal.ofCovariance(
                mean().to(DType.F32), covariance().to(DType.F32));
        assertThat(d.sample(new Generator(1)).dtype()).isEqualTo(DType.F32);
        Tensor log = d.logProb(Tensors.of(1f, 0, -2));
        assertThat(log.dtype()).isEqualTo(DType.F32);
        assertThat(log.item()).isCloseTo(formula(Tensors.of(1.0, 0, -2), mean(), covariance()), within(1e-4));
        assertThat(MultivariateNormal.ofCovariance(Tensors.of(0L, 1), Tensors.eye(2))
                        .loc()
                        .dtype())
                .isEqualTo(DType.F32);
    }

    @Test
    void refusals() {
        assertThatThrownBy(() -> MultivariateNormal.ofCovariance(mean(), Tensors.eye(DType.F64, 2, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[2, 2]")
                .hasMessageContaining("covariance");
        assertThatThrownBy(() -> MultivariateNormal.ofCovariance(Tensors.scalar(1.0), Tensors.eye(1)))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> MultivariateNormal.ofCovariance(mean(), factor()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("symmetric");
        assertThatThrownBy(() ->
                        MultivariateNormal.ofCovariance(mean(), covariance().neg()))
                .isInstanceOf(LinalgException.class)
                .hasMessageContaining("not positive definite");
        assertThatThrownBy(() -> MultivariateNormal.ofScaleTril(mean(), covariance()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lower triangular");
        assertThatThrownBy(() -> MultivariateNormal.ofCovariance(mean().mul(Double.NaN), covariance()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mean")
                .hasMessageContaining("finite");
        var d = MultivariateNormal.ofCovariance(mean(), covariance());
        assertThatThrownBy(() -> d.logProb(Tensors.of(1.0, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2]")
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> KullbackLeibler.divergence(d, new Normal(0, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> d.cdf(mean())).isInstanceOf(UnsupportedOperationException.class);
    }
}
