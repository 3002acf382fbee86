package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Quantiles without a closed form: special cases that have one, tails, gradients, and counts by the definition. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class QuantilesTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    /** With concentration 1 it is exponential, with 2 degrees of freedom too. */
    @Test
    void gammaAndChiSquare() {
        Gamma d = new Gamma(Tensors.scalar(1.0), Tensors.scalar(4.0));
        Chi2 c = new Chi2(Tensors.scalar(2.0));
        for (double q : new double[] {1e-300, 1e-9, 0.2, 0.5, 0.99}) {
            double x = -Math.log1p(-q);
            assertThat(d.icdf(Tensors.scalar(q)).item()).isCloseTo(x / 4, within(1e-13 * x));
            assertThat(c.icdf(Tensors.scalar(q)).item()).isCloseTo(2 * x, within(2e-13 * x));
        }
        assertThat(d.icdf(Tensors.of(0.0, 1)).toDoubleArray()).containsExactly(0, INF);
    }

    /** {@code q^(1/a)} for b = 1. */
    @Test
    void beta() {
        Beta d = new Beta(Tensors.scalar(3.0), Tensors.scalar(1.0));
        for (double q : new double[] {1e-300, 1e-9, 0.2, 0.5, 0.99}) {
            assertThat(d.icdf(Tensors.scalar(q)).item()).isCloseTo(Math.cbrt(q), within(2e-13 * Math.cbrt(q)));
        }
        assertThat(d.icdf(Tensors.of(0.0, 1)).toDoubleArray()).containsExactly(0, 1);
    }

    /** With 1 degree of freedom it is Cauchy's, with 2 {@code (2 q - 1) / sqrt(2 q (1 - q))}, with many the normal distribution. */
    @Test
    void student() {
        Tensor zero = Tensors.scalar(0.0);
        Tensor one = Tensors.scalar(1.0);
        Tensor q = Tensors.of(1e-100, 1e-20, 1e-3, 0.2, 0.5, 0.7, 0.999, 1 - 0x1p-50);
        double[] cauchy = new Cauchy(zero, one).icdf(q).toDoubleArray();
        double[] first = new StudentT(one, zero, one).icdf(q).toDoubleArray();
        double[] second = new StudentT(one.mul(2), zero, one).icdf(q).toDoubleArray();
        double[] normal = new Normal(zero, one).icdf(q).toDoubleArray();
        double[] many = new StudentT(one.mul(1e7), zero, one).icdf(q).toDoubleArray();
        double[] p = q.toDoubleArray();
        for (int i = 0; i < p.length; i++) {
            assertThat(first[i]).isCloseTo(cauchy[i], within(1e-12 * Math.abs(cauchy[i]) + 1e-15));
            double two = (2 * p[i] - 1) / Math.sqrt(2 * p[i] * (1 - p[i]));
            assertThat(second[i]).isCloseTo(two, within(1e-12 * Math.abs(two) + 1e-15));
            // the next term of the expansion is (z^3 + z) / (4 df)
            double z = normal[i];
            assertThat(many[i]).isCloseTo(z + (z * z * z + z) / 4e7, within(1e-11 + 1e-14 * Math.pow(z, 6)));
        }
        StudentT placed = new StudentT(one.mul(5), one.mul(3), one.mul(2));
        assertThat(placed.icdf(Tensors.of(0.0, 0.5, 1)).toDoubleArray())
                .containsExactly(new double[] {-INF, 3, INF}, within(1e-14));
    }

    @Test
    void gradientsToFractionsAndParameters() {
        GradCheck check = GradCheck.standard().tolerance(1e-4, 1e-6);
        Tensor q = Tensors.of(0.1, 0.4, 0.8);
        Tensor a = Tensors.of(0.8, 2, 7);
        Tensor b = Tensors.of(0.9, 3, 2);
        check.check(in -> new Gamma(in.get(0), in.get(1)).icdf(in.get(2)), List.of(a, b, q));
        check.check(in -> new Beta(in.get(0), in.get(1)).icdf(in.get(2)), List.of(a, b, q));
        check.check(in -> new StudentT(in.get(0), in.get(1), in.get(1)).icdf(in.get(2)), List.of(a, b, q));
    }

    /** The definition: {@code cdf(k - 1) < q <= cdf(k)}. */
    private static void smallest(Distribution d, Tensor q) {
        Tensor k = d.icdf(q);
        assertThat(k.equalTo(k.floor())).isTrue();
        assertThat(d.cdf(k).ge(q).all().item()).isEqualTo(1);
        assertThat(d.cdf(k.sub(1)).lt(q).or(k.eq(0)).all().item()).isEqualTo(1);
    }

    @Test
    void countsAreTheSmallestThatHaveTheFraction() {
        for (DType dtype : new DType[] {DType.F64, DType.F32}) {
            Tensor q = Tensors.of(1e-30, 1e-6, 0.02, 0.3, 0.5, 0.77, 0.99, 1 - 1e-6)
                    .to(dtype)
                    .reshape(8, 1);
            smallest(new Poisson(Tensors.of(0.0, 0.1, 3, 40.5, 2e4).to(dtype)), q);
            smallest(
                    Binomial.ofProbs(
                            Tensors.of(0L, 1, 12, 1000),
                            Tensors.of(0.3, 0.9, 0.5, 0.01).to(dtype)),
                    q);
            smallest(Geometric.ofProbs(Tensors.of(0.01, 0.5, 0.9, 1).to(dtype)), q);
            assertThat(new Poisson(Tensors.scalar(2.0).to(dtype)).icdf(q).dtype())
                    .isEqualTo(dtype);
        }
    }

    @Test
    void aCountComesBackFromItsDistributionFunction() {
        Tensor k = Tensors.arange(12).to(DType.F64).reshape(12, 1);
        Poisson poisson = new Poisson(Tensors.of(1.0, 4, 9));
        assertThat(poisson.icdf(poisson.cdf(k)).equalTo(k.broadcastTo(12, 3))).isTrue();
        Binomial binomial = Binomial.ofProbs(Tensors.of(20L, 15), Tensors.of(0.5, 0.4));
        assertThat(binomial.icdf(binomial.cdf(k)).equalTo(k.broadcastTo(12, 2))).isTrue();
        Geometric geometric = Geometric.ofProbs(Tensors.of(0.1, 0.5));
        assertThat(geometric.icdf(geometric.cdf(k)).equalTo(k.broadcastTo(12, 2)))
                .isTrue();
    }

    @Test
    void countsAtTheEnds() {
        Tensor q = Tensors.of(0.0, 1).reshape(2, 1);
        assertThat(new Poisson(Tensors.of(0.0, 1e6)).icdf(q).toDoubleArray()).containsExactly(0, 0, 0, INF);
        assertThat(Binomial.ofProbs(7, Tensors.of(0.0, 0.1)).icdf(q).toDoubleArray())
                .containsExactly(0, 0, 0, 7);
        assertThat(Geometric.ofProbs(Tensors.of(1.0, 0.1)).icdf(q).toDoubleArray())
                .containsExactly(0, 0, 0, INF);
        Tensor none = Tensors.zeros(DType.F64, 0, 2);
        assertThat(new Poisson(Tensors.of(1.0, 2)).icdf(none).shape()).isEqualTo(Shape.of(0, 2));
    }
}
