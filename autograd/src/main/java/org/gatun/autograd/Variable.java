package org.gatun.autograd;

import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
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

    @Override
    public Tensor value() {
        return value;
    }

    @Override
    public Tensor saved() {
        return new Variable(recording, Saved.alias(value), slot);
    }

    // The value may be a dual number, which holds more than its concrete tensor: pass on, level by level.

    @Override
    public void keep() {
        value.keep();
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        value.keepFrom(scope);
    }

    @Override
    public void unscope() {
        value.unscope();
    }

    @Override
    public void close() {
        value.close();
    }

    @Override
    public Shape shape() {
        return value.shape();
    }

    @Override
    public DType dtype() {
        return value.dtype();
    }

    @Override
    public Device device() {
        return value.device();
    }
}
