package org.gatun.tensor.conformance;

/**
 * Distribution functions in plain Java, by textbook series and continued fractions: what samplers and densities are tested with. They
 * share nothing with the code under test. Relative errors are about 1e-13.
 */
public final class DistributionFunctions {
    private static final int MOST = 100_000;

    private DistributionFunctions() {}

    /** The logarithm of the gamma function of a positive number, by Stirling's series beyond 20. */
    public static double logGamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 20) {
            shift += StrictMath.log(z);
            z++;
        }
        double w = 1 / (z * z);
        double series = (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w / 1188)))) / z;
        return (z - 0.5) * StrictMath.log(z) - z + 0.5 * StrictMath.log(2 * Math.PI) + series - shift;
    }

    /** The probability that a gamma variate of concentration {@code a} and rate 1 is at most x. */
    public static double gamma(double a, double x) {
        return x < a + 1 ? lower(a, x) : 1 - upper(a, x);
    }

    /** The power series {@code x^a e^-x sum of x^n / Gamma(a + n + 1)}. */
    private static double lower(double a, double x) {
        if (x <= 0) {
            return 0;
        }
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < MOST && term > sum * 1e-17; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return sum * StrictMath.exp(a * StrictMath.log(x) - x - logGamma(a));
    }

    /** The probability that a gamma variate is above x, for an x of {@code a + 1} or more: Legendre's continued fraction. */
    public static double upper(double a, double x) {
        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        double h = d;
        for (int i = 1; i < MOST; i++) {
            double an = -i * (i - a);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            double step = d * c;
            h *= step;
            if (Math.abs(step - 1) < 1e-16) {
                break;
            }
        }
        return h * StrictMath.exp(a * StrictMath.log(x) - x - logGamma(a));
    }

    /** The probability that a standard normal number is at most x. */
    public static double normal(double x) {
        double half = 0.5 * gamma(0.5, 0.5 * x * x);
        return x < 0 ? 0.5 - half : 0.5 + half;
    }

    /** The probability that a beta variate is at most x, by the continued fraction of DiDonato and Morris. */
    public static double beta(double a, double b, double x) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - beta(b, a, 1 - x);
        }
        double front = StrictMath.exp(
                        logGamma(a + b) - logGamma(a) - logGamma(b) + a * StrictMath.log(x) + b * StrictMath.log1p(-x))
                / a;
        double c = 1;
        double d = 1 / (1 - (a + b) * x / (a + 1));
        double h = d;
        for (int m = 1; m < MOST; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / (1 + even * d);
            c = 1 + even / c;
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / (1 + odd * d);
            c = 1 + odd / c;
            double step = d * c;
            h *= step;
            if (Math.abs(step - 1) < 1e-16) {
                break;
            }
        }
        return front * h;
    }

    /** The probability that Student's t with {@code df} degrees of freedom is at most x. */
    public static double studentT(double df, double x) {
        double tail = 0.5 * beta(0.5 * df, 0.5, df / (df + x * x));
        return x < 0 ? tail : 1 - tail;
    }

    /** The probability of k for a Poisson count. */
    public static double poisson(double rate, double k) {
        return StrictMath.exp(k * StrictMath.log(rate) - rate - logGamma(k + 1));
    }

    /** The probability of k successes in n trials. */
    public static double binomial(double n, double p, double k) {
        return StrictMath.exp(logGamma(n + 1)
                - logGamma(k + 1)
                - logGamma(n - k + 1)
                + k * StrictMath.log(p)
                + (n - k) * StrictMath.log1p(-p));
    }
}
