package org.gatun.tensor.conformance;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;

/**
 * Where gamma variates, and what is made of them, go as the concentration moves and the probability of being below the variate stays. The
 * sampler only says where the path starts; the path is found by bisection of a distribution function that shares nothing with it.
 */
public final class GammaPath {
    private GammaPath() {}

    /**
     * The logarithm y of a variate of concentration {@code a}, with P(a, e^y) = P(a0, e^y0).
     *
     * @param a the concentration
     * @param a0 that of the start
     * @param y0 the logarithm of the variate there
     */
    public static double logGamma(double a, double a0, double y0) {
        if (y0 < -40) {
            // P(a, x) is x^a / Gamma(a + 1) but for a factor 1 + O(x).
            return (a0 * y0 - DistributionFunctions.logGamma(a0 + 1) + DistributionFunctions.logGamma(a + 1)) / a;
        }
        double x0 = Math.exp(y0);
        boolean right = x0 > a0 + 1;
        double level = right ? upper(a0, x0) : DistributionFunctions.gamma(a0, x0);
        double low = y0 - 3;
        double high = y0 + 3;
        for (int i = 0; i < 100; i++) {
            double y = 0.5 * (low + high);
            double x = Math.exp(y);
            boolean below = right ? upper(a, x) > level : DistributionFunctions.gamma(a, x) < level;
            low = below ? y : low;
            high = below ? high : y;
        }
        return 0.5 * (low + high);
    }

    private static double upper(double a, double x) {
        return x < a + 1 ? 1 - DistributionFunctions.gamma(a, x) : DistributionFunctions.upper(a, x);
    }

    private static double[] logGammas(Generator generator, double[] start, double[] concentration) {
        double[] y = Sampling.logGamma(generator, Tensors.of(start)).toDoubleArray();
        Arrays.setAll(y, i -> logGamma(concentration[i], start[i], y[i]));
        return y;
    }

    private static double[] map(double[] x, DoubleUnaryOperator f) {
        return Arrays.stream(x).map(f).toArray();
    }

    /**
     * The path of a function of a parameter and of the logarithm of a variate.
     *
     * @param concentration from the parameter to the concentration
     * @param result from the parameter and the logarithm
     */
    static CompositeSample.Path of(DoubleUnaryOperator concentration, DoubleBinaryOperator result) {
        return (start, p) -> {
            double[] y = logGammas(SamplingSamples.g(), map(start, concentration), map(p, concentration));
            Arrays.setAll(y, i -> result.applyAsDouble(p[i], y[i]));
            return y;
        };
    }

    /** Of beta(p, p + 1), a sigmoid of the difference of two logarithms. */
    static double[] beta(double[] start, double[] p) {
        Generator generator = SamplingSamples.g();
        double[] x = logGammas(generator, start, p);
        double[] y = logGammas(generator, map(start, a -> a + 1), map(p, a -> a + 1));
        Arrays.setAll(x, i -> 1 / (1 + Math.exp(y[i] - x[i])));
        return x;
    }

    /** Of Dirichlet's distribution on rows of three. */
    static double[] dirichlet(double[] start, double[] p) {
        double[] y = logGammas(SamplingSamples.g(), start, p);
        double[] x = map(y, Math::exp);
        Arrays.setAll(y, i -> {
            int row = i - i % 3;
            return x[i] / (x[row] + x[row + 1] + x[row + 2]);
        });
        return y;
    }

    /** Of Student's t with 3 p degrees of freedom: a normal number times {@code sqrt(df / (2 gamma(df / 2)))}. */
    static double[] studentT(double[] start, double[] p) {
        Generator generator = SamplingSamples.g();
        double[] y = logGammas(generator, map(start, a -> 1.5 * a), map(p, a -> 1.5 * a));
        Tensor z = Sampling.normal(generator, Tensors.zeros(DType.F64, p.length), Tensors.ones(DType.F64, p.length));
        double[] t = z.toDoubleArray();
        Arrays.setAll(t, i -> t[i] * Math.sqrt(1.5 * p[i] / Math.exp(y[i])));
        return t;
    }
}
