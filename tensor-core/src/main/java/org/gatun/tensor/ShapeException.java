package org.gatun.tensor;

/** Shapes, axes or sizes that an operation cannot take; the message names the operation, the shapes and the remedy. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public ShapeException(String message) {
        super(message);
    }

    /** An exception with the given message and cause. */
    public ShapeException(String message, Throwable cause) {
        super(message, cause);
    }
}
