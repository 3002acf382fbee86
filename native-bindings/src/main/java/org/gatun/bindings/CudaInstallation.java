package org.gatun.bindings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of CUDA is on this machine: the driver, its GPUs, and the toolkit's libraries that running on one takes.
 *
 * @param libraries where the driver, cuBLAS, cuBLASLt and NVRTC were looked for, in this order. A toolkit's library that was
 *     found is not loaded before its first use; after that, this is where it was loaded from
 * @param driverVersion the newest version of CUDA that the driver runs, such as {@code "13.0"}, or null without a driver
 * @param gpus the GPUs that the driver lists
 * @param problem why no GPU can be used and what to do about it, in one line, or null if one can be
 */
public record CudaInstallation(
        List<Resolution> libraries,
        @Nullable String driverVersion,
        List<CudaGpu> gpus,
        @Nullable String problem) {

    /** Copies the lists. */
    public CudaInstallation {
        libraries = List.copyOf(libraries);
        gpus = List.copyOf(gpus);
    }
}
