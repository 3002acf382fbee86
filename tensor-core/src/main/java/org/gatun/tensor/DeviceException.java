package org.gatun.tensor;

/**
 * A device is not there, can't be used, or failed: there is no GPU or no driver for one, a kernel can't be compiled, operands lie on
 * different devices, or the device was lost. The message says what to do about it.
 */
public final class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An exception with the given message. */
    public DeviceException(String message) {
        super(message);
    }

    /** An exception with the given message and cause. */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
