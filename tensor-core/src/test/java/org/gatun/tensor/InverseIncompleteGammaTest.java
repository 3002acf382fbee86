package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The inverses of the incomplete gamma functions: closed forms, round trips in both tails, and the ends. */
@ExtendWith(ScopePerTest.class)
class InverseIncompleteGammaTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] TAILS = {1e-300, 1e-200, 1e-80, 1e-20, 1e-9, 1e-3, 0.1, 0.3, 0.5};

    private static double below(double a, double p) {
        return Special.gammaincinv(Tensors.scalar(a), Tensors.scalar(p)).item();
    }

    private static double above(double a, double q) {
        return Special.gammainccinv(Tensors.scalar(a), Tensors.scalar(q)).item();
    }

    /** Of shape 1, {@code -log(1 - p)}; of shape 1/2, {@code erfinv(p)^2}; the power of a small x. */
    @Test
    void closedForms() {
        for (double p : TAILS) {
            double x = -Math.log1p(-p);
            assertThat(below(1, p)).isCloseTo(x, within(1e-13 * x));
            assertThat(above(1, p)).isCloseTo(-Math.log(p), within(-1e-13 * Math.log(p)));
        }
        for (double p : new double[] {1e-100, 1e-9, 0.1, 0.5}) {
            double root = Special.erfinv(Tensors.scalar(p)).item();
            assertThat(below(0.5, p)).isCloseTo(root * root, within(1e-13 * root * root));
        }
        // p = x^3 / 6 to first order
        assertThat(below(3, 1e-300)).isCloseTo(Math.cbrt(6e-300), within(1e-13 * Math.cbrt(6e-300)));
        assertThat(below(0.001, 1e-300)).isZero();
    }

    /** P and Q at the result, within what an error of 1e-13 of x makes of them, {@code x} times the density. */
    @Test
    void roundTripsInBothTails() {
        for (double a : new double[] {0.002, 0.03, 0.4, 0.999, 1.5, 4, 17, 120, 3000, 2e5}) {
            for (double fraction : TAILS) {
                double x = below(a, fraction);
                double y = above(a, fraction);
                assertThat(y).as("a = %s, q = %s", a, fraction).isBetween(0.0, 1e7);
                if (x > 1e-300) {
                    near(
                            a,
                            x,
                            Special.gammainc(Tensors.scalar(a), Tensors.scalar(x))
                                    .item(),
                            fraction);
                }
                if (y > 1e-300) {
                    near(
                            a,
                            y,
                            Special.gammaincc(Tensors.scalar(a), Tensors.scalar(y))
                                    .item(),
                            fraction);
                }
            }
        }
    }

    private static void near(double a, double x, double back, double fraction) {
        double logDensity = a * Math.log(x) - x - Tensors.scalar(a).lgamma().item();
        double moved = 1e-13 * Math.exp(logDensity);
        assertThat(back).as("a = %s, x = %s", a, x).isCloseTo(fraction, within(2e-13 * fraction + moved));
    }

    @Test
    void endsAndWhereThereIsNone() {
        Tensor a = Tensors.of(0, 0, 0, INF, INF, INF, 1, 1, 1, -1, 2, 2);
        Tensor p = Tensors.of(0, 0.5, 1, 0, 0.5, 1, 0, 1, 1.1, 0.5, -0.1, Double.NaN);
        double nan = Double.NaN;
        assertThat(Special.gammaincinv(a, p).toDoubleArray())
                .containsExactly(0, nan, INF, 0, nan, INF, 0, INF, nan, nan, nan, nan);
        assertThat(Special.gammainccinv(a, p).toDoubleArray())
                .containsExactly(INF, nan, 0, INF, nan, 0, INF, 0, nan, nan, nan, nan);
    }

    @Test
    void dtypes() {
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            Tensor a = Tensors.of(0.5, 2, 9).to(dtype);
            Tensor p = Tensors.of(0.25, 0.5, 0.75).to(dtype);
            Tensor x = Special.gammaincinv(a, p);
            assertThat(x.dtype()).isEqualTo(dtype);
            Tensor wide = Special.gammaincinv(a.to(DType.F64), p.to(DType.F64));
            assertThat(x.equalTo(wide.to(dtype))).isTrue();
        }
    }
}
