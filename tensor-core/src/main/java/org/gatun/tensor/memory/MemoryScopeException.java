package org.gatun.tensor.memory;

/** A memory scope was closed out of order, or used from a thread that it does not belong to. */
public final class MemoryScopeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public MemoryScopeException(String message) {
        super(message);
    }
}
