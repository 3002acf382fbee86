package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The derivatives of the incomplete beta and gamma functions by all of their arguments. */
@ExtendWith(ScopePerTest.class)
class IncompleteFunctionsGradientTest {
    private static double density(double a, double b, double x) {
        return Grad.grad((Tensor t) -> Special.betainc(t.fullLike(a), t.fullLike(b), t))
                .apply(Tensors.scalar(x))
                .item();
    }

    /**
     * For a = b the density at 1/2 + h is {@code 2 / sqrt(pi) gamma(a + 1/2) / gamma(a) (1 - 4 h^2)^(a - 1)}, and the quotient of the gamma
     * functions {@code sqrt(a) (1 - 1 / (8 a) + 1 / (128 a^2) + 5 / (1024 a^3) - ...)}. A rounding
     * of x moves the exponent by {@code 4 a h} roundings.
     */
    @ParameterizedTest
    @ValueSource(doubles = {50, 1e4, 1e8, 1e12, 1e15})
    void theBetaDensityOfLargeShapes(double a) {
        double ratio = 1 - 1 / (8 * a) + 1 / (128 * a * a) + 5 / (1024 * a * a * a) - 21 / (32768 * a * a * a * a) - 399 / (262144 * a * a * a * a * a);
        for (double z : new double[] {0, 0.5, 1, -2}) {
            double h = z / Math.scalb(2.0, Math.getExponent(a) / 2 + 1);
            double want = 2 / Math.sqrt(Math.PI) * Math.sqrt(a) * ratio * Math.exp((a - 1) * Math.log1p(-4 * h * h));
            assertThat(density(a, a, 0.5 + h)).as("a %s, h %s", a, h).isCloseTo(want, within((1e-13 + 0x1p-50 * a * Math.abs(h)) * want));
        }
    }

    /** At the ends the density is 0, a number or infinite, by the exponent there. */
    @Test
    void theBetaDensityAtTheEnds() {
        assertThat(density(1, 3, 0)).isCloseTo(3, within(1e-15 * 3));
        assertThat(density(2, 3, 0)).isEqualTo(0);
        assertThat(density(0.5, 3, 0)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(density(3, 1, 1)).isCloseTo(3, within(1e-15 * 3));
        assertThat(density(3, 2, 1)).isEqualTo(0);
        assertThat(density(3, 0.5, 1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(density(2, 3, 1.5)).isNaN();
        assertThat(density(-1, 3, 0.5)).isNaN();
    }
}
