package org.gatun.tensor;

/** How the transforms of {@link Fft} are scaled, as the argument {@code norm} of {@code torch.fft}. */
public enum FftNorm {
    /** The forward transform as it is, the inverse one divided by the length: the default. */
    BACKWARD,
    /** Both divided by the square root of the length, which makes them unitary. */
    ORTHO,
    /** The forward transform divided by the length, the inverse one as it is. */
    FORWARD;

    /** What the result of a transform of n numbers is multiplied by. */
    double factor(double n, boolean inverse) {
        return switch (this) {
            case BACKWARD -> inverse ? 1 / n : 1;
            case ORTHO -> 1 / Math.sqrt(n);
            case FORWARD -> inverse ? 1 : 1 / n;
        };
    }
}
