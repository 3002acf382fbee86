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
    private static final double EULER = 0.5772156649015329;

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
        double ratio = 1
                - 1 / (8 * a)
                + 1 / (128 * a * a)
                + 5 / (1024 * a * a * a)
                - 21 / (32768 * a * a * a * a)
                - 399 / (262144 * a * a * a * a * a);
        for (double z : new double[] {0, 0.5, 1, -2}) {
            double h = z / Math.scalb(2.0, Math.getExponent(a) / 2 + 1);
            double want = 2 / Math.sqrt(Math.PI) * Math.sqrt(a) * ratio * Math.exp((a - 1) * Math.log1p(-4 * h * h));
            assertThat(density(a, a, 0.5 + h))
                    .as("a %s, h %s", a, h)
                    .isCloseTo(want, within((1e-13 + 0x1p-50 * a * Math.abs(h)) * want));
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

    private static double byShape(double a, double x) {
        double lower = Grad.grad((Tensor t) -> Special.gammainc(t, t.fullLike(x)))
                .apply(Tensors.scalar(a))
                .item();
        double upper = Grad.jvp(t -> Special.gammaincc(t, t.fullLike(x)), Tensors.scalar(a), Tensors.scalar(1.0))
                .tangent()
                .item();
        assertThat(Double.valueOf(upper)).isEqualTo(Double.valueOf(-lower));
        return lower;
    }

    /** The exponential integral {@code E1(x) = -gamma - log(x) + x - x^2/(2 2!) + ...}, or its continued fraction. */
    private static double exponentialIntegral(double x) {
        if (x > 3) {
            double rest = x;
            for (int k = 200; k > 0; k--) {
                rest = x + k / (1 + k / rest);
            }
            return Math.exp(-x) / rest;
        }
        double sum = -EULER - Math.log(x);
        double term = 1;
        for (int n = 1; n < 60; n++) {
            term *= -x / n;
            sum -= term / n;
        }
        return sum;
    }

    /**
     * {@code dQ(1, x)/da = e^-x (log x + gamma) + E1(x)}, and by the recurrence {@code dP(a + 1, x)/da = dP(a, x)/da - (log x - digamma(a + 1))
     * x^a e^-x / gamma(a + 1)}; at 0 it is -E1(x).
     */
    @ParameterizedTest
    @ValueSource(doubles = {1e-12, 0.01, 0.7, 2, 3.99, 4.01, 6, 12, 40})
    void gammaincByAWholeShape(double x) {
        double integral = exponentialIntegral(x);
        assertThat(byShape(0, x)).isCloseTo(-integral, within(1e-9 * integral));
        assertThat(byShape(1e-9, x)).isCloseTo(-integral, within(1e-6 * integral));
        double slope = -Math.exp(-x) * (Math.log(x) + EULER) - integral;
        double power = Math.exp(-x);
        double digamma = -EULER;
        double size = 2 * integral + Math.abs(slope);
        for (int a = 1; a < 12; a++) {
            // the recurrence loses what the terms before were larger
            assertThat(byShape(a, x)).as("a %s", a).isCloseTo(slope, within(1e-9 * Math.abs(slope) + 1e-15 * size));
            power *= x / a;
            digamma += 1.0 / a;
            slope -= (Math.log(x) - digamma) * power;
            size += Math.abs((Math.log(x) - digamma) * power);
        }
    }

    /** {@code x^a e^-x / gamma(a + 1)} at {@code x = a (1 + d)}, by Stirling's series. */
    private static double power(double a, double d) {
        double fall = Math.log1p(d) - d;
        if (Math.abs(d) < 1e-3) {
            fall = -d * d * (1 / 2.0 - d * (1 / 3.0 - d * (1 / 4.0 - d * (1 / 5.0 - d / 6))));
        }
        return Math.exp(a * fall - 1 / (12 * a) + 1 / (360 * a * a * a)) / Math.sqrt(2 * Math.PI * a);
    }

    /** {@code P(a + 1, x) - P(a, x) = -x^a e^-x / gamma(a + 1)} is the integral of the derivative, here by Gauss's rule of three nodes. */
    @ParameterizedTest
    @ValueSource(doubles = {400, 3000, 1e5, 1e8, 1e12})
    void gammaincByALargeShape(double a) {
        double node = Math.sqrt(0.15);
        for (double z : new double[] {-3, -0.5, 0, 0.25, 2, 5}) {
            double d = Math.scalb(z, -Math.getExponent(a) / 2);
            double x = a + a * d;
            double integral =
                    (5 * byShape(a + 0.5 - node, x) + 8 * byShape(a + 0.5, x) + 5 * byShape(a + 0.5 + node, x)) / 18;
            double want = power(a, (x - a) / a);
            assertThat(integral).as("z %s", z).isCloseTo(-want, within((1e-8 + 0x1p-50 * Math.abs(x - a)) * want));
            double density = Grad.grad((Tensor t) -> Special.gammainc(t.fullLike(a), t))
                    .apply(Tensors.scalar(x))
                    .item();
            double exact = want * a / x;
            assertThat(density).as("z %s", z).isCloseTo(exact, within((1e-12 + 0x1p-50 * Math.abs(x - a)) * exact));
        }
    }

    @Test
    void gammaincByItsShapeAtTheEnds() {
        double inf = Double.POSITIVE_INFINITY;
        assertThat(byShape(2, 0)).isZero();
        assertThat(byShape(2, inf)).isZero();
        assertThat(byShape(inf, 2)).isZero();
        assertThat(byShape(2, 1e300)).isZero();
        assertThat(byShape(2, 1e-300)).isZero();
        for (double[] pair : new double[][] {{0, 0}, {inf, inf}, {-1, 2}, {2, -1}, {Double.NaN, 1}, {1, Double.NaN}}) {
            assertThat(byShape(pair[0], pair[1])).as("%s, %s", pair[0], pair[1]).isNaN();
        }
    }
}
