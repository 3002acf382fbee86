package org.gatun.nn.init;

/**
 * By how much an initial weight is scaled so that the variance of activations neither grows nor shrinks through the nonlinearity
 * behind it, as {@code torch.nn.init.calculate_gain}.
 */
public final class Gain {
    /** No nonlinearity: 1. */
    public static final double LINEAR = 1;

    /** The logistic function: 1. */
    public static final double SIGMOID = 1;

    /** The hyperbolic tangent: 5/3. */
    public static final double TANH = 5.0 / 3;

    /** {@code max(x, 0)}: the square root of 2 (He et al. 2015). */
    public static final double RELU = Math.sqrt(2);

    /** The self-normalising SELU: 3/4. */
    public static final double SELU = 0.75;

    private Gain() {}

    static void check(String initializer, double gain) {
        if (!(gain >= 0) || Double.isInfinite(gain)) {
            throw new IllegalArgumentException(
                    initializer + ": the gain " + gain + " must be a finite number, 0 or more");
        }
    }

    /** A leaky ReLU of the given slope below 0: {@code sqrt(2 / (1 + slope^2))}. */
    public static double leakyRelu(double slope) {
        if (!Double.isFinite(slope)) {
            throw new IllegalArgumentException("gain: the slope " + slope + " must be a finite number");
        }
        return Math.sqrt(2 / (1 + slope * slope));
    }
}
