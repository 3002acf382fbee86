package org.gatun.bindings.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.NativeLibraryException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real compiler, where it is installed: it needs no GPU. */
class NvrtcTest {

    private static final String SOURCE = """
        #include "one.cuh"
        template <typename T> __global__ void add(T *x, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) x[i] += one<T>();
        }
        """;
    private static final Map<String, String> HEADERS =
            Map.of("one.cuh", "template <typename T> __device__ T one() { return T(1); }");

    @BeforeAll
    static void find() {
        boolean found;
        try {
            NativeLibraries.nvrtcSymbols();
            found = true;
        } catch (NativeLibraryException absent) {
            found = false;
        }
        assumeTrue(found, "NVRTC is not installed");
    }

    private static String latest() {
        return "_" + Nvrtc.architectures().getLast();
    }

    @Test
    void theVersionIsOfAReleaseThatIsTaken() {
        assertThat(Nvrtc.version()).isBetween(12000, 13999);
        assertThat(Nvrtc.architectures()).isSorted().contains(80, 90);
    }

    @Test
    void aRealArchitectureGivesMachineCode() {
        var compiled = Nvrtc.compile(
                SOURCE,
                "add.cu",
                HEADERS,
                List.of("--gpu-architecture=sm" + latest()),
                List.of("add<float>", "add<double>"));
        assertThat(compiled.image()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(compiled.log()).isEmpty();
        // the names of the C++ ABI: a function template of one argument that returns void and takes a pointer to it and
        // an int
        assertThat(compiled.names())
                .containsOnly(Map.entry("add<float>", "_Z3addIfEvPT_i"), Map.entry("add<double>", "_Z3addIdEvPT_i"));
    }

    @Test
    void aVirtualArchitectureGivesText() {
        var compiled = Nvrtc.compile(
                SOURCE, "add.cu", HEADERS, List.of("--gpu-architecture=compute" + latest()), List.of("add<int>"));
        assertThat(new String(compiled.image(), StandardCharsets.US_ASCII))
                .contains(".entry _Z3addIiEvPT_i")
                .endsWith("\0");
    }

    @Test
    void theErrorHasTheFileAndTheLine() {
        assertThatThrownBy(() -> Nvrtc.compile(
                        "__global__ void bad() {\n    int i = ;\n}\n", "bad.cu", Map.of(), List.of(), List.of()))
                .isInstanceOf(CudaException.class)
                .hasMessageStartingWith("nvrtcCompileProgram failed: NVRTC_ERROR_COMPILATION (6): bad.cu")
                .hasMessageContaining("bad.cu(2): error: expected an expression");
    }
}
