package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The inverse of the incomplete beta function: closed forms, round trips, symmetry, and the ends. */
@ExtendWith(ScopePerTest.class)
class InverseIncompleteBetaTest {
    private static final double[] FRACTIONS = {1e-300, 1e-200, 1e-80, 1e-20, 1e-9, 1e-3, 0.1, 0.3, 0.5, 0.8, 0.999};

    private static double inverse(double a, double b, double p) {
        return Special.betaincinv(Tensors.scalar(a), Tensors.scalar(b), Tensors.scalar(p))
                .item();
    }

    /** {@code p^(1/a)} for b = 1, {@code 1 - (1 - p)^(1/b)} for a = 1, {@code sin^2(pi p / 2)} for both 1/2. */
    @Test
    void closedForms() {
        for (double p : FRACTIONS) {
            for (double c : new double[] {0.3, 1, 2.5, 40, 3000}) {
                double power = Math.exp(Math.log(p) / c);
                assertThat(inverse(c, 1, p)).isCloseTo(power, within(2e-13 * power));
                double rest = -Math.expm1(Math.log1p(-p) / c);
                assertThat(inverse(1, c, p)).isCloseTo(rest, within(2e-13 * rest));
            }
            double sine = Math.pow(Math.sin(0.5 * Math.PI * p), 2);
            assertThat(inverse(0.5, 0.5, p)).isCloseTo(sine, within(1e-13 * sine));
        }
    }

    /** I at the result, within what an error of 2e-13 of x, and of 1 ulp of 1 next to 1, makes of it. */
    @Test
    void roundTrips() {
        double[] shapes = {0.03, 0.4, 0.999, 1.5, 4, 17, 120, 3000, 50_000};
        for (double a : shapes) {
            for (double b : shapes) {
                for (double p : FRACTIONS) {
                    double x = inverse(a, b, p);
                    if (x < 1e-300 || x > 0.999) {
                        continue;
                    }
                    double back = Special.betainc(Tensors.scalar(a), Tensors.scalar(b), Tensors.scalar(x))
                            .item();
                    double logBeta =
                            Special.betaln(Tensors.scalar(a), Tensors.scalar(b)).item();
                    double density = Math.exp(a * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
                    assertThat(back)
                            .as("a = %s, b = %s, p = %s, x = %s", a, b, p, x)
                            .isCloseTo(p, within(1e-12 * p + 2e-13 * density));
                }
            }
        }
    }

    @Test
    void bothSidesMirrorEachOther() {
        for (double p : new double[] {0.125, 0.25, 0.5, 0.75}) {
            assertThat(inverse(3, 7, p)).isCloseTo(1 - inverse(7, 3, 1 - p), within(1e-15));
            assertThat(inverse(0.2, 0.1, p)).isCloseTo(1 - inverse(0.1, 0.2, 1 - p), within(1e-15));
        }
        assertThat(inverse(6, 6, 0.5)).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void endsAndWhereThereIsNone() {
        double inf = Double.POSITIVE_INFINITY;
        Tensor a = Tensors.of(2, 2, 2, 2, 0, 1, inf, -1, 2);
        Tensor b = Tensors.of(3.0, 3, 3, 3, 1, 0, 1, 1, 3);
        Tensor p = Tensors.of(0, 1, -0.1, 1.1, 0.5, 0.5, 0.5, 0.5, Double.NaN);
        double nan = Double.NaN;
        assertThat(Special.betaincinv(a, b, p).toDoubleArray())
                .containsExactly(0, 1, nan, nan, nan, nan, nan, nan, nan);
    }

    @Test
    void dtypes() {
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            Tensor a = Tensors.of(0.5, 2, 9).to(dtype);
            Tensor b = Tensors.of(2.5, 1.25, 7).to(dtype);
            Tensor p = Tensors.of(0.25, 0.5, 0.75).to(dtype);
            Tensor x = Special.betaincinv(a, b, p);
            assertThat(x.dtype()).isEqualTo(dtype);
            Tensor wide = Special.betaincinv(a.to(DType.F64), b.to(DType.F64), p.to(DType.F64));
            assertThat(x.equalTo(wide.to(dtype))).isTrue();
        }
    }
}
