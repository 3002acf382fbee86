package org.gatun.tensor;

import org.gatun.tensor.cpu.VectorSupport;
import org.gatun.tensor.cpu.WorkerPool;

/**
 * How this JVM computes on the CPU.
 *
 * @param threads the number of threads of a parallel loop, as {@code torch.get_num_threads}; {@code -Dgatun.threads=N} sets it
 * @param vectorised whether kernels use the Vector API: its module is there, and {@code -Dgatun.vector=off} does not turn it off
 * @param vectorBits the width of a vector register in bits, 0 without the Vector API
 */
public record CpuStatus(int threads, boolean vectorised, int vectorBits) {
    /** The present state. */
    public static CpuStatus current() {
        return new CpuStatus(WorkerPool.threads(), VectorSupport.ENABLED, VectorSupport.bits());
    }
}
