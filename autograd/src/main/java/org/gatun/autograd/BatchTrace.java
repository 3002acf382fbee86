package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Levels;
import org.gatun.tensor.trace.Trace;

/**
 * Batching: runs a function that is written for one element on a whole batch at once. Operations on tensors of the batch become
 * operations of the level below with one more axis, by {@link BatchRules}; what does not depend on the batch is computed once.
 */
final class BatchTrace implements Trace {
    /** The axis of the batch. */
    static final Axes FIRST = Axes.listed("vmap", 1, 0);

    private final int level = Levels.open();
    private final Thread owner = Thread.currentThread();
    private final long size;
    private boolean open = true;

    /** Opens an interpreter for batches of a size on this thread, inside those that are open. */
    BatchTrace(long size) {
        this.size = size;
    }

    void close() {
        Levels.close(level);
        open = false;
    }

    long size() {
        return size;
    }

    @Override
    public int level() {
        return level;
    }

    void checkUse(Batched b) {
        if (!open) {
            throw new IllegalStateException("vmap: a tensor of shape " + b.shape()
                    + " was used after the vmap that made it had ended: use what vmap returns instead");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "vmap: a tensor of shape " + b.shape() + " belongs to thread " + owner.getName()
                            + " and was used on " + Thread.currentThread().getName());
        }
    }

    boolean own(Tensor t) {
        return t instanceof Batched b && b.owner() == this;
    }

    /** The values of the whole batch along a new first axis, by stride 0 where they are the same for each. */
    Tensor whole(Tensor t) {
        return own(t) ? ((Batched) t).value() : repeated(t, size);
    }

    /** A tensor repeated along a new first axis. */
    static Tensor repeated(Tensor t, long size) {
        return t.unsqueeze(0).broadcastTo(t.shape().inserted(0, size));
    }

    @Override
    public Tensor[] process(Op op, Tensor[] inputs) {
        Tensor[] values = Arrays.copyOf(inputs, inputs.length, Tensor[].class);
        boolean[] batched = new boolean[inputs.length];
        for (int i = 0; i < values.length; i++) {
            if (inputs[i] instanceof Batched b && b.owner() == this) {
                values[i] = b.value();
                batched[i] = true;
            }
        }
        var in = new BatchOperands(values, batched, size);
        return switch (op) {
            case Op.Diagonal diagonal -> wrap(BatchRules.diagonal(diagonal, in));
            case Op.Multilinear multilinear -> wrap(BatchRules.multilinear(multilinear, in));
            case Op.Irregular irregular -> wrap(BatchRules.irregular(irregular, in));
            case Op.LinearAlgebra algebra -> wrap(BatchRules.linearAlgebra(algebra, in));
            case Op.NonDifferentiable other -> wrap(BatchRules.nonDifferentiable(other, in));
            case Op.Call call -> call(call.composite(), inputs, in);
        };
    }

    /**
     * A composite with a form of its own for batches takes that. One with a derivative stays a composite, whose function and derivative are
     * the batched ones of the first, so that differentiating the batched function uses it. Any other is inlined.
     */
    private Tensor[] call(Composite composite, Tensor[] inputs, BatchOperands in) {
        List<Boolean> batched = in.flags();
        Optional<Composite> known = composite.batched(batched);
        if (known.isEmpty() && composite.derivative().isEmpty()) {
            return Dispatch.inline(composite, inputs);
        }
        Composite whole = known.orElseGet(() -> new BatchedComposite(composite, batched, size));
        Tensor[] results = Dispatch.bindAll(new Op.Call(whole), in.values());
        CompositeRules.checkCaptures(composite, results, this::own);
        return wrap(results);
    }

    private Tensor[] wrap(Tensor... results) {
        Tensor[] out = new Tensor[results.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = new Batched(this, results[i]);
        }
        return out;
    }
}
