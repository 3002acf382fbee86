package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The regularised incomplete beta function against its hypergeometric series, binomial sums and identities. */
class IncompleteBetaTest {
    /** a, b, x and {@code x^a (1-x)^b / (a B(a, b)) sum of (a+b)_n / (a+1)_n x^n}, whose terms are positive, summed with 60 digits. */
    private static final double[][] SERIES = {
        {0.5, 0.5, 0.25, 0.33333333333333333},
        {0.5, 0.5, 0.999, 0.9798649583666225},
        {1, 3, 0.125, 0.330078125},
        {2, 3, 0.5, 0.6875},
        {2.5, 1.5, 0.75, 0.66666666666666667},
        {0.25, 4, 0.03125, 0.62872369428996526},
        {0.0625, 0.125, 0.5, 0.66838288767992802},
        {0.0078125, 2, 1e-10, 0.84188881685528156},
        {3, 0.0078125, 0.9, 0.0077902829320127949},
        {1e-05, 1e-05, 0.3, 0.49999576357191767},
        {10, 10, 0.5, 0.5},
        {10, 10, 0.4, 0.18609202141541177},
        {10, 10, 0.1, 3.929882327128002e-6},
        {12.5, 3.25, 0.6, 0.0416873330562403},
        {12.5, 3.25, 0.875, 0.77780147809807698},
        {40, 0.5, 0.99, 0.37138602325398446},
        {0.5, 40, 0.001, 0.22208013236431179},
        {0.5, 40, 0.1, 0.99619956740622888},
        {100, 200, 0.3, 0.10884306564490976},
        {100, 200, 0.35, 0.73257146495754407},
        {100, 200, 0.05, 9.000745937285416e-54},
        {150, 2.5, 0.95, 0.008551658846715759},
        {1000, 1000, 0.5, 0.5},
        {1000, 1000, 0.47, 0.0036225247314441245},
        {1000, 1, 0.999, 0.36769542477096372},
        {5000, 300, 0.9375, 0.034548182089923198},
        {20000, 30000, 0.4, 0.50024278927297792},
        {20000, 30000, 0.405, 0.98868640790774322},
        {100000, 5, 0.9999, 0.029239448442191145},
        {1000000.0, 1000000.0, 0.499, 0.0023388494069315048},
    };

    private static double betainc(double a, double b, double x) {
        return Special.betainc(Tensors.scalar(a), Tensors.scalar(b), Tensors.scalar(x))
                .item();
    }

    @Test
    void followsItsSeries() {
        double far = 9.000745937285416e-54;
        assertThat(betainc(100, 200, 0.05)).isCloseTo(far, within(1e-13 * far));
        for (double[] row : SERIES) {
            double error = 1e-14 + 1e-15 * Math.sqrt(row[0] + row[1]);
            assertThat(betainc(row[0], row[1], row[2]))
                    .as(Arrays.toString(row))
                    .isCloseTo(row[3], within(3e-15 + error * row[3]));
        }
    }

    /** {@code I_x(k, n - k + 1)} is the probability of k or more successes of n. */
    @Test
    void sumsBinomialProbabilities() {
        MathContext digits = new MathContext(60);
        int n = 40;
        for (double x : new double[] {0.03125, 0.3, 0.5, 0.9375}) {
            BigDecimal p = new BigDecimal(x);
            BigDecimal q = BigDecimal.ONE.subtract(p);
            BigDecimal choose = BigDecimal.ONE;
            BigDecimal[] terms = new BigDecimal[n + 1];
            for (int k = 0; k <= n; k++) {
                terms[k] = choose.multiply(p.pow(k)).multiply(q.pow(n - k), digits);
                choose = choose.multiply(BigDecimal.valueOf(n - k)).divide(BigDecimal.valueOf(k + 1), digits);
            }
            BigDecimal sum = BigDecimal.ZERO;
            for (int k = n; k >= 1; k--) {
                sum = sum.add(terms[k], digits);
                double want = sum.doubleValue();
                assertThat(betainc(k, n - k + 1, x)).isCloseTo(want, within(3e-14 * want));
            }
        }
    }

