package org.gatun.tensor.linalg;

/**
 * A matrix for which the asked factorisation or solution does not exist or was not found: singular, not positive definite, or an
 * iteration that did not converge. The message names the function, the matrix of the batch, and what is wrong with it. As {@code
 * torch.linalg.LinAlgError}.
 */
public final class LinalgException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public LinalgException(String message) {
        super(message);
    }
}
