package org.gatun.tensor.memory;

/**
 * A device's memory, or the limit set for it, does not suffice, even after caches were given back and unreachable tensors
 * collected. The message lists the size asked for, what is held, the limit, and the largest holders. Nothing is lost by it: memory
 * can be freed and the allocation tried again.
 */
public final class OutOfNativeMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long requestedBytes;

    /** An exception for an allocation of {@code requestedBytes} bytes with the given message. */
    public OutOfNativeMemoryException(long requestedBytes, String message) {
        super(message);
        this.requestedBytes = requestedBytes;
    }

    /** How many bytes were asked for. */
    public long requestedBytes() {
        return requestedBytes;
    }
}
