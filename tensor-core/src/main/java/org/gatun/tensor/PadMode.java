package org.gatun.tensor;

/** What is added at the ends of an axis from its own elements, as the argument {@code mode} of {@code torch.nn.functional.pad}. */
public enum PadMode {
    /** The axis mirrored at its last elements, which are not repeated: {@code c b | a b c d | c b}. */
    REFLECT,
    /** The axis mirrored behind its last elements, as {@code jax.numpy.pad} has it: {@code b a | a b c d | d c}. */
    SYMMETRIC,
    /** The last elements, repeated: {@code a a | a b c d | d d}. */
    REPLICATE,
    /** The axis from its other end: {@code c d | a b c d | a b}. */
    CIRCULAR
}
