package org.gatun.autograd;

import java.util.function.IntPredicate;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/** A value that a node keeps for its pullback: an alias with its own claim on the memory, and the version it had. */
final class Saved {
    private final Tensor alias;
    private final int version;

    Saved(Tensor value) {
        this.alias = alias(value);
        this.version = Traced.beneath(alias).storage().version();
    }

    /** The chosen ones of some values, null for the others; when one can't be saved, none is. */
    static @Nullable Saved[] of(Tensor[] values, IntPredicate chosen) {
        @Nullable Saved[] saved = new Saved[values.length];
        try {
            for (int i = 0; i < saved.length; i++) {
                saved[i] = chosen.test(i) ? new Saved(values[i]) : null;
            }
            return saved;
        } catch (Throwable t) {
            free(saved);
            throw t;
        }
    }

    static void free(@Nullable Saved[] saved) {
        for (int i = 0; i < saved.length; i++) {
            Saved s = saved[i];
            if (s != null) {
                s.alias.close();
                saved[i] = null;
            }
        }
    }

    static Tensor alias(Tensor value) {
        return switch (value) {
            case ConcreteTensor concrete -> concrete.saved();
            case Traced traced -> traced.saved();
        };
    }

    /** The value, unless it was changed in place since; {@code what} describes it for the message. */
    Tensor get(String what, Object op) {
        if (Traced.beneath(alias).storage().version() != version) {
            throw new IllegalStateException("backward: " + what + " of shape " + alias.shape() + " that " + op
                    + " saved for its derivative was changed in place afterwards: change a copy instead, or change it after"
                    + " backward");
        }
        return alias;
    }

    /** Leaves the memory to the collector: for recordings that outlive every scope. */
    void unscope() {
        alias.unscope();
    }
}
