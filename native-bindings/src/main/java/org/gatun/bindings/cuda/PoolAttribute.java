package org.gatun.bindings.cuda;

import org.gatun.bindings.cuda.generated.cuda_h;

/** A number that a pool of device memory has, in bytes, see {@link CudaMemory#poolAttribute}. */
public enum PoolAttribute {
    /** What the pool keeps from the system when a stream or device is waited for; it can be set. */
    RELEASE_THRESHOLD(cuda_h.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD()),
    /** What the pool has of the device's memory. */
    RESERVED(cuda_h.CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT()),
    /** The most that it had since this was last set to 0. */
    RESERVED_PEAK(cuda_h.CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH()),
    /** What is allocated from it. */
    USED(cuda_h.CU_MEMPOOL_ATTR_USED_MEM_CURRENT()),
    /** The most that was allocated from it since this was last set to 0. */
    USED_PEAK(cuda_h.CU_MEMPOOL_ATTR_USED_MEM_HIGH());

    final int code;

    PoolAttribute(int code) {
        this.code = code;
    }
}