    @Test
    void hasItsClosedForms() {
        for (double x : new double[] {1e-300, 1e-9, 0.01, 0.3, 0.5, 0.8, 0.99, 1 - 0x1p-53}) {
            for (double b : new double[] {1e-4, 0.3, 1, 2.5, 40, 1e5}) {
                double first = -Math.expm1(b * Math.log1p(-x));
                // above the middle it is what a function of 1 - x leaves of 1
                double rounding = x > 0.5 ? 1e-15 : 0;
                assertThat(betainc(1, b, x)).isCloseTo(first, within(rounding + 2e-13 * first));
                double second = Math.pow(x, b);
                assertThat(betainc(b, 1, x)).isCloseTo(second, within(1e-15 + 5e-13 * second));
            }
            double arcsine =
                    x < 0.5 ? 2 / Math.PI * Math.asin(Math.sqrt(x)) : 1 - 2 / Math.PI * Math.asin(Math.sqrt(1 - x));
            assertThat(betainc(0.5, 0.5, x)).isCloseTo(arcsine, within(2e-13 * arcsine));
        }
        for (double a : new double[] {1e-6, 0.2, 3, 1e4, 1e8}) {
            assertThat(betainc(a, a, 0.5)).isCloseTo(0.5, within(1e-14));
        }
    }

    /** {@code I_x(a, b) + I_(1-x)(b, a) = 1} and {@code I_x(a, b) - I_x(a + 1, b) = x^a (1-x)^b / (a B(a, b))}. */
    @Test
    void satisfiesItsIdentities() {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            double a = Math.pow(10, random.nextDouble(-2, 2));
            double b = Math.pow(10, random.nextDouble(-2, 2));
            double x = random.nextDouble();
            double here = betainc(a, b, x);
            assertThat(here + betainc(b, a, 1 - x)).isCloseTo(1, within(1e-13));
            Tensor log = Special.betaln(Tensors.scalar(a), Tensors.scalar(b));
            double step = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - log.item()) / a;
            assertThat(here - betainc(a + 1, b, x)).as(a + " " + b + " " + x).isCloseTo(step, within(1e-13));
        }
    }

    /** 0 and 1 at the ends; NaN for parameters that are not positive or not finite, and beyond the ends. */
    @Test
    void hasItsEdges() {
        double nan = Double.NaN;
        double inf = Double.POSITIVE_INFINITY;
        double[] a = {2, 2, 0.1, 2, 2, 0, -1, 2, 2, nan, 2, 2, inf, 2};
        double[] b = {3, 3, 0.1, 3, 3, 3, 3, 0, -2, 3, nan, 3, 3, inf};
        double[] x = {0, 1, 0, -0.01, 1.01, 0.5, 0, 0.5, 1, 0.5, 0.5, nan, 0.5, 0.5};
        Tensor y = Special.betainc(Tensors.of(a), Tensors.of(b), Tensors.of(x));
        double[] want = new double[a.length];
        Arrays.fill(want, nan);
        want[0] = 0;
        want[1] = 1;
        want[2] = 0;
        assertThat(y.toDoubleArray()).containsExactly(want);
    }

    /** Operands broadcast and promote; narrow ones are computed in F64 and rounded once; integers are F32. */
    @Test
    void takesEveryDtype() {
        Tensor a = Tensors.of(0.5, 2, 30).reshape(3, 1);
        Tensor x = Tensors.of(0.125, 0.5, 0.75, 0.875);
        Tensor want = Special.betainc(a, Tensors.scalar(2.0), x);
        assertThat(want.dtype()).isEqualTo(DType.F64);
        for (DType dtype : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            Tensor got = Special.betainc(a.to(dtype), Tensors.scalar(2.0).to(dtype), x.to(dtype));
            assertThat(got.equalTo(want.to(dtype))).isTrue();
        }
        Tensor whole = Special.betainc(Tensors.of(2L, 3), Tensors.of(1L, 1), Tensors.of(1L, 0));
        assertThat(whole.dtype()).isEqualTo(DType.F32);
        assertThat(whole.toDoubleArray()).containsExactly(1, 0);
        assertThat(Special.betainc(Tensors.zeros(0, 3), Tensors.scalar(1f), Tensors.zeros(1, 3))
                        .shape()
                        .toString())
                .isEqualTo("[0, 3]");
    }
}
