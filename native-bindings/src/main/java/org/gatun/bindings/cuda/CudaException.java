package org.gatun.bindings.cuda;

import java.io.Serial;

/** A call of CUDA's driver, cuBLAS, cuBLASLt or NVRTC failed. The message has the call, and the code with its name and text. */
public final class CudaException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int code;
    private final String codeName;

    /**
     * Creates the exception.
     *
     * @param call the function that failed
     * @param code the status that it returned
     * @param codeName the status's name
     * @param text what it means
     */
    CudaException(String call, int code, String codeName, String text) {
        super(call + " failed: " + codeName + " (" + code + ")" + (text.isEmpty() ? "" : ": " + text));
        this.call = call;
        this.code = code;
        this.codeName = codeName;
    }

    /**
     * The function that failed.
     *
     * @return its name, such as {@code cuLaunchKernel}
     */
    public String call() {
        return call;
    }

    /**
     * The status that the function returned. The libraries number theirs differently.
     *
     * @return the code, such as 2
     */
    public int code() {
        return code;
    }

    /**
     * The status's name, which is of one library only.
     *
     * @return a name such as {@code CUDA_ERROR_OUT_OF_MEMORY} or {@code CUBLAS_STATUS_NOT_SUPPORTED}
     */
    public String codeName() {
        return codeName;
    }

    /**
     * Whether the driver had no memory left on the device or for pinned host memory.
     *
     * @return true if memory that is freed may let the call succeed
     */
    public boolean outOfMemory() {
        return codeName.equals("CUDA_ERROR_OUT_OF_MEMORY") || codeName.equals("CUBLAS_STATUS_ALLOC_FAILED");
    }
}
