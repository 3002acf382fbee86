package org.gatun.autograd;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;

/**
 * What stands for each tensor of a batch: the value of the level below has the batch as a further axis in front, which whoever uses
 * this tensor does not see.
 */
final class Batched extends Traced {
    private final BatchTrace trace;
    private final Tensor value;
    private final Shape shape;

    /** A tensor of a batch that lies along the first axis of {@code value}. */
    Batched(BatchTrace trace, Tensor value) {
        this.trace = trace;
        this.value = value;
        this.shape = value.shape().without(BatchTrace.FIRST);
    }

    BatchTrace owner() {
        return trace;
    }

    @Override
    public Trace trace() {
        trace.checkUse(this);
        return trace;
    }

    @Override
    public Tensor value() {
        return value;
    }

    /** Refuses: one tensor of a batch has no numbers of its own. */
    @Override
    public ConcreteTensor concrete() {
        throw new IllegalStateException("vmap: a tensor of shape " + shape + " stands for each of a batch of "
                + value.size(0) + ", so that its elements can't be read inside (item, get, toFloatArray, equalTo, or a"
                + " result whose shape depends on them, such as nonzero and maskedSelect): choose with where or"
                + " maskedFill, or read the results of vmap after it has ended");
    }

    @Override
    public Tensor detached() {
        return new Batched(trace, value.detach());
    }

    @Override
    public Tensor saved() {
        return new Batched(trace, Saved.alias(value));
    }

    @Override
    public Tensor constant(DType dtype, double number) {
        return value instanceof Traced below ? below.constant(dtype, number) : super.constant(dtype, number);
    }

    @Override
    public Tensor constant(DType dtype, long number) {
        return value instanceof Traced below ? below.constant(dtype, number) : super.constant(dtype, number);
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /** The values of the whole batch. */
    @Override
    public String toString() {
        return "each of a batch of " + value.size(0) + ": " + value;
    }
}
