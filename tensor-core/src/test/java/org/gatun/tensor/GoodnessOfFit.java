package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Tests of samples against their distribution. The bounds are passed by a right sampler at 999 of 1000 seeds; the seeds are fixed. */
public final class GoodnessOfFit {
    private GoodnessOfFit() {}

    /** Kolmogorov and Smirnov: the largest distance between the distribution function and that of the sample. */
    public static void continuous(Tensor sample, DoubleUnaryOperator cdf) {
        double[] x = sample.toDoubleArray();
        Arrays.sort(x);
        double n = x.length;
        double distance = 0;
        for (int i = 0; i < x.length; i++) {
            double p = cdf.applyAsDouble(x[i]);
            distance = Math.max(distance, Math.max(p - i / n, (i + 1) / n - p));
        }
        assertThat(Math.sqrt(n) * distance).as("Kolmogorov-Smirnov distance").isLessThan(1.95);
    }

    /** Pearson's chi-square of counts, with all of small expectation in one class. */
    public static void counts(Tensor sample, DoubleUnaryOperator probability) {
        double[] x = sample.toDoubleArray();
        int top = (int) Arrays.stream(x).max().orElseThrow();
        double[] seen = new double[top + 1];
        for (double k : x) {
            assertThat(k).isGreaterThanOrEqualTo(0).isEqualTo(Math.rint(k));
            seen[(int) k]++;
        }
        double statistic = 0;
        int classes = 0;
        double rest = x.length;
        double restExpected = x.length;
        for (int k = 0; k <= top; k++) {
            double expected = x.length * probability.applyAsDouble(k);
            if (expected >= 5) {
                statistic += (seen[k] - expected) * (seen[k] - expected) / expected;
                classes++;
                rest -= seen[k];
                restExpected -= expected;
            }
        }
        if (restExpected >= 1e-6 * x.length) {
            statistic += (rest - restExpected) * (rest - restExpected) / Math.max(restExpected, 1);
            classes++;
        } else {
            assertThat(rest).as("samples of probability below 1e-6").isZero();
        }
        // The quantile of chi-square at 0.999 by Wilson and Hilferty.
        double df = classes - 1;
        double spread = 2 / (9 * df);
        assertThat(statistic)
                .as("chi-square of %d classes", classes)
                .isLessThan(df * Math.pow(1 - spread + 3.09 * Math.sqrt(spread), 3) + 1e-9);
    }
}
