package org.gatun.autograd;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/**
 * A value and the pullback at its point: what reverse accumulation gives. It holds the values that the pullback needs until it is
 * closed or unreachable.
 */
public final class VjpResult implements AutoCloseable {
    private final Tensor value;
    private final Recording recording;
    private final Tensor root;
    private final Variable leaf;
    private boolean closed;

    VjpResult(Tensor value, Recording recording, Tensor root, Variable leaf) {
        this.value = value;
        this.recording = recording;
        this.root = root;
        this.leaf = leaf;
    }

    /** f(x). */
    public Tensor value() {
        return value;
    }

    /**
     * The transposed Jacobian times a cotangent; may be called any number of times.
     *
     * @param cotangent of the value's shape and dtype
     * @return a tensor of x's shape and dtype
     * @throws IllegalStateException after {@link #close}
     */
    public Tensor pullback(Tensor cotangent) {
        if (closed) {
            throw new IllegalStateException(
                    "pullback: closed: what it needs is freed: call it before close(), or call vjp again");
        }
        Tape.checkCotangent("pullback", value, cotangent);
        return MemoryScope.tidy(() -> Grad.pull(recording, root, leaf, cotangent, true));
    }

    /** Frees what the pullback needs. The value stays. */
    @Override
    public void close() {
        closed = true;
        recording.free();
    }
}
