package org.gatun.bindings;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A library that running on an NVIDIA GPU takes, and how its files are named. */
enum CudaLibrary {
    /** The driver's library, which comes with the driver and not with the toolkit. */
    DRIVER("CUDA driver", "libcuda", "nvcuda", "cuInit"),
    /** Dense linear algebra. */
    CUBLAS("cuBLAS", "libcublas", "cublas64_", "cublasCreate_v2"),
    /** Matrix products with fused epilogues. */
    CUBLAS_LT("cuBLASLt", "libcublasLt", "cublasLt64_", "cublasLtCreate"),
    /** The compiler of kernels at run time. */
    NVRTC("NVRTC", "libnvrtc", "nvrtc64_", "nvrtcVersion");

    final String title;
    /** A function that it must export. */
    final String symbol;

    private final String stem;
    private final String windowsStem;

    CudaLibrary(String title, String stem, String windowsStem, String symbol) {
        this.title = title;
        this.stem = stem;
        this.windowsStem = windowsStem;
        this.symbol = symbol;
    }

    /** The names to ask the system's loader for. */
    List<String> loaderNames(Platform platform) {
        return switch (platform.os()) {
            case LINUX ->
                this == DRIVER
                        ? List.of("libcuda.so.1", "libcuda.so")
                        : Stream.of(".so.13", ".so.12", ".so.11.2", ".so.11", ".so")
                                .map(stem::concat)
                                .toList();
            case WINDOWS -> this == DRIVER ? List.of("nvcuda.dll") : List.of();
            case MACOS, OTHER -> List.of();
        };
    }

    /** Whether a file of this name is this library, in whatever version. */
    boolean isNamed(Platform.Os os, String file) {
        return switch (os) {
            case LINUX -> file.matches(Pattern.quote(stem) + "\\.so(\\.[0-9.]+)?");
            case WINDOWS -> file.matches("(?i)" + Pattern.quote(windowsStem) + "[0-9_]*\\.dll");
            case MACOS, OTHER -> false;
        };
    }

    /** The version in a file's name, such as 12.4.5.8 in {@code libcublas.so.12.4.5.8}, or null if it has none. */
    static @Nullable String version(String file) {
        var match = Pattern.compile("\\.so\\.([0-9.]+)$|64_([0-9_]+)\\.dll$").matcher(file);
        if (!match.find()) {
            return null;
        }
        return match.group(1) != null ? match.group(1) : match.group(2).replace('_', '.');
    }

    /** What to do when it is missing. */
    String remedy(Platform platform) {
        if (platform.os() != Platform.Os.LINUX && platform.os() != Platform.Os.WINDOWS) {
            return "CUDA does not exist for " + platform + ": Gatun computes on the CPU here.";
        }
        return switch (this) {
            case DRIVER ->
                "A GPU needs NVIDIA's driver: install it from https://www.nvidia.com/drivers or the system's packages"
                        + " (in a container, let it see the GPU: docker run --gpus all).";
            case CUBLAS, CUBLAS_LT -> toolkit("nvidia-cublas-cu12");
            case NVRTC -> toolkit("nvidia-cuda-nvrtc-cu12");
        };
    }

    private String toolkit(String wheel) {
        return title + " comes with the CUDA toolkit (https://developer.nvidia.com/cuda-downloads; set CUDA_HOME if it"
                + " is not in the usual place), or with Python's pip install " + wheel + ".";
    }
}
