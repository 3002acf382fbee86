package org.gatun.examples.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryStats;

/**
 * A device to be measured.
 *
 * @param device the device
 * @param name what it calls itself
 * @param memory its memory in bytes
 * @param precisions those that it knows
 */
record Machine(Device device, String name, long memory, List<Precision> precisions) {
    /** Of the free memory so much is used: other programs and the runtime itself need some. */
    private static final double USABLE = 0.8;

    /** The host's processor. */
    static Machine cpu() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String name = system.getArch() + ", " + system.getAvailableProcessors() + " processors";
        return new Machine(Device.CPU, name, system.getTotalMemorySize(), List.of(Precision.F32, Precision.BF16));
    }

    /** A GPU. */
    static Machine gpu(Device.Cuda device) {
        CudaGpu gpu = NativeLibraries.cuda().gpus().get(device.ordinal());
        return new Machine(device, gpu.name(), gpu.memory(), List.of(Precision.values()));
    }

    /** The bytes that a step may use now. */
    double free() {
        return USABLE
                * switch (device) {
                    // What the system calls free leaves out the memory of files that it would give up.
                    case Device.Cpu cpu -> memory / 2.0 - MemoryStats.of(cpu).liveBytes();
                    case Device.Cuda cuda -> {
                        cuda.synchronize(); // makes its context this thread's
                        yield CudaMemory.capacity().free()
                                + MemoryStats.of(cuda).cachedBytes();
                    }
                };
    }
}
