package org.gatun.tensor;

/** What a quantile is when its place lies between two sorted elements, as the argument {@code interpolation} of {@code torch.quantile}. */
public enum QuantileInterpolation {
    /** On the line between the two. */
    LINEAR,
    /** The smaller of the two. */
    LOWER,
    /** The larger of the two. */
    HIGHER,
    /** The mean of the two. */
    MIDPOINT,
    /** The one whose place is nearer, in the middle the one of the even place. */
    NEAREST
}
