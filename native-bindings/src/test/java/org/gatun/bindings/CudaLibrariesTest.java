package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The libraries of CUDA as a program sees them, with look-alikes in their place. */
class CudaLibrariesTest {

    private static final String[] RELEASE_13 = {"libcuda.so.1", "libcublas.so.13", "libcublasLt.so.13", "libnvrtc.so.13"
    };

    @TempDir
    Path folder;

    private String run(String... arguments) {
        var command = new ArrayList<>(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Dgatun.cuda.path=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                CudaCalls.class.getName()));
        command.addAll(Arrays.asList(arguments));
        var result = ChildJvm.run(command.toArray(String[]::new));
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    @Test
    void aGpuThatCanBeUsed() throws Exception {
        Lookalike.compile(folder, List.of("DEVICES=2"), RELEASE_13);
        assertThat(run("installation"))
                .contains("usable 2\n")
                .contains("driver 13.0\n")
                .contains("CudaGpu[ordinal=0, name=Look-alike 40, major=9, minor=0, memory=" + (40L << 30) + "]")
                .contains("CudaGpu[ordinal=1, name=Look-alike 41, major=9, minor=0, memory=" + (41L << 30) + "]")
                .contains("problem null\n")
                .contains("1. system property gatun.cuda.path: found " + folder.resolve("libcublas.so.13"))
                .contains("cuBLAS version 13\n")
                .contains("loaded [libcuda.so]"); // the others only when they are used
    }

    @Test
    void anOlderDriverTakesTheOlderToolkit() throws Exception {
        Lookalike.compile(
                folder,
                List.of("DRIVER_VERSION=12040"),
                "libcuda.so.1",
                "libcublas.so.13",
                "libcublas.so.12",
                "libcublasLt.so.12",
                "libnvrtc.so.13");
        assertThat(run("installation"))
                .contains("usable 0\n")
                .contains("driver 12.4\n")
                .contains("libcublas.so.13 is of CUDA 13, and the driver runs CUDA 12 at most")
                .contains("cuBLAS version 12\n")
                .contains(
                        "problem NVRTC was not found. Correct or remove the system property gatun.cuda.path: it must list"
                                + " folders that hold NVRTC of CUDA 12, the newest that the driver runs.");
    }

    @Test
    void aDriverWithoutAGpuLoadsNothingElse() throws Exception {
        Lookalike.compile(folder, List.of("INIT_STATUS=100"), RELEASE_13);
        assertThat(run("installation"))
                .contains("gpus []\n")
                .contains("problem NVIDIA's driver is installed and finds no GPU that it can use: cuInit failed:"
                        + " CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected. ")
                .contains("loaded [libcuda.so]");
    }

    @Test
    void aDriverThatListsNoGpu() throws Exception {
        Lookalike.compile(folder, List.of("DEVICES=0"), RELEASE_13);
        assertThat(run("installation")).contains("problem NVIDIA's driver is installed and lists no GPU: ");
    }

    @Test
    void aDriverThatIsTooOld() throws Exception {
        Lookalike.compile(folder, List.of("DRIVER_VERSION=11080"), RELEASE_13);
        assertThat(run("installation"))
                .contains("problem NVIDIA's driver runs CUDA 11.8, and Gatun needs CUDA 12 or newer: update the driver")
                .contains("loaded [libcuda.so]");
    }

    @Test
    void withoutADriverNothingIsLoaded() throws Exception {
        var system = new Environment(Platform.current(), name -> null, name -> null);
        assumeFalse(
                CudaSearch.load(system, Path.of("/"), CudaLibrary.DRIVER, 0)
                        .resolution()
                        .found(),
                "this machine has a driver");
        Lookalike.compile(folder, List.of(), "libcublas.so.13", "libcublasLt.so.13", "libnvrtc.so.13");
        assertThat(run("installation"))
                .contains("usable 0\n")
                .contains("driver null\n")
                .contains("problem A GPU needs NVIDIA's driver: ")
                .contains("cuBLAS was found")
                .contains("loaded []");
    }

    @Test
    void aFileThatIsNoLibraryIsPassedOver() throws Exception {
        Lookalike.compile(folder, List.of(), "libcublas.so.12", "libnvrtc.so.13.1", "libcublasLt.so.13");
        var broken = Files.writeString(folder.resolve("libcublas.so.13"), "not a library");
        var environment =
                new Environment(Platform.current(), Map.of("gatun.cuda.path", folder.toString())::get, name -> null);
        var result = CudaSearch.load(environment, folder, CudaLibrary.CUBLAS, 13);
        assertThat(result.lookup()).isNotNull();
        assertThat(result.resolution().version()).isEqualTo("12");
        assertThat(result.resolution().explain())
                .contains(broken + " can't be loaded: " + broken)
                .contains("found " + folder.resolve("libcublas.so.12"));
    }

