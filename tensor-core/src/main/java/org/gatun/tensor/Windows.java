package org.gatun.tensor;

import java.util.Arrays;
import java.util.Objects;
import org.gatun.tensor.composite.Linear;
import org.gatun.tensor.composite.LinearActivation;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** The arguments of linear layers and pools, checked and turned into operations of the IR. */
final class Windows {
    private Windows() {}

    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable FusedActivation activation) {
        Reductions.requireFloating("linear", x);
        requireType("linear", "weight", weight, x);
        Shape w = weight.shape();
        if (w.rank() != 2 || x.rank() == 0 || x.size(-1) != w.size(1)) {
            throw new ShapeException("linear: an input of shape " + x.shape() + " does not fit a weight of shape " + w
                    + ": the weight is (out, in), and the input's last size must be in");
        }
        if (bias != null) {
            requireBias("linear", bias, x, w);
        }
        if (x.rank() == 1) {
            return linear(x.unsqueeze(0), weight, bias, activation).squeeze(0);
        }
        if (x.rank() > 2) {
            long[] sizes = x.shape().toArray();
            sizes[sizes.length - 1] = w.size(0);
            return linear(x.flatten(0, -2), weight, bias, activation).reshape(Shape.of(sizes));
        }
        boolean biased = bias != null;
        Op.Call op = new Op.Call(activation == null ? new Linear(biased) : new LinearActivation(biased, activation));
        Tensor[] results = bias == null ? Dispatch.bindAll(op, x, weight) : Dispatch.bindAll(op, x, weight, bias);
        for (int i = 1; i < results.length; i++) {
            // What only a derivative would need, where no interpreter keeps it.
            if (results[i] instanceof ConcreteTensor unused) {
                unused.close();
            }
        }
        return results[0];
    }

    static void requireType(String name, String what, Tensor operand, Tensor x) {
        if (operand.dtype() != x.dtype()) {
            throw new DTypeException(name + ": the " + what + " is " + operand.dtype() + " and the input " + x.dtype()
                    + ": convert one of them with to(dtype)");
        }
    }

    private static void requireBias(String name, Tensor bias, Tensor x, Shape weight) {
        requireType(name, "bias", bias, x);
        if (bias.rank() != 1 || bias.size(0) != weight.size(0)) {
            throw new ShapeException(name + ": a bias of shape " + bias.shape() + " does not fit a weight of shape "
                    + weight + ": it must be (" + weight.size(0) + "), one number for each output");
        }
    }

    static ValuesIndices maxPool2d(String name, Tensor x, PoolSpec spec) {
        Objects.requireNonNull(spec, name + ": the windows are null: give a PoolSpec");
        Reductions.requireFloating(name, x);
        requireWindow(name, x, spec);
        if (x.rank() == 3) {
            ValuesIndices batch = maxPool2d(name, x.unsqueeze(0), spec);
            return new ValuesIndices(batch.values().squeeze(0), batch.indices().squeeze(0));
        }
        Tensor[] pooled = Dispatch.bindAll(new Op.MaxPool2d(spec), x);
        return new ValuesIndices(pooled[0], pooled[1]);
    }

    static Tensor avgPool2d(Tensor x, PoolSpec spec) {
        Objects.requireNonNull(spec, "avgPool2d: the windows are null: give a PoolSpec");
        Reductions.requireFloating("avgPool2d", x);
        if (spec.dilationH() != 1 || spec.dilationW() != 1) {
            throw new ShapeException("avgPool2d: dilation (" + spec.dilationH() + ", " + spec.dilationW()
                    + "): averages have no dilation, give 1");
        }
        requireWindow("avgPool2d", x, spec);
        if (x.rank() == 3) {
            return avgPool2d(x.unsqueeze(0), spec).squeeze(0);
        }
        return Dispatch.bind(new Op.AvgPool2d(spec), x);
    }

    private static void requireWindow(String name, Tensor x, PoolSpec spec) {
        Shape s = x.shape();
        if (s.rank() != 3 && s.rank() != 4) {
            throw new ShapeException(
                    name + ": an input of shape " + s + ": it must be (n, c, h, w), or (c, h, w) without a batch");
        }
        if (spec.outHeight(s.size(-2)) < 1 || spec.outWidth(s.size(-1)) < 1) {
            throw new ShapeException(name + ": a window of " + spec.kernelH() + " by " + spec.kernelW()
                    + " does not fit into an input of shape " + s + " padded by (" + spec.padH() + ", " + spec.padW()
                    + "): take a smaller window");
        }
    }

    static Tensor prelu(Tensor x, Tensor weight) {
        Reductions.requireFloating("prelu", x);
        requireType("prelu", "weight", weight, x);
        long channels = x.rank() < 2 ? 1 : x.size(1);
        if (weight.rank() > 1 || (weight.elements() != 1 && weight.elements() != channels)) {
            throw new ShapeException("prelu: a weight of shape " + weight.shape() + " does not fit an input of shape "
                    + x.shape() + ": give one number, or one for each of the " + channels + " channels of axis 1");
        }
        Tensor slope;
        if (weight.elements() != 1) {
            long[] sizes = new long[x.rank() - 1];
            Arrays.fill(sizes, 1);
            sizes[0] = channels;
            slope = weight.reshape(sizes);
        } else {
            slope = weight.reshape();
        }
        return Activations.LEAKY_RELU.apply(x, slope);
    }
}
