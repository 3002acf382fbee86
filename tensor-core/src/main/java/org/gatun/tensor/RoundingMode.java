package org.gatun.tensor;

/** How a quotient becomes an integer, for {@link Tensor#div(Tensor, RoundingMode)}. */
public enum RoundingMode {
    /** Towards 0, as Java's division of integers. */
    TRUNC,
    /** Towards minus infinity. */
    FLOOR
}
