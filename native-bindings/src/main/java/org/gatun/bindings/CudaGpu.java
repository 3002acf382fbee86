package org.gatun.bindings;

/**
 * A GPU that the CUDA driver lists.
 *
 * @param ordinal its number, from 0
 * @param name its name, such as {@code "NVIDIA H100 80GB HBM3"}
 * @param major the first part of its compute capability, such as 9
 * @param minor the second part of it, such as 0
 * @param memory its memory in bytes
 */
public record CudaGpu(int ordinal, String name, int major, int minor, long memory) {

    /**
     * The architecture that code is compiled for.
     *
     * @return a name such as {@code "sm_90"}
     */
    public String architecture() {
        return "sm_" + major + minor;
    }
}
