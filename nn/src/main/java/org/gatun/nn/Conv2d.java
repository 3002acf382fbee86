package org.gatun.nn;

import org.gatun.autograd.Parameter;
import org.gatun.nn.init.Initializer;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation over images (n, c, h, w), as {@code torch.nn.Conv2d}: weight (out, in / groups, kh, kw), bias (out). Both
 * start uniform in {@code +-1/sqrt(in / groups * kh * kw)}, PyTorch's default.
 */
public final class Conv2d implements Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final ConvSpec spec;

    /** A layer with square windows, stride 1, no padding, and a bias. */
    public Conv2d(int in, int out, int kernel, Generator generator) {
        this(in, out, kernel, kernel, ConvSpec.DEFAULT, true, DType.F32, generator);
    }

    /** A layer with square windows and a bias. */
    public Conv2d(int in, int out, int kernel, ConvSpec spec, Generator generator) {
        this(in, out, kernel, kernel, spec, true, DType.F32, generator);
    }

    /**
     * A layer.
     *
     * @param in the channels of inputs, a multiple of the groups
     * @param out the channels of outputs, a multiple of the groups
     * @param kernelH rows of the window
     * @param kernelW columns of the window
     * @param spec stride, padding, dilation and groups
     * @param bias whether there is a bias
     * @param dtype a floating dtype
     * @throws IllegalArgumentException when a number is out of range, or the dtype not floating
     */
    public Conv2d(
            int in, int out, int kernelH, int kernelW, ConvSpec spec, boolean bias, DType dtype, Generator generator) {
        if (in < 1 || out < 1 || kernelH < 1 || kernelW < 1 || in % spec.groups() != 0 || out % spec.groups() != 0) {
            throw new IllegalArgumentException(
                    "conv2d: channels in " + in + " and out " + out + ", window (" + kernelH + ", "
                            + kernelW + "), groups " + spec.groups()
                            + ": all must be 1 or more, and both channel numbers multiples of the groups");
        }
        Linear.requireFloating("conv2d", dtype);
        double bound = 1 / Math.sqrt((double) in / spec.groups() * kernelH * kernelW);
        Initializer initial = Initializer.uniform(-bound, bound);
        this.weight = initial.parameter(dtype, Shape.of(out, in / spec.groups(), kernelH, kernelW), generator);
        this.bias = bias ? initial.parameter(dtype, Shape.of(out), generator) : null;
        this.spec = spec;
    }

    /** The weight (out, in / groups, kh, kw). */
    public Parameter weight() {
        return weight;
    }

    /** The bias (out), or null. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** The convolution of images (n, in, h, w); the result is (n, out, oh, ow). */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.conv2d(x, weight, bias, spec);
    }
}
