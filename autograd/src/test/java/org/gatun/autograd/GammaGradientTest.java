package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.GammaPath;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The implicit derivatives of gamma samples: as the concentration a moves, the sample moves so that the probability of being below it
 * stays. The reference follows the quantile itself, found by bisection of a distribution function that shares nothing with the code.
 */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class GammaGradientTest {
    private static final int SAMPLES = 12;

    @ParameterizedTest
    @ValueSource(doubles = {0.03, 0.4, 1, 2.5, 4.2, 7, 30, 400})
    void firstAndSecondDerivativesFollowTheQuantile(double a0) {
        Tensor a = Tensors.full(DType.F64, a0, SAMPLES);
        UnaryOperator<Tensor> sample = x -> Sampling.logGamma(new Generator(5), x);
        double[] y = sample.apply(a).toDoubleArray();
        double[] reverse = Grad.grad(x -> sample.apply(x).sum()).apply(a).toDoubleArray();
        Tensor ones = Tensors.onesLike(a);
        double[] forward = Grad.jvp(sample, a, ones).tangent().toDoubleArray();
        double[] overReverse = Grad.hvp(x -> sample.apply(x).sum(), a, ones).toDoubleArray();
        double[] overForward = Grad.jvp(x -> Grad.jvp(sample, x, ones).tangent(), a, ones)
                .tangent()
                .toDoubleArray();
        double h = 1e-3 * a0;
        for (int i = 0; i < SAMPLES; i++) {
            double[] at = new double[5];
            for (int k = -2; k <= 2; k++) {
                at[k + 2] = GammaPath.logGamma(a0 + k * h, a0, y[i]);
            }
            double first = (8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * h);
            double second = (16 * (at[3] + at[1]) - (at[4] + at[0]) - 30 * at[2]) / (12 * h * h);
            assertThat(forward[i]).as("a %s, y %s", a0, y[i]).isCloseTo(first, within(1e-7 * Math.abs(first)));
            assertThat(reverse[i]).isCloseTo(forward[i], within(1e-13 * Math.abs(first)));
            assertThat(overReverse[i])
                    .as("second order, a %s, y %s", a0, y[i])
                    .isCloseTo(second, within(2e-4 * Math.abs(second) + 1e-4 * Math.abs(first) / a0));
            assertThat(overForward[i]).isCloseTo(overReverse[i], within(1e-9 * Math.abs(second) + 1e-12));
        }
    }

    /** For large a, log x = log a + z / sqrt(a) + ...: the derivative tends to 1 / a (1 - z / (2 sqrt(a))). */
    @ParameterizedTest
    @ValueSource(doubles = {1e6, 1e10})
    void aLargeConcentration(double a0) {
        Tensor a = Tensors.full(DType.F64, a0, SAMPLES);
        double[] y = Sampling.logGamma(new Generator(5), a).toDoubleArray();
        double[] g = Grad.grad(x -> Sampling.logGamma(new Generator(5), x).sum())
                .apply(a)
                .toDoubleArray();
        for (int i = 0; i < SAMPLES; i++) {
            double z = (y[i] - Math.log(a0)) * Math.sqrt(a0);
            assertThat(g[i] * a0).isCloseTo(1 - z / (2 * Math.sqrt(a0)), within(20 / a0 + 1e-9));
        }
    }

    /** For small a and x, P(a, x) is near x^a / Gamma(a + 1), so dy/da is near -(y - digamma(1)) / a, and -digamma(1) is Euler's constant. */
    @Test
    void aTinyConcentration() {
        double a0 = 1e-7;
        Tensor a = Tensors.full(DType.F64, a0, SAMPLES);
        double[] y = Sampling.logGamma(new Generator(5), a).toDoubleArray();
        double[] g = Grad.grad(x -> Sampling.logGamma(new Generator(5), x).sum())
                .apply(a)
                .toDoubleArray();
        for (int i = 0; i < SAMPLES; i++) {
            double expected = -(y[i] + 0.5772156649015329) / a0;
            assertThat(g[i]).isCloseTo(expected, within(1e-6 * Math.abs(expected)));
        }
    }

    /** E[log x] = digamma(a), so the mean derivative is trigamma(a); E[x] = a, so that of x is 1. */
    @Test
    void expectationsMoveAsTheyShould() {
        int n = 20_000;
        double a0 = 1.7;
        Tensor a = Tensors.full(DType.F64, a0, n);
        Tensor dx = Grad.jvp(x -> Sampling.gamma(new Generator(9), x), a, Tensors.onesLike(a))
                .tangent();
        assertThat(dx.mean().item()).isCloseTo(1, within(4 * Math.sqrt(dx.var().item() / n)));
        Tensor dy = Grad.jvp(x -> Sampling.logGamma(new Generator(9), x), a, Tensors.onesLike(a))
                .tangent();
        double trigamma = 0;
        for (int k = 0; k < 1_000_000; k++) {
            trigamma += 1 / ((a0 + k) * (a0 + k));
        }
        assertThat(dy.mean().item())
                .isCloseTo(trigamma, within(4 * Math.sqrt(dy.var().item() / n)));
    }

    /** Beta: E[x] = a / (a + b), with derivative b / (a + b)^2; and the parts of a Dirichlet sample always sum to 1. */
    @Test
    void whatIsMadeOfGammasCarriesTheirGradient() {
        int n = 20_000;
        Tensor b = Tensors.full(DType.F64, 2, n);
        Tensor a = Tensors.full(DType.F64, 0.8, n);
        Tensor dx = Grad.jvp(x -> Sampling.beta(new Generator(9), x, b), a, Tensors.onesLike(a))
                .tangent();
        assertThat(dx.mean().item())
                .isCloseTo(2 / (2.8 * 2.8), within(4 * Math.sqrt(dx.var().item() / n)));
        Tensor c = Tensors.of(0.3, 1, 4);
        Tensor jacobian =
                Grad.jacobian(x -> Sampling.dirichlet(new Generator(2), x)).apply(c);
        assertThat(jacobian.sum(0).abs().amax().item()).isLessThan(1e-12);
        assertThat(jacobian.diagonal().amin().item()).isPositive();
        Tensor single = Tensors.of(2f, 0.01f);
        Tensor g = Grad.grad(x -> Sampling.gamma(new Generator(2), x).sum()).apply(single);
        assertThat(g.dtype()).isEqualTo(DType.F32);
        assertThat(g.isFinite().all().item()).isEqualTo(1);
    }

    /** Location-scale families differentiate by what they are. */
    @Test
    void studentTAndChi2() {
        int n = 20_000;
        Tensor k = Tensors.full(DType.F64, 5, n);
        Tensor dx = Grad.jvp(x -> Sampling.chi2(new Generator(9), x), k, Tensors.onesLike(k))
                .tangent();
        assertThat(dx.mean().item()).isCloseTo(1, within(4 * Math.sqrt(dx.var().item() / n)));
        // Var t = k / (k - 2), derivative -2 / (k - 2)^2; by symmetry E[t dt] is half of it. The fourth moment exists
        // from k = 5 on.
        Tensor t = Sampling.studentT(new Generator(9), k.add(5));
        Tensor dt = Grad.jvp(x -> Sampling.studentT(new Generator(9), x), k.add(5), Tensors.onesLike(k))
                .tangent();
        Tensor product = t.mul(dt);
        assertThat(product.mean().item())
                .isCloseTo(-1.0 / 64, within(4 * Math.sqrt(product.var().item() / n)));
        assertThat(List.of(t, dt)).allMatch(x -> x.isFinite().all().item() == 1);
    }
}
