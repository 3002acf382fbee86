package org.gatun.autograd;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;

/** A dual number: a value and its tangent, both of the level below. */
final class Dual extends Traced {
    private final DualTrace trace;
    private final Tensor value;
    private final Tensor tangent;

    Dual(DualTrace trace, Tensor value, Tensor tangent) {
        this.trace = trace;
        this.value = value;
        this.tangent = tangent;
    }

    DualTrace owner() {
        return trace;
    }

    Tensor tangent() {
        return tangent;
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

    @Override
    public Tensor saved() {
        Tensor savedValue = Saved.alias(value);
        try {
            return new Dual(trace, savedValue, Saved.alias(tangent));
        } catch (Throwable t) {
            savedValue.close();
            throw t;
        }
    }

    @Override
    public void keep() {
        super.keep();
        tangent.keep();
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        super.keepFrom(scope);
        tangent.keepFrom(scope);
    }

    @Override
    public void unscope() {
        super.unscope();
        tangent.unscope();
    }

    @Override
    public void close() {
        super.close();
        tangent.close();
    }
}
