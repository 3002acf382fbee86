package org.gatun.bindings.cuda;

import org.gatun.bindings.cuda.generated.cuda_h;

/** A number that describes a compiled kernel, see {@link CudaDriver#attribute}. */
public enum FunctionAttribute {
    /** The most threads that a block of it can have. */
    MAX_THREADS_PER_BLOCK(cuda_h.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK()),
    /** Bytes of shared memory that its code declares. */
    STATIC_SHARED_BYTES(cuda_h.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES()),
    /** Bytes of local memory of a thread: more than 0 if registers were spilled. */
    LOCAL_BYTES(cuda_h.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES()),
    /** Registers of a thread. */
    REGISTERS(cuda_h.CU_FUNC_ATTRIBUTE_NUM_REGS()),
    /** Bytes of shared memory that a launch may ask for on top; it can be set. */
    DYNAMIC_SHARED_BYTES(cuda_h.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES());

    final int code;

    FunctionAttribute(int code) {
        this.code = code;
    }
}
