package org.gatun.nn;

import org.gatun.autograd.Parameter;
import org.gatun.nn.init.Initializer;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Functional;
import org.gatun.tensor.FusedActivation;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x W^T + b} over the last axis, as {@code torch.nn.Linear}: weight (out, in), bias (out). Both start uniform in {@code
 * +-1/sqrt(in)}, PyTorch's default.
 */
public final class Linear implements Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with a bias. */
    public Linear(long in, long out, Generator generator) {
        this(in, out, true, DType.F32, generator);
    }

    /**
     * A layer.
     *
     * @param in the size of the last axis of inputs, at least 1
     * @param out the size of the last axis of outputs
     * @param bias whether there is a bias
     * @param dtype a floating dtype
     * @throws IllegalArgumentException when a size is out of range, or the dtype not floating
     */
    public Linear(long in, long out, boolean bias, DType dtype, Generator generator) {
        if (in < 1 || out < 0) {
            throw new IllegalArgumentException(
                    "linear: sizes in " + in + " and out " + out + ": in must be 1 or more, out 0 or more");
        }
        requireFloating("linear", dtype);
        Initializer initial = Initializer.uniform(-1 / Math.sqrt(in), 1 / Math.sqrt(in));
        this.weight = initial.parameter(dtype, Shape.of(out, in), generator);
        this.bias = bias ? initial.parameter(dtype, Shape.of(out), generator) : null;
    }

    /** A dtype that a layer is made with must have gradients. */
    static void requireFloating(String layer, DType dtype) {
        if (!dtype.isFloating()) {
            throw new DTypeException(layer + ": the dtype of a layer must be floating, not " + dtype
                    + ": give DType.F32, F64, BF16 or F16");
        }
    }

    /** The weight (out, in). */
    public Parameter weight() {
        return weight;
    }

    /** The bias (out), or null. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** {@code x W^T + b} for x of shape (.., in); the result has shape (.., out). */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.linear(x, weight, bias);
    }

    /** An activation of {@link #forward(Tensor)}, applied on the way to the result where that is possible. */
    Tensor forward(Tensor x, Activation activation) {
        return switch (activation) {
            case RELU -> Functional.linear(x, weight, bias, FusedActivation.RELU);
            case GELU_TANH -> Functional.linear(x, weight, bias, FusedActivation.GELU_TANH);
            case SIGMOID,
                    TANH,
                    GELU,
                    SILU,
                    SOFTPLUS,
                    SELU,
                    LOG_SIGMOID,
                    RELU6,
                    HARDSIGMOID,
                    HARDSWISH,
                    MISH,
                    SOFTSIGN,
                    TANHSHRINK,
                    SOFTMAX,
                    LOG_SOFTMAX,
                    IDENTITY -> activation.forward(forward(x));
        };
    }
}
