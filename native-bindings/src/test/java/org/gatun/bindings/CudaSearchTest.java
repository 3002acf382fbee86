package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaSearchTest {

    @TempDir
    Path temporary;

    private Environment environment(String os, Map<String, String> variables) {
        return new Environment(
                Platform.of(os, "amd64"),
                name -> name.equals("user.home") ? temporary.resolve("home").toString() : null,
                variables::get);
    }

    private Resolution search(Environment environment, CudaLibrary library) {
        return CudaSearch.look(environment, temporary.resolve("root"), library, 0);
    }

    private Path file(String path) throws IOException {
        var file = temporary.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "");
    }

    @Test
    void aToolkitNamedByCudaHomeIsFirst() throws IOException {
        var real = file("toolkit/lib64/libcublas.so.12.4.5.8");
        Files.createSymbolicLink(real.resolveSibling("libcublas.so.12"), real);
        file("toolkit/lib64/libcublasLt.so.12.4.5.8");
        var home = temporary.resolve("toolkit").toString();
        var found = search(environment("Linux", Map.of("CUDA_HOME", home)), CudaLibrary.CUBLAS);
        assertThat(found.found()).isTrue();
        assertThat(found.path()).isEqualTo(real.toRealPath());
        assertThat(found.version()).isEqualTo("12.4.5.8");
        assertThat(found.origin()).isEqualTo("CUDA_HOME=" + home);
        assertThat(found.remedy()).isEmpty();
        assertThat(found.attempts()).extracting(Attempt::where).containsExactly(
                "system property gatun.cuda.path", "environment variable GATUN_CUDA_PATH", "CUDA_HOME=" + home);
    }

    @Test
    void toolkitsKeepLibrariesInSeveralFolders() throws IOException {
        file("a/targets/x86_64-linux/lib/libnvrtc.so.13");
        file("b/lib/libnvrtc.so.12");
        for (var toolkit : List.of("a", "b")) {
            var found = search(
                    environment(
                            "Linux",
                            Map.of("CUDA_PATH", temporary.resolve(toolkit).toString())),
                    CudaLibrary.NVRTC);
            assertThat(found.version()).isEqualTo(toolkit.equals("a") ? "13" : "12");
        }
    }

    @Test
    void pythonWheelsAreLookedThrough() throws IOException {
        file("venv/lib/python3.9/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
        file("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc-builtins.so.13.0");
        var expected = file("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13");
        var found = search(
                environment(
                        "Linux", Map.of("VIRTUAL_ENV", temporary.resolve("venv").toString())),
                CudaLibrary.NVRTC);
        assertThat(found.path()).isEqualTo(expected.toRealPath());
        assertThat(found.origin()).startsWith("Python wheels");
    }

    @Test
    void usualFoldersAreLookedThroughNewestFirst() throws IOException {
        file("root/usr/local/cuda-9.2/lib64/libcublas.so.9.2");
        var toolkit = file("root/usr/local/cuda-12.9/lib64/libcublas.so.12.9");
        var driver = file("root/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14");
        var environment = environment("Linux", Map.of());
        assertThat(search(environment, CudaLibrary.CUBLAS).path()).isEqualTo(toolkit.toRealPath());
        var found = search(environment, CudaLibrary.DRIVER);
        assertThat(found.path()).isEqualTo(driver.toRealPath());
        assertThat(found.version()).isEqualTo("550.54.14");
    }

    @Test
    void windowsNamesItsLibrariesOtherwise() throws IOException {
        file("v12.6/bin/cublasLt64_12.dll");
        file("v12.6/bin/nvrtc64_120_0.alt.dll");
        file("v12.6/bin/nvrtc64_120_0.dll");
        var environment = environment(
                "Windows 11", Map.of("CUDA_PATH", temporary.resolve("v12.6").toString()));
        var lt = search(environment, CudaLibrary.CUBLAS_LT);
        assertThat(lt.found()).isTrue();
        assertThat(lt.version()).isEqualTo("12");
        assertThat(search(environment, CudaLibrary.NVRTC).version()).isEqualTo("12.0");
        var blas = search(environment, CudaLibrary.CUBLAS);
        assertThat(blas.found()).isFalse();
        assertThat(blas.explain())
                .contains("cuBLAS was not found")
                .contains("Remedy: ")
                .contains("CUDA toolkit");
    }

    @Test
    void whatIsMissingIsExplained() {
        var windows = search(environment("Windows 11", Map.of()), CudaLibrary.DRIVER);
        assertThat(windows.found()).isFalse();
        assertThat(windows.explain())
                .contains("environment variable PATH: not set")
                .contains("NVIDIA's driver")
                .doesNotContain("CUDA_HOME");
        var root = temporary.resolve("root");
        assertThat(search(environment("Linux", Map.of()), CudaLibrary.CUBLAS_LT).attempts())
                .extracting(Attempt::toString)
                .containsExactly(
                        "system property gatun.cuda.path: not set",
                        "environment variable GATUN_CUDA_PATH: not set",
                        "environment variable CUDA_HOME: not set",
                        "environment variable CUDA_PATH: not set",
                        root + "/usr/local/cuda: absent",
                        root + "/usr/local/cuda-*: absent",
                        root + "/opt/cuda: absent",
                        "environment variable LD_LIBRARY_PATH: not set",
                        root + "/usr/lib/x86_64-linux-gnu: absent",
                        root + "/usr/lib64: absent",
                        root + "/usr/lib/wsl/lib: absent",
                        "Python wheels (site-packages/nvidia): absent",
                        "Maven artifact org.bytedeco:cuda-redist-cublas: not on the class path or the module path");
        var mac = search(environment("Mac OS X", Map.of()), CudaLibrary.CUBLAS);
        assertThat(mac.remedy()).contains("CUDA does not exist for macOS");
        assertThat(mac.attempts()).isEmpty();
    }

    @Test
    void thisMachineIsAnsweredForEachLibrary() {
        var answers = NativeLibraries.cuda().libraries();
        assertThat(answers).extracting(Resolution::name).containsExactly("CUDA driver", "cuBLAS", "cuBLASLt", "NVRTC");
        for (var answer : answers) {
            assertThat(answer.attempts()).isNotEmpty();
            assertThat(answer.remedy().isEmpty()).isEqualTo(answer.found());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CUBLAS, libcublas.so, true",
        "CUBLAS, libcublas.so.12.4, true",
        "CUBLAS, libcublasLt.so.12, false",
        "CUBLAS, libcublas_static.a, false",
        "CUBLAS_LT, libcublasLt.so.12, true",
        "NVRTC, libnvrtc-builtins.so.12.4, false",
        "DRIVER, libcuda.so.1, true",
        "DRIVER, libcudart.so.12, false",
    })
    void filesAreToldApart(CudaLibrary library, String file, boolean expected) {
        assertThat(library.isNamed(Platform.Os.LINUX, file)).isEqualTo(expected);
    }

    @Test
    void newerVersionsComeFirst() {
        var paths = new ArrayList<>(List.of(Path.of("cuda-9.2"), Path.of("cuda-12.9"), Path.of("cuda-12.10")));
        paths.sort(CudaPlaces.NEWEST_FIRST);
        assertThat(paths).containsExactly(Path.of("cuda-12.10"), Path.of("cuda-12.9"), Path.of("cuda-9.2"));
    }
}
