package org.gatun.tensor.cpu;

import org.gatun.tensor.cpu.math.ScalarMath;

/** What the random variates of the kernels have in common with those that are written in tensor operations. */
public final class Variates {
    /** The mean from which on counts are drawn by rejection; below it, by inversion. */
    public static final double LARGE = 10;

    /** The largest count that inversion looks at: more has a probability below 1e-25 while the mean is below {@link #LARGE}. */
    public static final int STEPS = 64;

    /** Rounds of the gamma variate's rejection, each of which rejects with a probability of at most 0.05. */
    public static final int GAMMA_ROUNDS = 16;

    /** Rounds of the rejection of counts, each of which rejects with a probability below 0.4. */
    public static final int ROUNDS = 40;

    private static final double[] TAIL = new double[10];

    static {
        double factorial = 1;
        for (int k = 0; k < TAIL.length; k++) {
            factorial *= Math.max(1, k);
            TAIL[k] = Math.log(factorial) - (k + 0.5) * Math.log(k + 1) + (k + 1) - ScalarMath.HALF_LOG_2_PI;
        }
    }

    private Variates() {}

    /**
     * The logarithm of the Poisson probability of {@code k}, without the cancellation between {@code k log(rate)}, the rate and {@code
     * log(k!)}: with {@code m = k + 1} and {@code log(k!) = (k + 1/2) log(m) - m + log(2 pi) / 2 + tail(k)} it is {@code m - rate - k
     * log(m / rate) - log(2 pi m) / 2 - tail(k)}.
     */
    static double logPoisson(double k, double rate) {
        double m = k + 1;
        double excess = m - rate;
        return excess - k * Math.log1p(excess / rate) - 0.5 * Math.log(m) - ScalarMath.HALF_LOG_2_PI - tail(k);
    }

    /** What Stirling's formula for {@code log(k!)} lacks, for a {@code k} of 0 or more. */
    private static double tail(double k) {
        if (k < TAIL.length) {
            return TAIL[(int) k];
        }
        double z = 1 / (k + 1);
        double w = z * z;
        return z * (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w / 1680)));
    }

    /** {@link #tail} of 0, 1, ... 9. */
    public static double[] tails() {
        return TAIL.clone();
    }
}
