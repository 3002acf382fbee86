package org.gatun.tensor;

/** The functions of {@link Functional} that resample and rearrange images. */
abstract sealed class ImageFunctions extends PoolingFunctions permits Functional {
    ImageFunctions() {}
}
