package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

/** Derivatives of high order of the digamma function against {@code (-1)^(n + 1) n! sum of (x + k)^-(n + 1)}, summed with 40 digits. */
class PolygammaTest {
    private static final MathContext DIGITS = new MathContext(40);

    private static double reference(int n, double x) {
        BigDecimal factorial = BigDecimal.ONE;
        for (int k = 2; k <= n; k++) {
            factorial = factorial.multiply(BigDecimal.valueOf(k), DIGITS);
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 0; k < 100_000; k++) {
            BigDecimal term = BigDecimal.ONE.divide(new BigDecimal(x + k).pow(n + 1, DIGITS), DIGITS);
            sum = sum.add(term, DIGITS);
            if (term.abs().compareTo(sum.abs().movePointLeft(20)) < 0) {
                break;
            }
        }
        BigDecimal result = sum.multiply(factorial, DIGITS);
        return (n % 2 == 0 ? result.negate() : result).doubleValue();
    }

    private static void check(int n, double x, double error) {
        double want = reference(n, x);
        assertThat(want).isFinite().isNotZero();
        assertThat(Special.polygamma(n, Tensors.scalar(x)).item())
                .as("order %s, x %s", n, x)
                .isCloseTo(want, within(error * Math.abs(want)));
    }

    @Test
    void highOrders() {
        double[][] rows = {
            {19, 3.5},
            {20, 400},
            {30, 2e3},
            {60, 1e3},
            {100, 150},
            {120, 3e3},
            {150, 90},
            {170, 1},
            {170, 33},
            {170, 100},
            {170, 2000},
            {171, 1.5},
            {171, 50},
            {180, 0.125},
            {200, 3},
            {200, 100},
            {200, 700},
            {250, 6},
            {300, 100},
            {300, 40}
        };
        for (double[] row : rows) {
            if (Double.isFinite(reference((int) row[0], row[1]))) {
                check((int) row[0], row[1], 1e-12);
            }
        }
        check(1000, 400, 1e-11);
        check(1000, 370, 1e-11);
        check(5000, 1840, 1e-10);
    }

    /** For x far beyond n it is {@code (n - 1)! / x^n (1 + n / (2 x) + n (n + 1) / (12 x^2) - ...)}. */
    @Test
    void largeArguments() {
        for (double[] row : new double[][] {{25, 4e12}, {50, 1e7}, {100, 1e5}, {140, 2e5}, {30, 3e10}, {19, 1e15}}) {
            int n = (int) row[0];
            BigDecimal x = new BigDecimal(row[1]);
            BigDecimal value = BigDecimal.ONE;
            for (int k = 1; k < n; k++) {
                value = value.multiply(BigDecimal.valueOf(k), DIGITS).divide(x, DIGITS);
            }
            double q = row[1];
            double want = value.divide(x, DIGITS).doubleValue() * (1 + n / (2 * q) + n / q * ((n + 1) / (12 * q)));
            if (want > 1e-300) {
                assertThat(-Special.polygamma(n, Tensors.scalar(q)).item() * (n % 2 == 0 ? 1 : -1))
                        .as("order %s, x %s", n, q)
                        .isCloseTo(want, within(3e-13 * want));
            }
        }
    }

    @Test
    void negativeArguments() {
        check(9, -1.5, 1e-12);
        check(64, -2.25, 1e-12);
        double inf = Double.POSITIVE_INFINITY;
        // beyond the range, with the sign of the term of the nearest pole
        assertThat(Special.polygamma(171, Tensors.of(-0.25, -0.875)).toDoubleArray())
                .containsExactly(inf, inf);
        assertThat(Special.polygamma(172, Tensors.of(-0.25, -0.875)).toDoubleArray())
                .containsExactly(inf, -inf);
    }

    @Test
    void itsEnds() {
        double inf = Double.POSITIVE_INFINITY;
        for (int n : new int[] {1, 2, 25, 200, 2000, Integer.MAX_VALUE}) {
            assertThat(Special.polygamma(n, Tensors.scalar(inf)).item()).isZero();
            assertThat(Special.polygamma(n, Tensors.scalar(1e300)).item() * (n == 1 ? 0 : 1))
                    .isZero();
            assertThat(Special.polygamma(n, Tensors.scalar(0.0)).item()).isEqualTo(n % 2 == 0 ? -inf : inf);
            assertThat(Special.polygamma(n, Tensors.scalar(Double.NaN)).item()).isNaN();
        }
        assertThat(Special.polygamma(400, Tensors.scalar(2.0)).item()).isEqualTo(-inf);
    }
}
