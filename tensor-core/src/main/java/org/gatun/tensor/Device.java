package org.gatun.tensor;

import java.util.List;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.CudaInstallation;
import org.gatun.bindings.NativeLibraries;
import org.gatun.tensor.cuda.CudaBackend;

/** Where a tensor's memory lies and its operations run. */
public sealed interface Device {
    /** The host: main memory, Java Vector API kernels and OpenBLAS. */
    Device CPU = new Cpu();

    /**
     * Waits until everything that the calling thread has asked this device for is done, as {@code torch.cuda.synchronize}; the CPU is never
     * behind. Reading a value waits by itself: this is for measuring time.
     *
     * @throws DeviceException when the device can't be used, or failed since the last wait
     * @throws RuntimeException what a kernel found wrong since then, such as an index out of range
     */
    void synchronize();

    /** The host processor; use {@link #CPU}. */
    record Cpu() implements Device {
        @Override
        public void synchronize() {}

        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * A GPU; use {@link #cuda}, which says what is wrong if there is none.
     *
     * @param ordinal its number in the driver's order, from 0
     */
    record Cuda(int ordinal) implements Device {
        /** A GPU that may not be there. */
        public Cuda {
            if (ordinal < 0) {
                throw new IllegalArgumentException("cuda: the number of a GPU is 0 or more, not " + ordinal);
            }
        }

        @Override
        public void synchronize() {
            CudaBackend.of(this).synchronize();
        }

        @Override
        public String toString() {
            return "cuda:" + ordinal;
        }
    }

    /**
     * A GPU with CUDA's driver, as {@code torch.device("cuda", ordinal)}.
     *
     * @param ordinal its number in the driver's order, from 0
     * @throws DeviceException when there is no such GPU, no driver, or CUDA's libraries are not to be found; the message says what to do
     * @throws IllegalArgumentException when the number is negative
     */
    static Device.Cuda cuda(int ordinal) {
        var device = new Cuda(ordinal);
        CudaInstallation installation = NativeLibraries.cuda();
        String problem = installation.problem();
        if (problem != null) {
            throw new DeviceException("cuda: " + problem);
        }
        int count = installation.gpus().size();
        if (ordinal >= count) {
            throw new DeviceException("cuda: there is no GPU " + ordinal + ": this machine has "
                    + (count == 1 ? "one, number 0" : count + ", numbers 0 to " + (count - 1)));
        }
        return device;
    }

    /** The GPUs that can be used, none where there is no GPU, no driver or no CUDA; see {@code ./gatun doctor} for the reason. */
    static List<Device.Cuda> available() {
        return NativeLibraries.cudaGpus().stream()
                .map(CudaGpu::ordinal)
                .map(Cuda::new)
                .toList();
    }
}
