package org.gatun.tensor.memory;

/**
 * A tensor or storage was used after its memory was given up. The message says by what; at leak level {@code paranoid} the cause
 * is the place where it was closed.
 */
public final class ClosedTensorException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public ClosedTensorException(String message) {
        super(message);
    }

    /** An exception with the given message, and the place where the tensor was closed. */
    public ClosedTensorException(String message, Throwable closedAt) {
        super(message, closedAt);
    }
}
