package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.autograd.Grad;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Distribution functions, their inverses and densities where probabilities are nearly 0, against closed forms. */
class TailsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private final MemoryScope scope = MemoryScope.open("tails");

    @AfterEach
    void free() {
        scope.close();
    }

    private static Tensor f64(double x) {
        return Tensors.scalar(x);
    }

    @Test
    void cauchyQuantilesKeepTheirDigitsAndSigns() {
        Cauchy d = new Cauchy(f64(0), f64(1));
        assertThat(d.icdf(f64(0)).item()).isEqualTo(-INF);
        assertThat(d.icdf(f64(1)).item()).isEqualTo(INF);
        assertThat(d.icdf(f64(0.5)).item()).isZero();
        assertThat(new Cauchy(0.0, 1.0).icdf(Tensors.scalar(0f)).item()).isEqualTo(-INF);
        for (double q : new double[] {1e-300, 1e-20, 1e-8}) {
            // -cot(pi q) = -1 / (pi q) to first order
            assertThat(d.icdf(f64(q)).item()).isCloseTo(-1 / (Math.PI * q), within(1e-14 / q));
        }
        for (double q : new double[] {0.1, 0.25, 0.3, 0.6, 0.75, 0.9}) {
            double x = Math.tan(Math.PI * (q - 0.5));
            assertThat(d.icdf(f64(q)).item()).isCloseTo(x, within(1e-14 * (1 + Math.abs(x))));
            // the derivative is pi / sin^2(pi q)
            double slope = Math.PI / Math.pow(Math.sin(Math.PI * q), 2);
            assertThat(Grad.grad((Tensor t) -> d.icdf(t)).apply(f64(q)).item()).isCloseTo(slope, within(1e-12 * slope));
        }
    }

    @Test
    void cauchyTailsKeepTheirDigits() {
        Cauchy d = new Cauchy(f64(0), f64(1));
        for (double x : new double[] {1e3, 1e10, 1e200}) {
            // atan(1 / x) / pi
            double tail = Math.atan(1 / x) / Math.PI;
            assertThat(d.cdf(f64(-x)).item()).isCloseTo(tail, within(1e-15 * tail));
            assertThat(d.cdf(f64(x)).item()).isEqualTo(1 - tail);
        }
        assertThat(d.cdf(f64(-INF)).item()).isZero();
        assertThat(d.cdf(f64(INF)).item()).isEqualTo(1);
        assertThat(d.cdf(f64(1)).item()).isCloseTo(0.75, within(1e-15));
        assertThat(d.cdf(f64(-1)).item()).isCloseTo(0.25, within(1e-15));
        for (double x : new double[] {-3, -1, -0.5, 0, 0.5, 1, 3}) {
            assertThat(Grad.grad((Tensor t) -> d.cdf(t)).apply(f64(x)).item())
                    .isCloseTo(1 / (Math.PI * (1 + x * x)), within(1e-14));
        }
    }

    @Test
    void laplaceQuantilesKeepTheirDigits() {
        Laplace d = new Laplace(f64(0), f64(1));
        for (double q : new double[] {1e-300, 1e-65, 1e-8, 0.2, 0.4999}) {
            double x = Math.log(2 * q);
            assertThat(d.icdf(f64(q)).item()).isCloseTo(x, within(1e-14 * (1 + Math.abs(x))));
        }
        assertThat(d.icdf(f64(0)).item()).isEqualTo(-INF);
        assertThat(d.icdf(f64(1)).item()).isEqualTo(INF);
        assertThat(d.icdf(f64(0.5)).item()).isZero();
        assertThat(new Laplace(0.0, 1.0).icdf(Tensors.scalar(1e-8f)).item()).isCloseTo(Math.log(2e-8), within(1e-5));
        for (double q : new double[] {0.25, 0.5, 0.75}) {
            assertThat(Grad.grad((Tensor t) -> d.icdf(t)).apply(f64(q)).item())
                    .isCloseTo(1 / Math.min(q, 1 - q), within(1e-14));
        }
    }

    @Test
    void rareSuccessesAreCounted() {
        assertThat(Geometric.ofProbs(1e-8).cdf(Tensors.scalar(0f)).item()).isCloseTo(1e-8, within(1e-14));
        // 1 - (1 - p)^3
        assertThat(Geometric.ofProbs(f64(1e-12)).cdf(f64(2)).item()).isCloseTo(3e-12 - 3e-24, within(1e-27));
    }

    @Test
    void densitiesAtInfinity() {
        assertThat(new Gumbel(f64(0), f64(1)).logProb(f64(-INF)).item()).isEqualTo(-INF);
        assertThat(new Gumbel(f64(0), f64(1)).logProb(f64(INF)).item()).isEqualTo(-INF);
        assertThat(new Gumbel(f64(0), f64(1)).logProb(f64(0)).item()).isEqualTo(-1);
        Poisson counts = new Poisson(f64(2));
        assertThatThrownBy(() -> counts.logProb(f64(INF)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("integer of 0 or more");
    }
}
