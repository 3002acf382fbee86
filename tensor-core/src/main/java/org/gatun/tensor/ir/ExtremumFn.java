package org.gatun.tensor.ir;

/** The two extrema of a reduction. */
public enum ExtremumFn {
    /** The largest element. */
    MAX,
    /** The smallest element. */
    MIN
}
