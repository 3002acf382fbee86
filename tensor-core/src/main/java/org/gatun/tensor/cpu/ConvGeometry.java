package org.gatun.tensor.cpu;

import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.shape.Shape;

/**
 * The sizes of a two-dimensional convolution.
 *
 * @param spec strides, padding, dilation and groups
 * @param batch images
 * @param channels channels of an image in one group
 * @param height rows of an image
 * @param width columns of an image
 * @param outputs channels of the result in one group
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param outHeight rows of the result
 * @param outWidth columns of the result
 */
record ConvGeometry(
        ConvSpec spec,
        long batch,
        long channels,
        long height,
        long width,
        long outputs,
        int kernelHeight,
        int kernelWidth,
        long outHeight,
        long outWidth) {

    /** The geometry for an image (batch, channels, height, width) and a weight (out, channels / groups, height, width). */
    static ConvGeometry of(ConvSpec spec, Shape image, Shape weight) {
        return new ConvGeometry(
                spec,
                image.size(0),
                weight.size(1),
                image.size(2),
                image.size(3),
                weight.size(0) / spec.groups(),
                Math.toIntExact(weight.size(2)),
                Math.toIntExact(weight.size(3)),
                spec.outHeight(image.size(2), weight.size(2)),
                spec.outWidth(image.size(3), weight.size(3)));
    }

    int groups() {
        return spec.groups();
    }

    /** Taps of the window. */
    int taps() {
        return kernelHeight * kernelWidth;
    }

    /** Products that one element of the result sums up. */
    long depth() {
        return channels * taps();
    }

    /** Elements of one channel of an image. */
    long plane() {
        return height * width;
    }

    /** Elements of one channel of the result. */
    long outPlane() {
        return outHeight * outWidth;
    }

    /** Whether each window is one element and every element has one, so that images are matrices as they lie. */
    boolean isPointwise() {
        return taps() == 1 && spec.strideH() == 1 && spec.strideW() == 1 && spec.padH() == 0 && spec.padW() == 0;
    }
}
