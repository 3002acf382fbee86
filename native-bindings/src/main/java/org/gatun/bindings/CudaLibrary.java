package org.gatun.bindings;

import java.util.List;
import java.util.regex.Pattern;
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

    /** The releases of CUDA whose libraries are taken, the best first. */
    static final List<Integer> RELEASES = List.of(13, 12);

    /** A glob that every name of these libraries matches, and few others. */
    static final String ANY = "*{cuda,cublas,nvrtc}*";

    private static final Pattern VERSION = Pattern.compile("\\.so\\.([0-9.]+)$|64_([0-9_]+)\\.dll$");

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

    /** The file names of releases that are taken, the best first; they can be asked of the system's loader too. */
    List<String> fileNames(Platform.Os os) {
        return switch (os) {
            case LINUX ->
                this == DRIVER
                        ? List.of("libcuda.so.1", "libcuda.so")
                        : RELEASES.stream()
                                .map(release -> stem + ".so." + release)
                                .toList();
            case WINDOWS ->
                this == DRIVER
                        ? List.of("nvcuda.dll")
                        : RELEASES.stream()
                                .map(release -> windowsStem + release + (this == NVRTC ? "0_0.dll" : ".dll"))
                                .toList();
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

    /**
     * Whether a file beside this library must be loaded before it. The loader finds what a library itself needs, but on some
     * systems not beside it; and NVRTC opens its built-in functions by name alone, at its first compilation.
     */
    boolean needs(Platform.Os os, String file) {
        return switch (this) {
            case DRIVER, CUBLAS_LT -> false;
            case CUBLAS -> CUBLAS_LT.isNamed(os, file);
            case NVRTC ->
                switch (os) {
                    case LINUX -> file.matches("libnvrtc-builtins\\.so(\\.[0-9.]+)?");
                    case WINDOWS -> file.matches("(?i)nvrtc-builtins64_[0-9]+\\.dll");
                    case MACOS, OTHER -> false;
                };
        };
    }

    /** The version in a file's name, such as 12.4.5.8 in {@code libcublas.so.12.4.5.8}, or null if it has none. */
    static @Nullable String version(String file) {
        var match = VERSION.matcher(file);
        if (!match.find()) {
            return null;
        }
        if (match.group(1) != null) {
            return match.group(1);
        }
        // nvrtc64_120_0.dll is version 12.0; only NVRTC has three digits in one number
        return match.group(2)
                .replaceFirst("^(\\d\\d)(\\d)(?=_|$)", "$1_$2")
                .replaceFirst("^(\\d\\d_\\d)_0$", "$1")
                .replace('_', '.');
    }

    /**
     * Why a file of this library can't be used.
     *
     * @param file the file's name, links followed
     * @param driverRelease the newest release of CUDA that the driver runs, or 0 if there is no driver to ask
     * @return the reason, or null if its name tells of none
     */
    @Nullable
    String unusable(String file, int driverRelease) {
        var version = this == DRIVER ? null : version(file);
        if (version == null) {
            return null;
        }
        int release = Integer.parseInt(version.split("\\.", -1)[0]);
        if (!RELEASES.contains(release)) {
            return "is of CUDA " + version + ", and Gatun takes CUDA 13 or 12";
        }
        return driverRelease != 0 && release > driverRelease
                ? "is of CUDA " + version + ", and the driver runs CUDA " + driverRelease + " at most"
                : null;
    }

    /**
     * What to do when it is missing.
     *
     * @param platform the platform
     * @param driverRelease the newest release of CUDA that the driver runs, or 0 if there is no driver to ask
     * @return one line
     */
    String remedy(Platform platform, int driverRelease) {
        if (platform.os() != Platform.Os.LINUX && platform.os() != Platform.Os.WINDOWS) {
            return "CUDA does not exist for " + platform + ": Gatun computes on the CPU here.";
        }
        return switch (this) {
            case DRIVER ->
                "A GPU needs NVIDIA's driver: install it from https://www.nvidia.com/drivers or the system's packages"
                        + " (in a container, let it see the GPU: docker run --gpus all).";
            case CUBLAS, CUBLAS_LT -> toolkit("nvidia-cublas", "cuda-redist-cublas", driverRelease);
            case NVRTC -> toolkit("nvidia-cuda-nvrtc", "cuda-redist", driverRelease);
        };
    }

    private String toolkit(String wheel, String artifact, int driverRelease) {
        var wheels = switch (driverRelease) {
            case 12 -> wheel + "-cu12 (the driver runs CUDA 12)";
            case 0 -> wheel + " (or " + wheel + "-cu12 for a driver of CUDA 12)";
            default -> wheel;
        };
        return title + " comes with the CUDA toolkit (https://developer.nvidia.com/cuda-downloads; set CUDA_HOME if it"
                + " is not in the usual place), with Python's pip install " + wheels
                + ", or with the Maven artifact org.bytedeco:" + artifact + ".";
    }
}
