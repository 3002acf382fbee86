package org.gatun.tensor;

/** How values between elements are found, as the argument {@code mode} of {@code torch.nn.functional.interpolate} and {@code grid_sample}. */
public enum InterpolationMode {
    /** The element at the place rounded down, as many old programs do. */
    NEAREST,
    /** The element that is really nearest. */
    NEAREST_EXACT,
    /** On lines between two elements, along one axis. */
    LINEAR,
    /** Linear along each of two axes. */
    BILINEAR,
    /** Linear along each of three axes. */
    TRILINEAR,
    /** Cubic convolution along each of two axes, with A = -0.75. */
    BICUBIC,
    /** Means of the elements that an element of the result covers. */
    AREA
}
