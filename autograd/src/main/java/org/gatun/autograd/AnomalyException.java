package org.gatun.autograd;

/** A NaN that {@link AnomalyDetection} found, with the operation that made it and the line that applied this. */
public final class AnomalyException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    AnomalyException(String message) {
        super(message);
    }
}
