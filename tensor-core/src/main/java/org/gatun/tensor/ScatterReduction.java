package org.gatun.tensor;

/** How the elements that come together at one place are made one, as the argument {@code reduce} of {@code torch.scatter_reduce}. */
public enum ScatterReduction {
    /** Their sum. */
    SUM,
    /** Their product; its derivatives are right with any number of zeros. */
    PROD,
    /** Their mean, in integer dtypes rounded towards minus infinity. */
    MEAN,
    /** The largest, NaN if there is one; ties share the gradient evenly. */
    AMAX,
    /** The smallest, NaN if there is one; ties share the gradient evenly. */
    AMIN
}