    /** The system's loader would end the JVM with it, also where it is one that another needs. */
    @Test
    void aFileThatWasCutOffIsPassedOver() throws Exception {
        Lookalike.compile(folder, List.of(), "libcublas.so.13", "libcublasLt.so.13");
        for (var file : List.of("libcublas.so.13", "libcublasLt.so.13")) {
            assertThat(ElfFile.lack(folder.resolve(file))).isNull();
            var broken = Files.createDirectory(folder.resolve("without " + file));
            Files.copy(folder.resolve("libcublas.so.13"), broken.resolve("libcublas.so.13"));
            Files.write(broken.resolve(file), Arrays.copyOf(Files.readAllBytes(folder.resolve(file)), 2000));
            var environment = new Environment(
                    Platform.current(),
                    Map.of("gatun.cuda.path", broken + File.pathSeparator + folder)::get,
                    name -> null);
            var result = CudaSearch.load(environment, folder, CudaLibrary.CUBLAS, 13);
            assertThat(result.lookup()).isNotNull();
            assertThat(result.resolution().explain())
                    .contains(broken.resolve("libcublas.so.13") + " can't be loaded: " + broken.resolve(file)
                            + " ends after 2000 of ")
                    .contains("found " + folder.resolve("libcublas.so.13"));
            // What is installed is told by names until it is used.
            var libraries = new CudaLibraries(environment, folder);
            assertThat(libraries.installation().libraries().get(1).path()).isEqualTo(broken.resolve("libcublas.so.13"));
            assertThat(libraries.symbols(CudaLibrary.CUBLAS).find("cublasCreate_v2"))
                    .isPresent();
            assertThat(libraries.installation().libraries().get(1).path()).isEqualTo(folder.resolve("libcublas.so.13"));
        }
    }

    @Test
    void aLibraryWithoutItsFunctionsIsPassedOver() throws Exception {
        Lookalike.compile(folder, List.of("cublasCreate_v2=other"), "libcublas.so.13");
        var environment =
                new Environment(Platform.current(), name -> null, Map.of("GATUN_CUDA_PATH", folder.toString())::get);
        var result = CudaSearch.load(environment, folder, CudaLibrary.CUBLAS, 0);
        assertThat(result.lookup()).isNull();
        assertThat(result.resolution().explain())
                .contains("libcublas.so.13 exports no cublasCreate_v2, so it is no cuBLAS")
                .contains("Correct or remove the environment variable GATUN_CUDA_PATH");
    }

    @Test
    void theDriversErrorsAreTold() throws Exception {
        Lookalike.compile(folder, List.of(), RELEASE_13);
        assertThat(run("driver").lines().filter(line -> !line.startsWith("\t")))
                .contains(
                        "attribute 10041",
                        "address 7f0000000000",
                        "cuMemAlloc_v2 failed: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory; 1099511627776 bytes were"
                                + " asked for | cuMemAlloc_v2 2 CUDA_ERROR_OUT_OF_MEMORY true",
                        "cuMemFree_v2 failed: an error without a name (999) | cuMemFree_v2 999 an error without a name"
                                + " false",
                        "stream false true",
                        "cuStreamQuery failed: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory | cuStreamQuery 2"
                                + " CUDA_ERROR_OUT_OF_MEMORY true",
                        "sum 224.75",
                        "sum 225.75",
                        "launch 876543219",
                        "cuLaunchKernel failed: CUDA_ERROR_LAUNCH (701): too many resources; grid 1 x 1 x 1, block"
                                + " 2048 x 1 x 1, 0 bytes of shared memory | cuLaunchKernel 701 CUDA_ERROR_LAUNCH false",
                        "called with 77")
                .anySatisfy(line -> assertThat(line)
                        .startsWith("org.gatun.bindings.NativeLibraryException: CUDA driver (" + folder)
                        .contains("libcuda.so.1) has no cuCtxSynchronize: A GPU needs NVIDIA's driver"))
                .anySatisfy(line -> assertThat(line).contains("a host function of a CUDA stream failed"))
                .anySatisfy(line -> assertThat(line).contains("thrown on purpose"))
                .last()
                .asString()
                .startsWith("cuLaunchHostFunc failed: CUDA_ERROR_OUT_OF_MEMORY (2)");
    }

    @Test
    void factorsHaveTheTypeThatTheComputationTakes() throws Exception {
        Lookalike.compile(folder, List.of(), RELEASE_13);
        // C's type is 0; the halves 1.5 and 2 have the bits 0x3e00 and 0x4000
        assertThat(run("cublas"))
                .contains("F16 15872.0 16384.0 60504030201\n")
                .contains("F32 1.5 2.0 60504030201\n")
                .contains("F32_TF32 1.5 2.0 60504030201\n")
                .contains("F64 1.5 2.0 60504030201\n")
                .contains("I32 1.0 2.0 60504030201\n")
                .contains("cublasGemmEx failed: CUBLAS_STATUS_NOT_SUPPORTED (15): the functionality is not supported;"
                        + " m=1, n=2, k=3, A F16 lda=4, B BF16 ldb=5, C F32 ldc=6, computed in F32 |")
                .contains("Lt 130002 8\n");
    }

    @Test
    void theCompilersLogIsInTheError() throws Exception {
        Lookalike.compile(folder, List.of(), "libnvrtc.so.13");
        assertThat(run("nvrtc"))
                .contains("version 13010\n")
                .contains("image good.cu: code a.h=text --gpu-architecture=sm_90 -O3\n")
                .contains("names {add<float>=_Z3addIfEvv} log []\n")
                .contains("image of 4\n")
                .contains(
                        "nvrtcCompileProgram failed: NVRTC_ERROR_COMPILATION (6): bad.cu with --gpu-architecture=sm_90"
                                + " -O3\n"
                                + "bad.cu(3): error: expected a \";\" | nvrtcCompileProgram 6 NVRTC_ERROR_COMPILATION"
                                + " false\n");
    }
}
