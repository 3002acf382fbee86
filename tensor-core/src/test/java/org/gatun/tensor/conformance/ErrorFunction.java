package org.gatun.tensor.conformance;

/**
 * The error function and its complement to a few units in the last place: near zero by the series of positive terms {@code
 * erf(x) = 2/sqrt(pi) e^(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...)}, beyond by Laplace's continued fraction {@code erfc(x) =
 * e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...))))}.
 */
final class ErrorFunction {
    private static final double ROOT_PI = 1.7724538509055160273;

    private ErrorFunction() {}

    static double erf(double x) {
        double a = Math.abs(x);
        return a < 1 ? Math.copySign(series(a), x) : Math.copySign(1 - tail(a), x);
    }

    static double erfc(double x) {
        return x < 0.5 ? x <= -1 ? 2 - tail(-x) : 1 - erf(x) : tail(x);
    }

    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > 1e-18 * sum; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / ROOT_PI * exponential(x) * sum;
    }

    private static double tail(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (x > 28) {
            return 0;
        }
        double fraction = x;
        for (int n = 60 + (int) (400 / (x * x)); n > 0; n--) {
            fraction = x + 0.5 * n / fraction;
        }
        return exponential(x) / ROOT_PI / fraction;
    }

    /** {@code e^(-x^2)} with the square exact in two parts: its rounding alone would cost x^2 units in the last place. */
    private static double exponential(double x) {
        double square = x * x;
        return StrictMath.exp(-square) * (1 - Math.fma(x, x, -square));
    }
}
