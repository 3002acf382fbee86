package org.gatun.bindings.cuda;

import org.gatun.bindings.cuda.generated.cuda_h;

/** A number that describes a device, see {@link CudaDriver#attribute}. */
public enum DeviceAttribute {
    /** The most threads of a block. */
    MAX_THREADS_PER_BLOCK(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK()),
    /** The most blocks of a grid along x. */
    MAX_GRID_X(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X()),
    /** The most blocks of a grid along y. */
    MAX_GRID_Y(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y()),
    /** The most blocks of a grid along z. */
    MAX_GRID_Z(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z()),
    /** Bytes of shared memory that a block may have without asking. */
    SHARED_MEMORY_PER_BLOCK(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK()),
    /** Bytes of shared memory that a block may have if its function asks, see {@link FunctionAttribute#DYNAMIC_SHARED_BYTES}. */
    SHARED_MEMORY_PER_BLOCK_OPTIN(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN()),
    /** Bytes of shared memory of a multiprocessor. */
    SHARED_MEMORY_PER_MULTIPROCESSOR(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR()),
    /** Registers that a block may have. */
    REGISTERS_PER_BLOCK(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK()),
    /** Threads of a warp. */
    WARP_SIZE(cuda_h.CU_DEVICE_ATTRIBUTE_WARP_SIZE()),
    /** Multiprocessors. */
    MULTIPROCESSORS(cuda_h.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT()),
    /** The most threads that reside on a multiprocessor. */
    THREADS_PER_MULTIPROCESSOR(cuda_h.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR()),
    /** The processor's clock in kHz. */
    CLOCK_RATE(cuda_h.CU_DEVICE_ATTRIBUTE_CLOCK_RATE()),
    /** The memory's clock in kHz. */
    MEMORY_CLOCK_RATE(cuda_h.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE()),
    /** The width of the memory's bus in bits. */
    MEMORY_BUS_WIDTH(cuda_h.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH()),
    /** Bytes of level-2 cache. */
    L2_CACHE_BYTES(cuda_h.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE()),
    /** The first part of the compute capability. */
    CAPABILITY_MAJOR(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR()),
    /** The second part of the compute capability. */
    CAPABILITY_MINOR(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR()),
    /** 1 if memory can be allocated in the order of a stream, else 0. */
    MEMORY_POOLS(cuda_h.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED()),
    /** 1 if all blocks of a grid can synchronise, see {@link CudaDriver#launchCooperative}, else 0. */
    COOPERATIVE_LAUNCH(cuda_h.CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH()),
    /** Copies that run at a time beside kernels. */
    COPY_ENGINES(cuda_h.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT()),
    /** 1 if the device shares the host's memory, else 0. */
    INTEGRATED(cuda_h.CU_DEVICE_ATTRIBUTE_INTEGRATED());

    final int code;

    DeviceAttribute(int code) {
        this.code = code;
    }
}
