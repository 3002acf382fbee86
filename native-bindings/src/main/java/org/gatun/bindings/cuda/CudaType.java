package org.gatun.bindings.cuda;

import org.gatun.bindings.cuda.generated.cublas_h;

/** A type of matrix elements that cuBLAS and cuBLASLt know. */
public enum CudaType {
    /** Half precision. */
    F16(cublas_h.CUDA_R_16F(), 2),
    /** Bfloat16. */
    BF16(cublas_h.CUDA_R_16BF(), 2),
    /** Single precision. */
    F32(cublas_h.CUDA_R_32F(), 4),
    /** Double precision. */
    F64(cublas_h.CUDA_R_64F(), 8),
    /** 8-bit integers. */
    I8(cublas_h.CUDA_R_8I(), 1),
    /** 32-bit integers. */
    I32(cublas_h.CUDA_R_32I(), 4);

    final int code;
    private final int bytes;

    CudaType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The size of an element.
     *
     * @return the number of bytes
     */
    public int bytes() {
        return bytes;
    }
}
