package org.gatun.bindings.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.gatun.bindings.cuda.generated.cublas_h;

/** The precision in which cuBLAS and cuBLASLt multiply and sum. */
public enum CublasCompute {
    /** Half precision throughout. */
    F16(cublas_h.CUBLAS_COMPUTE_16F(), CudaType.F16),
    /** Single precision; products of 16-bit elements are exact. */
    F32(cublas_h.CUBLAS_COMPUTE_32F(), CudaType.F32),
    /** Single precision, without any algorithm that trades accuracy for speed. */
    F32_PEDANTIC(cublas_h.CUBLAS_COMPUTE_32F_PEDANTIC(), CudaType.F32),
    /** Single-precision elements rounded to TF32 (10 bits of mantissa) before they are multiplied. */
    F32_TF32(cublas_h.CUBLAS_COMPUTE_32F_FAST_TF32(), CudaType.F32),
    /** Single-precision elements rounded to bfloat16 before they are multiplied. */
    F32_BF16(cublas_h.CUBLAS_COMPUTE_32F_FAST_16BF(), CudaType.F32),
    /** Double precision. */
    F64(cublas_h.CUBLAS_COMPUTE_64F(), CudaType.F64),
    /** 32-bit integers. */
    I32(cublas_h.CUBLAS_COMPUTE_32I(), CudaType.I32);

    final int code;
    /** The type of the factors alpha and beta. */
    final CudaType scale;

    CublasCompute(int code, CudaType scale) {
        this.code = code;
        this.scale = scale;
    }

    /** Writes a factor where a call reads it. */
    void write(MemorySegment memory, long offset, double factor) {
        switch (scale) {
            case F16 -> memory.set(JAVA_SHORT, offset, Float.floatToFloat16((float) factor));
            case F64 -> memory.set(JAVA_DOUBLE, offset, factor);
            case I8, I32 -> memory.set(JAVA_INT, offset, (int) factor);
            case F32, BF16 -> memory.set(JAVA_FLOAT, offset, (float) factor);
        }
    }
}
