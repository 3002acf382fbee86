package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
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
        assertThat(found.attempts())
                .extracting(Attempt::where)
                .containsExactly(
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
    void placesAreLookedThroughInOrder() throws IOException {
        var places = List.of(
                "named/lib64", // CUDA_HOME
                "other/lib", // CUDA_PATH
                "root/usr/local/cuda/lib64",
                "root/usr/local/cuda-13.1/lib64",
                "root/usr/local/cuda-13.0/targets/x86_64-linux/lib",
                "root/opt/cuda/lib64",
                "loader", // LD_LIBRARY_PATH
                "root/usr/lib/x86_64-linux-gnu",
                "root/usr/lib64",
                "conda/lib",
                "venv/lib/python3.13/site-packages/nvidia/cu13/lib",
                "conda/lib/python3.12/site-packages/nvidia/cublas/lib",
                "python/lib/python3.11/site-packages/nvidia/cublas/lib", // the one on the PATH
                "home/.local/lib/python3.11/site-packages/nvidia/cublas/lib",
                "root/usr/local/lib/python3.11/dist-packages/nvidia/cublas/lib",
                "root/usr/lib/python3/dist-packages/nvidia/cublas/lib");
        file("python/bin/python3");
        var environment = environment(
                "Linux",
                Map.of(
                        "CUDA_HOME", temporary.resolve("named").toString(),
                        "CUDA_PATH", temporary.resolve("other").toString(),
                        "LD_LIBRARY_PATH", temporary.resolve("none") + ":" + temporary.resolve("loader"),
                        "VIRTUAL_ENV", temporary.resolve("venv").toString(),
                        "CONDA_PREFIX", temporary.resolve("conda").toString(),
                        "PATH", temporary.resolve("none") + ":" + temporary.resolve("python/bin")));
        var files = new ArrayList<Path>();
        for (var place : places) {
            files.add(file(place + "/libcublas.so.13"));
        }
        for (var file : files) {
            assertThat(search(environment, CudaLibrary.CUBLAS).path()).isEqualTo(file.toRealPath());
            Files.delete(file);
        }
        assertThat(search(environment, CudaLibrary.CUBLAS).found()).isFalse();
    }

    @Test
    void aSettingIsTheOnlyPlaceOfTheToolkit() throws IOException {
        file("toolkit/lib64/libcublas.so.13");
        var nvrtc = file("wheel/libnvrtc.so.13");
        file("named/lib64/libcublasLt.so.13");
        var driver = file("root/usr/lib64/libcuda.so.580.65.06");
        var setting = temporary.resolve("toolkit") + ":" + temporary.resolve("wheel");
        var environment = environment(
                "Linux",
                Map.of(
                        "GATUN_CUDA_PATH",
                        setting,
                        "CUDA_HOME",
                        temporary.resolve("named").toString()));
        var cublas = search(environment, CudaLibrary.CUBLAS);
        assertThat(cublas.path())
                .isEqualTo(temporary.resolve("toolkit/lib64/libcublas.so.13").toRealPath());
        assertThat(cublas.origin()).isEqualTo("environment variable GATUN_CUDA_PATH");
        assertThat(search(environment, CudaLibrary.NVRTC).path()).isEqualTo(nvrtc.toRealPath());
        var missing = search(environment, CudaLibrary.CUBLAS_LT);
        assertThat(missing.found()).isFalse();
        assertThat(missing.attempts())
                .extracting(Attempt::toString)
                .containsExactly(
                        "system property gatun.cuda.path: not set",
                        "environment variable GATUN_CUDA_PATH: no cuBLASLt in it");
        assertThat(missing.remedy())
                .isEqualTo("Correct or remove the environment variable GATUN_CUDA_PATH: it must list"
                        + " folders that hold cuBLASLt of CUDA 13 or 12.");
        // the driver belongs to the system
        assertThat(search(environment, CudaLibrary.DRIVER).path()).isEqualTo(driver.toRealPath());

        var beside = file("toolkit/libcuda.so.1");
        var found = search(environment, CudaLibrary.DRIVER);
        assertThat(found.path()).isEqualTo(beside.toRealPath());
        assertThat(found.version()).isNull();
    }

    @Test
    void librariesOfOtherReleasesArePassedOver() throws IOException {
        var old = file("root/usr/local/cuda/lib64/libcublas.so.11.5.1.109");
        Files.createSymbolicLink(old.resolveSibling("libcublas.so.11"), old);
        Files.createSymbolicLink(old.resolveSibling("libcublas.so"), old);
        var newest = file("root/usr/local/cuda-13.0/lib64/libcublas.so.13.0.0.19");
        var environment = environment("Linux", Map.of());
        var root = temporary.resolve("root");
        var found = CudaSearch.look(environment, root, CudaLibrary.CUBLAS, 13);
        assertThat(found.path()).isEqualTo(newest.toRealPath());
        // one line, though three names lead to it
        assertThat(found.attempts())
                .filteredOn(attempt -> attempt.where().endsWith("cuda"))
                .singleElement()
                .satisfies(attempt ->
                        assertThat(attempt.outcome()).endsWith("is of CUDA 11.5.1.109, and Gatun takes CUDA 13 or 12"));

        var missing = CudaSearch.look(environment, root, CudaLibrary.CUBLAS, 12);
        assertThat(missing.found()).isFalse();
        assertThat(missing.explain()).contains("is of CUDA 13.0.0.19, and the driver runs CUDA 12 at most");
        assertThat(missing.remedy()).contains("pip install nvidia-cublas-cu12 (the driver runs CUDA 12)");
    }

    @Test
    void remediesNameTheWheelsOfTheDriversRelease() {
        var linux = Platform.of("Linux", "amd64");
        assertThat(CudaLibrary.CUBLAS.remedy(linux, 13)).contains("pip install nvidia-cublas, or");
        assertThat(CudaLibrary.CUBLAS_LT.remedy(linux, 12)).contains("pip install nvidia-cublas-cu12 ");
        assertThat(CudaLibrary.NVRTC.remedy(linux, 12)).contains("pip install nvidia-cuda-nvrtc-cu12 ");
        assertThat(CudaLibrary.NVRTC.remedy(linux, 13))
                .contains("pip install nvidia-cuda-nvrtc, or with the Maven artifact org.bytedeco:cuda-redist.");
        assertThat(CudaLibrary.NVRTC.remedy(linux, 0))
                .contains("pip install nvidia-cuda-nvrtc (or nvidia-cuda-nvrtc-cu12 for a driver of CUDA 12)");
    }

    @Test
    void pyenvKeepsPythonsBesideItsScripts() throws IOException {
        file("pyenv/shims/python3");
        var wheel = file("pyenv/versions/3.11.4/lib/python3.11/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.12");
        var environment = environment(
                "Linux", Map.of("PATH", temporary.resolve("pyenv/shims").toString()));
        assertThat(search(environment, CudaLibrary.NVRTC).path()).isEqualTo(wheel.toRealPath());
    }

    @Test
    void windowsKeepsWheelsAndToolkitsElsewhere() throws IOException {
        var toolkit = file("programs/NVIDIA GPU Computing Toolkit/CUDA/v13.0/bin/x64/cublas64_13.dll");
        var wheel = file("roaming/Python/Python312/site-packages/nvidia/cu13/bin/x86_64/nvrtc64_130_0.dll");
        var driver = file("windows/System32/nvcuda.dll");
        var environment = environment(
                "Windows 11",
                Map.of(
                        "ProgramFiles", temporary.resolve("programs").toString(),
                        "SystemRoot", temporary.resolve("windows").toString(),
                        "APPDATA", temporary.resolve("roaming").toString()));
        assertThat(search(environment, CudaLibrary.CUBLAS).path()).isEqualTo(toolkit.toRealPath());
        var nvrtc = search(environment, CudaLibrary.NVRTC);
        assertThat(nvrtc.path()).isEqualTo(wheel.toRealPath());
        assertThat(nvrtc.version()).isEqualTo("13.0");
        assertThat(search(environment, CudaLibrary.DRIVER).path()).isEqualTo(driver.toRealPath());
    }

    @Test
    void anArtifactOnTheClassPathIsTheLastPlace() throws IOException {
        var jar = temporary.resolve("cuda-redist.jar");
        var inside = "org/bytedeco/cuda/linux-x86_64/";
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var name : List.of("libnvrtc.so.12", "libnvrtc-builtins.so.12.9", "libnvJitLink.so.12")) {
                out.putNextEntry(new ZipEntry(inside + name));
            }
        }
        var environment = environment("Linux", Map.of());
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            var found = search(environment, CudaLibrary.NVRTC);
            assertThat(found.found()).isTrue();
            assertThat(found.version()).isEqualTo("12");
            assertThat(found.origin()).isEqualTo("Maven artifact org.bytedeco:cuda-redist");
            assertThat(found.attempts()).last().asString().endsWith("found in " + jar);
            assertThat(search(environment, CudaLibrary.CUBLAS).found()).isFalse();
            var archive = NativeJar.onClassPath(inside, "libnvrtc.so.12").orElseThrow();
            assertThat(archive.names(name -> CudaLibrary.NVRTC.needs(Platform.Os.LINUX, name)))
                    .containsExactly("libnvrtc-builtins.so.12.9");

            file("root/usr/lib64/libnvrtc.so.13");
            assertThat(search(environment, CudaLibrary.NVRTC).version()).isEqualTo("13");
        } finally {
            thread.setContextClassLoader(before);
        }
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
        "CUBLAS, libcublas.so.13, true",
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
