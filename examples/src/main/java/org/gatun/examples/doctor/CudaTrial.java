package org.gatun.examples.doctor;

import java.util.List;
import java.util.Map;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.NativeLibraryException;
import org.gatun.bindings.cuda.CuBlas;
import org.gatun.bindings.cuda.CuBlasLt;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.Nvrtc;
import org.jspecify.annotations.Nullable;

/** Uses each library of CUDA for a moment: that its file is there does not mean that it works. */
final class CudaTrial {
    private CudaTrial() {}

    /**
     * What a library that works says of its version; a file's name may tell less.
     *
     * @param library the library's name
     * @return the version, such as {@code "13.0"}, or null when it says nothing
     */
    static @Nullable String version(String library) {
        return switch (library) {
            case "cuBLASLt" -> CuBlasLt.version() / 10000 + "." + CuBlasLt.version() / 100 % 100;
            case "NVRTC" -> Nvrtc.version() / 1000 + "." + Nvrtc.version() / 10 % 100;
            default -> null;
        };
    }

    /**
     * What is wrong with a library, in one line.
     *
     * @param library the library's name, as {@link org.gatun.bindings.NativeLibraries#cuda} lists it
     * @param gpu the GPU to try it on
     * @return null when it works
     */
    static @Nullable String failure(String library, CudaGpu gpu) {
        int device = 0;
        boolean retained = false;
        try {
            device = CudaDriver.device(gpu.ordinal());
            CudaDriver.setContext(CudaDriver.retainPrimaryContext(device));
            retained = true;
            switch (library) {
                case "cuBLAS" -> CuBlas.destroy(CuBlas.create());
                case "cuBLASLt" -> CuBlasLt.destroy(CuBlasLt.create());
                case "NVRTC" -> compile(gpu);
                default -> CudaMemory.free(CudaMemory.allocate(1));
            }
            return null;
        } catch (CudaException | NativeLibraryException | IllegalArgumentException e) {
            return line(e);
        } catch (LinkageError e) { // a function that the library lacks
            return line(e.getCause() == null ? e : e.getCause());
        } finally {
            if (retained) {
                CudaDriver.setContext(0);
                CudaDriver.releasePrimaryContext(device);
            }
        }
    }

    private static String line(Throwable failure) {
        return String.valueOf(failure.getMessage()).replaceAll("\\s*\n\\s*", "; ");
    }

    /** Compiles a kernel for the GPU and loads it. */
    private static void compile(CudaGpu gpu) {
        String source = """
            extern "C" __global__ void halve(float *x, int n) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < n) x[i] = __fdividef(x[i], 2.0f);
            }
            """;
        String target = Nvrtc.target(gpu.architecture());
        Nvrtc.Compilation compiled =
                Nvrtc.compile(source, "halve.cu", Map.of(), List.of("--gpu-architecture=" + target), List.of());
        long module = CudaDriver.loadModule(compiled.image());
        CudaDriver.function(module, "halve");
        CudaDriver.unloadModule(module);
    }
}
