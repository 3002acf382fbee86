package org.gatun.tensor;

/** What lies outside of an image, as the argument {@code padding_mode} of {@code torch.nn.functional.grid_sample}. */
public enum GridPadding {
    /** Zeros. */
    ZEROS,
    /** The elements at the border, repeated. */
    BORDER,
    /** The image, reflected at its borders again and again. */
    REFLECTION
}
