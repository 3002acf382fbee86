package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.GoodnessOfFit.continuous;

import org.gatun.tensor.conformance.DistributionFunctions;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Normal variables between bounds, against upper tails by the continued fraction of the incomplete gamma function. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class TruncatedNormalTest {
    private static final long N = 20_000;

    /** The probability above z of a standard normal number, times {@code e^(shift^2 / 2)}, for z and shift of 2 or more. */
    private static double scaledTail(double z, double shift) {
        double x = 0.5 * z * z;
        double b = x + 0.5;
        double c = 1e300;
        double d = 1 / b;
        double h = d;
        double factor = 0;
        for (int i = 1; i < 10_000 && Math.abs(factor - 1) > 2e-16; i++) {
            double an = -i * (i - 0.5);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            factor = d * c;
            h *= factor;
        }
        // Q(1/2, x) = e^-x sqrt(x / pi) h, of which half are above z
        return z == Double.POSITIVE_INFINITY
                ? 0
                : 0.5 * h * Math.sqrt(x / Math.PI) * Math.exp(-0.5 * (z - shift) * (z + shift));
    }

    private static double normal(double z) {
        return Double.isInfinite(z) ? (z > 0 ? 1 : 0) : DistributionFunctions.normal(z);
    }

    /** The probability of being below z given that it is between the bounds. */
    private static double fraction(double low, double high, double z) {
        if (low + high < 0) {
            return 1 - fraction(-high, -low, -z);
        }
        if (low >= 2) {
            double whole = scaledTail(low, low);
            return (whole - scaledTail(z, low)) / (whole - scaledTail(high, low));
        }
        double below = normal(low);
        return (normal(z) - below) / (normal(high) - below);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 2",
        "-Infinity, Infinity",
        "0, Infinity",
        "-Infinity, -0.5",
        "0.9, 1.1",
        "1.01, 1.2",
        "1, 30",
        "5, Infinity",
        "-40, -37",
        "50, 50.01",
        "-Infinity, -300",
        "1000, Infinity"
    })
    void samplesAreThoseBetweenTheBounds(double low, double high) {
        Generator generator = new Generator(20_261);
        Tensor zero = Tensors.zeros(DType.F64, N);
        Tensor x = Sampling.truncatedNormal(generator, zero, zero.add(1), Tensors.scalar(low), Tensors.scalar(high));
        continuous(x, z -> fraction(low, high, z));
        Tensor y = Sampling.truncatedNormal(
                generator, zero.add(3), zero.add(0.5), Tensors.scalar(low * 0.5 + 3), Tensors.scalar(high * 0.5 + 3));
        continuous(y.sub(3).mul(2), z -> fraction(low, high, z));
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 2",
        "-3, -2.5",
        "2, Infinity",
        "30, 31",
        "-Infinity, 1.5",
        "1e4, Infinity",
        "-200, -100",
        "0.3, 0.4"
    })
    void quantilesHaveTheirFraction(double low, double high) {
        double[] p = {1e-12, 0.001, 0.2, 0.5, 0.77, 0.999};
        double[] z = Special.truncatedNdtri(Tensors.scalar(low), Tensors.scalar(high), Tensors.of(p))
                .toDoubleArray();
        for (int i = 0; i < p.length; i++) {
            assertThat(z[i]).isBetween(low, high);
            // the distribution function of the reference has a relative error of 1e-13 in its tails
            double rounding = Math.abs(z[i]) * Math.max(1, Math.abs(z[i])) * 4e-16;
            assertThat(fraction(low, high, z[i])).isCloseTo(p[i], within(2e-12 + rounding));
        }
    }

    @Test
    void theEndsOfTheQuantileAreTheBounds() {
        double inf = Double.POSITIVE_INFINITY;
        double[] low = {-1, 0, -inf, 9, -inf, 200};
        double[] high = {2, inf, inf, 10, -20, inf};
        Tensor a = Tensors.of(low);
        Tensor b = Tensors.of(high);
        assertThat(Special.truncatedNdtri(a, b, a.fullLike(0)).toDoubleArray()).containsExactly(low);
        assertThat(Special.truncatedNdtri(a, b, a.fullLike(1)).toDoubleArray()).containsExactly(high);
        Tensor bad = Special.truncatedNdtri(Tensors.of(1, 0, 0), Tensors.of(0, 1.0, 1), Tensors.of(0.5, -0.1, 1.1));
        assertThat(bad.isNan().all().item()).isEqualTo(1);
    }

    @Test
    void withoutBoundsItIsTheNormalDistribution() {
        Tensor p = Tensors.of(1e-300, 1e-20, 0.1, 0.5, 0.9, 1 - 1e-15);
        Tensor inf = Tensors.scalar(Double.POSITIVE_INFINITY);
        assertThat(Special.truncatedNdtri(inf.neg(), inf, p).toDoubleArray())
                .containsExactly(Special.ndtri(p).toDoubleArray(), within(1e-13));
        assertThat(Special.logNormalMass(inf.neg(), inf).item()).isEqualTo(0);
    }

    /** {@code log Q(z) + log(1 - Q(z + h) / Q(z))}, and across 0 the logarithm of a sum of two error functions. */
    @Test
    void massesInTailsAndAcrossZero() {
        for (double z : new double[] {2, 8, 37, 100, 1e4}) {
            for (double h : new double[] {1e-3, 0.5, 3, Double.POSITIVE_INFINITY}) {
                double want = Math.log(scaledTail(z, z) - scaledTail(z + h, z)) - 0.5 * z * z;
                double upper = Special.logNormalMass(Tensors.scalar(z), Tensors.scalar(z + h))
                        .item();
                double lower = Special.logNormalMass(Tensors.scalar(-z - h), Tensors.scalar(-z))
                        .item();
                // the difference of the reference loses digits where the interval is narrow
                double rounding = 1e-13 / -Math.expm1(-z * Math.min(h, 1));
                assertThat(upper).isCloseTo(want, within(2e-12 * Math.max(1, Math.abs(want)) + rounding));
                assertThat(lower).isEqualTo(upper);
            }
        }
        // erf(x) = 2 / sqrt(pi) (x - x^3 / 3 + ...)
        double tiny = Special.logNormalMass(Tensors.scalar(-1e-9), Tensors.scalar(2e-9))
                .item();
        assertThat(tiny).isCloseTo(Math.log(3e-9 / Math.sqrt(2 * Math.PI)), within(1e-14));
        assertThat(Special.logNormalMass(Tensors.scalar(1.5), Tensors.scalar(1.5))
                        .item())
                .isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Special.logNormalMass(Tensors.scalar(2.0), Tensors.scalar(1.0))
                        .item())
                .isNaN();
    }

    @Test
    void everyFloatingDtypeStaysBetweenItsBounds() {
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            Tensor mean = Tensors.zeros(dtype, 3000);
            Tensor x = Sampling.truncatedNormal(new Generator(3), mean, mean.add(2), mean.add(0.1), mean.add(0.3));
            assertThat(x.dtype()).isEqualTo(dtype);
            assertThat(x.ge(mean.add(0.1)).and(x.le(mean.add(0.3))).all().item())
                    .isEqualTo(1);
        }
    }
}
