package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.CudaBackend;

/** The allocator of each device. */
public final class Allocators {

    private Allocators() {}

    /** The allocator of {@code device}: the same one for each call. */
    public static Allocator of(Device device) {
        return switch (device) {
            case Device.Cpu cpu -> Host.ALLOCATOR;
            case Device.Cuda cuda -> CudaBackend.of(cuda).allocator();
        };
    }

    /**
     * Runs the garbage collector and gives back the memory of tensors that have become unreachable. Programs need not call
     * this: allocation does it when memory runs short.
     *
     * @return true if a collection took place; false if the JVM runs with explicit collection disabled
     */
    public static boolean collect() {
        return Collector.INSTANCE.collect();
    }

    /** Main memory. */
    private static final class Host {
        static final CachingAllocator ALLOCATOR = new CachingAllocator(Device.CPU, Settings.LIMIT);

        static {
            Collector.INSTANCE.limit(Settings.LIMIT);
        }
    }
}
