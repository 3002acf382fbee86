package org.gatun.bindings;

import java.io.Serial;

/**
 * The JVM refuses Gatun the right to call native code: it runs with {@code --illegal-native-access=deny} and without
 * {@code --enable-native-access} for this module. The message names the flag to pass.
 *
 * <p>It is an error, not an exception, so that it reaches the user unwrapped from a class initialiser.
 */
public final class NativeAccessError extends LinkageError {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message names the flag to pass
     * @param cause the JVM's refusal
     */
    public NativeAccessError(String message, Throwable cause) {
        super(message, cause);
    }
}
