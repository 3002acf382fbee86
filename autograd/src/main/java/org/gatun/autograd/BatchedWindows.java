package org.gatun.autograd;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * The rules of batching for convolutions and pooling. A batch of images alone is folded into their number n; a batch of weights on the
 * same images becomes more channels of each group, and a batch of both more groups. In the comments, b is the batch, g the groups, o and
 * c the outputs and channels of one group.
 */
final class BatchedWindows {
    private BatchedWindows() {}

    static Tensor conv2d(Op.Conv2d op, BatchOperands in) {
        if (in.size() == 0) {
            return empty(op, in)[0];
        }
        int groups = op.spec().groups();
        if (!in.has(1)) {
            return unfold(Dispatch.bind(op, in.value(0).flatten(0, 1), in.value(1)), in);
        }
        if (in.has(0)) {
            Tensor y = Dispatch.bind(
                    new Op.Conv2d(wide(op.spec(), in)),
                    channels(in.value(0)),
                    in.value(1).flatten(0, 1));
            return apart(y, in);
        }
        Tensor y = Dispatch.bind(op, in.value(0), inGroups(in.value(1), 0, groups));
        return outOfGroups(y, 1, groups, in);
    }

    static Tensor inputGrad(Op.Conv2dInputGrad op, BatchOperands in) {
        if (in.size() == 0) {
            return empty(op, in)[0];
        }
        Shape x = op.input();
        ConvSpec spec = op.spec();
        if (!in.has(1)) {
            Op.Conv2dInputGrad folded = new Op.Conv2dInputGrad(spec, x.withSize(0, in.size() * x.size(0)));
            return unfold(Dispatch.bind(folded, in.value(0).flatten(0, 1), in.value(1)), in);
        }
        Shape wide = x.withSize(1, in.size() * x.size(1));
        if (in.has(0)) {
            Op.Conv2dInputGrad all = new Op.Conv2dInputGrad(wide(spec, in), wide);
            return apart(Dispatch.bind(all, channels(in.value(0)), in.value(1).flatten(0, 1)), in);
        }
        // The weight (b, g o, c, ..) as (g o, b c, ..): a group has the channels of all elements of the batch.
        Tensor weight = in.value(1).moveAxis(0, 1).flatten(1, 2);
        Tensor y = Dispatch.bind(new Op.Conv2dInputGrad(spec, wide), in.value(0), weight);
        return outOfGroups(y, 1, spec.groups(), in);
    }

    static Tensor weightGrad(Op.Conv2dWeightGrad op, BatchOperands in) {
        if (in.size() == 0) {
            return empty(op, in)[0];
        }
        Shape w = op.weight();
        ConvSpec spec = op.spec();
        int groups = spec.groups();
        if (in.has(0) && in.has(1)) {
            var all = new Op.Conv2dWeightGrad(wide(spec, in), w.withSize(0, in.size() * w.size(0)));
            Tensor y = Dispatch.bind(all, channels(in.value(0)), channels(in.value(1)));
            return unfold(y, in);
        }
        if (in.has(0)) {
            var all = new Op.Conv2dWeightGrad(spec, w.withSize(0, in.size() * w.size(0)));
            Tensor y = Dispatch.bind(all, inGroups(in.value(0), 1, groups), in.value(1));
            return outOfGroups(y, 0, groups, in);
        }
        var all = new Op.Conv2dWeightGrad(spec, w.withSize(1, in.size() * w.size(1)));
        Tensor y = Dispatch.bind(all, in.value(0), inGroups(in.value(1), 1, groups));
        return split(y, 1, in.size()).moveAxis(1, 0);
    }

    static Tensor[] pool(Op op, BatchOperands in) {
        if (in.size() == 0) {
            return empty(op, in);
        }
        Tensor[] results = Dispatch.bindAll(op, in.value(0).flatten(0, 1));
        for (int i = 0; i < results.length; i++) {
            results[i] = unfold(results[i], in);
        }
        return results;
    }

    static Tensor avgPoolGrad(Op.AvgPool2dGrad op, BatchOperands in) {
        if (in.size() == 0) {
            return empty(op, in)[0];
        }
        Shape x = op.input();
        return pool(new Op.AvgPool2dGrad(op.spec(), x.withSize(0, in.size() * x.size(0))), in)[0];
    }

    /** An empty batch has no windows to fold it into: its results are empty tensors of the right types. */
    private static Tensor[] empty(Op op, BatchOperands in) {
        return TypeRules.infer(op, in.types()).stream()
                .map(t -> ConcreteTensor.scalar(t.dtype(), 0.0, in.value(0).device())
                        .broadcastTo(in.with(t.shape())))
                .toArray(Tensor[]::new);
    }

    /** The geometry with the groups of all elements of the batch. */
    private static ConvSpec wide(ConvSpec spec, BatchOperands in) {
        return spec.groups(Math.toIntExact(Math.multiplyExact(in.size(), spec.groups())));
    }

    /** (b, n, c, ..) to (n, b c, ..). */
    private static Tensor channels(Tensor x) {
        return x.moveAxis(0, 1).flatten(1, 2);
    }

    /** (n, b c, ..) to (b, n, c, ..). */
    private static Tensor apart(Tensor y, BatchOperands in) {
        return split(y, 1, in.size()).moveAxis(1, 0);
    }

    /** (b n, ..) to (b, n, ..). */
    private static Tensor unfold(Tensor y, BatchOperands in) {
        return split(y, 0, in.size());
    }

    /** The batch, the first axis, put between the groups and the rest of an axis of one element: (b, g o) to (g b o). */
    private static Tensor inGroups(Tensor x, int axis, int groups) {
        return split(x, axis + 1, groups).moveAxis(0, axis + 1).flatten(axis, axis + 2);
    }

    /** The reverse: (g b o) to (b, g o). */
    private static Tensor outOfGroups(Tensor y, int axis, int groups, BatchOperands in) {
        Tensor parts = split(split(y, axis, groups), axis + 1, in.size());
        return parts.moveAxis(axis + 1, 0).flatten(axis + 1, axis + 2);
    }

    /** An axis as two, the first of the given size. */
    private static Tensor split(Tensor x, int axis, long first) {
        Shape s = x.shape();
        return x.reshape(s.withSize(axis, s.size(axis) / first).inserted(axis, first));
    }
}
