package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.autograd.Grad;
import org.gatun.autograd.GradCheck;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The distribution functions that the incomplete beta function gives: beta, binomial and Student's t. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class BetaFunctionsTest {
    private static final int PANELS = 2000;

    /** Simpson's rule on the density. */
    private static double integral(Distribution d, double from, double to) {
        Tensor x = Tensors.linspace(DType.F64, from, to, 2 * PANELS + 1);
        double[] p = d.prob(x).toDoubleArray();
        double sum = p[0] + p[2 * PANELS];
        for (int i = 1; i < 2 * PANELS; i++) {
            sum += p[i] * (i % 2 == 0 ? 2 : 4);
        }
        return sum * (to - from) / (6 * PANELS);
    }

    private static double at(Distribution d, double value) {
        return d.cdf(Tensors.scalar(value)).item();
    }

    private static Tensor number(double value) {
        return Tensors.scalar(value);
    }

    @Test
    void theyIntegrateTheDensity() {
        Beta beta = new Beta(number(3.25), number(6));
        StudentT t = new StudentT(number(4.5), number(0.75), number(2));
        for (double to : new double[] {0.1, 0.3, 0.5, 0.9}) {
            assertThat(at(beta, to) - at(beta, 0.05)).isCloseTo(integral(beta, 0.05, to), within(1e-11));
            assertThat(at(t, 9 * to) - at(t, -3)).isCloseTo(integral(t, -3, 9 * to), within(1e-11));
        }
        assertThat(beta.cdf(Tensors.of(-2, 0, 1, 1.5)).toDoubleArray()).containsExactly(0, 0, 1, 1);
        assertThat(new Beta(2, 2).cdf(Tensors.of(-1L, 0, 1, 7)).toDoubleArray()).containsExactly(0, 0, 1, 1);
    }

    /** The t distributions of 1 and 2 degrees of freedom are an arc tangent and algebraic, and have accurate lower tails. */
    @Test
    void studentsTHasItsClosedForms() {
        for (double t : new double[] {-1e150, -1e9, -40, -2, -0.3, -1e-9, 0, 1e-9, 0.7, 5, 1e6}) {
            double first = Math.atan2(1, -t) / Math.PI;
            assertThat(at(new StudentT(number(1), number(0), number(1)), t)).isCloseTo(first, within(3e-13 * first));
            double radius = Math.sqrt(2 + t * t);
            double second = t < 0 ? 1 / (radius * (radius - t)) : 0.5 + t / (2 * radius);
            assertThat(at(new StudentT(number(2), number(0), number(1)), t)).isCloseTo(second, within(3e-13 * second));
        }
        Tensor ends = Tensors.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        StudentT d = new StudentT(number(3), number(1), number(2));
        assertThat(d.cdf(ends).toDoubleArray()).containsExactly(0, 1);
        assertThat(Grad.grad((Tensor x) -> d.cdf(x).sum()).apply(ends).toDoubleArray())
                .containsExactly(0, 0);
        // with many degrees of freedom it is normal; F32 does not lose the middle
        Tensor z = Tensors.of(-3f, -0.5f, 0, 0.25f, 2);
        assertThat(new StudentT(1e7, 0, 1).cdf(z).allClose(Special.ndtr(z), 1e-6, 1e-7))
                .isTrue();
        assertThat(new StudentT(1e7, 0, 1).cdf(z).dtype()).isEqualTo(DType.F32);
    }

    /** To second order in the degrees of freedom and the value, through 0 too. */
    @Test
    void studentsTIsSmooth() {
        Tensor df = Tensors.of(0.7, 3, 3, 40);
        Tensor value = Tensors.of(-0.4, 0, 1.5, 0);
        GradCheck.standard()
                .tolerance(1e-5, 1e-7)
                .check(in -> new StudentT(in.get(0), number(0), number(1)).cdf(in.get(1)), List.of(df, value));
    }

    /** By the value the derivative is the density at the ends as well. */
    @Test
    void theDensityIsTheDerivativeAtTheEnds() {
        Tensor x = Tensors.of(0, 1, 0, 1, 0, 1.0);
        Tensor a = Tensors.of(1, 1, 2, 2, 1, 3.0);
        Tensor b = Tensors.of(1, 1, 2, 2, 3, 1.0);
        Tensor slope = Grad.grad((Tensor v) -> Special.betainc(a, b, v).sum()).apply(x);
        assertThat(slope.toDoubleArray()).containsExactly(new double[] {1, 1, 0, 0, 3, 3}, within(1e-14));
        Tensor shapes = Grad.grad((Tensor v) -> Special.betainc(v, b, x).sum()).apply(a);
        assertThat(shapes.toDoubleArray()).containsOnly(0);
    }

    @Test
    void binomialCountsAddUp() {
        for (double[] probs : new double[][] {{0.2, 0.5, 0.9}, {1e-6, 0.01, 1 - 1e-7}, {0, 1, 0.5}}) {
            Tensor p = Tensors.of(probs);
            Binomial d = Binomial.ofProbs(Tensors.of(60L, 60, 60), p);
            Tensor k = d.enumerateSupport();
            Tensor sums = d.prob(k).cumsum(0);
            assertThat(d.cdf(k).toDoubleArray()).containsExactly(sums.toDoubleArray(), within(2e-13));
            assertThat(d.cdf(k.add(0.7)).equalTo(d.cdf(k))).isTrue();
            assertThat(d.cdf(Tensors.of(-0.5, -1, -7)).toDoubleArray()).containsOnly(0);
            assertThat(d.cdf(Tensors.of(60, 61, Double.POSITIVE_INFINITY)).toDoubleArray())
                    .containsOnly(1);
        }
        Binomial none = Binomial.ofProbs(Tensors.of(0L, 3), number(0.25));
        assertThat(none.cdf(Tensors.of(0.0, 0)).toDoubleArray())
                .containsExactly(new double[] {1, 0.421875}, within(1e-15));
        Tensor logits = Tensors.of(-3, 0.5, 4);
        Tensor k = Tensors.of(2.0, 4, 9);
        assertThat(Binomial.ofLogits(Tensors.of(10L, 10, 10), logits)
                        .cdf(k)
                        .allClose(
                                Binomial.ofProbs(Tensors.of(10L, 10, 10), logits.sigmoid())
                                        .cdf(k),
                                1e-12,
                                0))
                .isTrue();
    }

    /** {@code d/dp P(X <= k) = -n C(n - 1, k) p^k (1 - p)^(n - 1 - k)}, at p = 0 and p = 1 too; none where all or nothing is below. */
    @Test
    void binomialDifferentiatesInTheProbability() {
        Tensor n = Tensors.of(5L, 5, 5, 5, 5, 0);
        Tensor k = Tensors.of(0.0, 4, 2, 5, -1, 0);
        Tensor p = Tensors.of(0, 1, 0.5, 0.3, 0.3, 0.3);
        Tensor slope =
                Grad.grad((Tensor v) -> Binomial.ofProbs(n, v).cdf(k).sum()).apply(p);
        assertThat(slope.toDoubleArray()).containsExactly(new double[] {-5, -5, -1.875, 0, 0, 0}, within(1e-13));
        Tensor seven = Tensors.scalar(7L);
        Tensor counts = Tensors.of(0.0, 3, 6);
        GradCheck.standard().check(v -> Binomial.ofLogits(seven, v).cdf(counts), Tensors.of(-1, 0.2, 2));
    }

    @Test
    void valuesThatAreNotNumbersAreRefused() {
        Tensor nan = number(Double.NaN);
        for (Distribution d :
                new Distribution[] {new Beta(1, 2), new StudentT(3, 0, 1), Binomial.ofProbs(4, number(0.5))}) {
            assertThatThrownBy(() -> d.cdf(nan))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(d.getClass().getSimpleName() + ".cdf")
                    .hasMessageContaining("NaN");
        }
    }
}
