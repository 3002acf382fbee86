package org.gatun.autograd;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;

/** A value of a recording: the tensor of the level below, and the slot that its gradient goes to. */
final class Variable extends Traced {
    private final Recording recording;
    private final Tensor value;
    private final int slot;

    Variable(Recording recording, Tensor value, int slot) {
        this.recording = recording;
        this.value = value;
        this.slot = slot;
    }

    Recording recording() {
        return recording;
    }

    int slot() {
        return slot;
    }

    @Override
    public Trace trace() {
        recording.checkUse(this);
        return recording;
    }

    /** Itself, but for what stands in for it while a checkpointed function runs. */
    @Override
    public Tensor resolve() {
        Tensor now = recording.standIn(this);
        return now instanceof Traced traced && now != this ? traced.resolve() : now;
    }

    @Override
    public Tensor value() {
        return value;
    }

    @Override
    public Tensor saved() {
        return new Variable(recording, Saved.alias(value), slot);
    }
}
