package org.gatun.tensor;

/** Dtypes that an operation cannot take; the message names the operation, the dtypes and the remedy. */
public final class DTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public DTypeException(String message) {
        super(message);
    }

    /** An exception with the given message and cause. */
    public DTypeException(String message, Throwable cause) {
        super(message, cause);
    }
}
