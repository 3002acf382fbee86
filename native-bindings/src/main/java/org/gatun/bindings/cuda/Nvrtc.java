package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.generated.nvrtc_h;

/**
 * NVRTC, which compiles CUDA C++ at run time.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}; each method throws
 * {@link org.gatun.bindings.NativeLibraryException} if there is none, and {@link CudaException} for any status but success. It
 * needs no driver and no device. Every call may be made from any thread.
 */
public final class Nvrtc {

    /**
     * What came of a compilation.
     *
     * @param image a cubin if a real architecture was asked for ({@code sm_90}), PTX if a virtual one was ({@code compute_90})
     * @param log the compiler's warnings, empty if there are none
     * @param names the names as compiled of the kernels that were asked for
     */
    @SuppressWarnings("ArrayRecordComponent") // results are used, not compared
    public record Compilation(byte[] image, String log, Map<String, String> names) {}

    private interface Text {
        int get(MemorySegment program, MemorySegment result);
    }

    private static boolean ready;

    private Nvrtc() {}

    /**
     * The library's version.
     *
     * @return 1000 times the major and 10 times the minor version, such as 13000 for CUDA 13.0
     */
    public static int version() {
        ready();
        var scratch = Scratch.memory();
        check("nvrtcVersion", nvrtc_h.nvrtcVersion(scratch, scratch.asSlice(4)));
        return scratch.get(JAVA_INT, 0) * 1000 + scratch.get(JAVA_INT, 4) * 10;
    }

    /**
     * The architectures that it compiles for.
     *
     * @return numbers such as 90 for {@code sm_90}, ascending
     */
    public static List<Integer> architectures() {
        ready();
        var scratch = Scratch.memory();
        check("nvrtcGetNumSupportedArchs", nvrtc_h.nvrtcGetNumSupportedArchs(scratch));
        int count = scratch.get(JAVA_INT, 0);
        try (var arena = Arena.ofConfined()) {
            var numbers = arena.allocate(JAVA_INT, Math.max(1, count));
            check("nvrtcGetSupportedArchs", nvrtc_h.nvrtcGetSupportedArchs(numbers));
            return Arrays.stream(numbers.toArray(JAVA_INT)).limit(count).boxed().toList();
        }
    }

    /**
     * What to compile for a GPU: its architecture or, where it is newer than the compiler, the last one before it, for which there is
     * PTX that the driver compiles to the end.
     *
     * @param architecture the GPU's, such as {@code sm_90}
     * @return what {@code --gpu-architecture} takes, such as {@code sm_90}, or {@code compute_90} for a newer GPU
     * @throws IllegalArgumentException if the compiler has none for a GPU so old; the message says what to do
     */
    public static String target(String architecture) {
        List<Integer> compiled = architectures();
        int own = Integer.parseInt(architecture.substring(architecture.indexOf('_') + 1));
        if (compiled.contains(own)) {
            return architecture;
        }
        int before =
                compiled.stream().mapToInt(n -> n).filter(n -> n < own).max().orElse(0);
        if (before == 0) {
            throw new IllegalArgumentException("the GPU's architecture " + architecture
                    + " is older than all that NVRTC "
                    + version() / 1000 + "." + version() % 1000 / 10 + " compiles for, of which the first is sm_"
                    + compiled.stream().mapToInt(n -> n).min().orElse(0)
                    + ": install an older CUDA toolkit, and name it with GATUN_CUDA_PATH where there are several");
        }
        return "compute_" + before;
    }

    /**
     * Compiles a source.
     *
     * @param source the source
     * @param file what the compiler's messages call it
     * @param headers the sources that it may include, by the names that it includes them by
     * @param options the compiler's options, such as {@code --gpu-architecture=sm_90}
     * @param kernels the kernels whose names as compiled are asked for, such as {@code add<float>}; templates are instantiated
     *     so
     * @return what was compiled
     * @throws CudaException if the source can't be compiled; the message holds the compiler's log
     */
    public static Compilation compile(
            String source, String file, Map<String, String> headers, List<String> options, List<String> kernels) {
        ready();
        try (var arena = Arena.ofConfined()) {
            var handle = arena.allocate(ADDRESS);
            check(
                    "nvrtcCreateProgram",
                    nvrtc_h.nvrtcCreateProgram(
                            handle,
                            arena.allocateFrom(source),
                            arena.allocateFrom(file),
                            headers.size(),
                            texts(arena, List.copyOf(headers.values())),
                            texts(arena, List.copyOf(headers.keySet()))));
            var program = handle.get(ADDRESS, 0);
            try {
                for (var kernel : kernels) {
                    check(
                            "nvrtcAddNameExpression",
                            nvrtc_h.nvrtcAddNameExpression(program, arena.allocateFrom(kernel)));
                }
                int status = nvrtc_h.nvrtcCompileProgram(program, options.size(), texts(arena, options));
                var log = log(arena, program);
                if (status != 0) {
                    throw error(
                            "nvrtcCompileProgram", status, file + " with " + String.join(" ", options) + "\n" + log);
                }
                return new Compilation(image(arena, program), log, names(arena, program, kernels));
            } finally {
                check("nvrtcDestroyProgram", nvrtc_h.nvrtcDestroyProgram(handle));
            }
        }
    }

    private static byte[] image(Arena arena, MemorySegment program) {
        var size = arena.allocate(JAVA_LONG);
        check("nvrtcGetCUBINSize", nvrtc_h.nvrtcGetCUBINSize(program, size));
        // only a real architecture has a cubin
        if (size.get(JAVA_LONG, 0) > 0) {
            return bytes(arena, program, size, "nvrtcGetCUBIN", nvrtc_h::nvrtcGetCUBIN);
        }
        check("nvrtcGetPTXSize", nvrtc_h.nvrtcGetPTXSize(program, size));
        return bytes(arena, program, size, "nvrtcGetPTX", nvrtc_h::nvrtcGetPTX);
    }

    private static String log(Arena arena, MemorySegment program) {
        var size = arena.allocate(JAVA_LONG);
        check("nvrtcGetProgramLogSize", nvrtc_h.nvrtcGetProgramLogSize(program, size));
        if (size.get(JAVA_LONG, 0) <= 1) {
            return "";
        }
        var text = arena.allocate(size.get(JAVA_LONG, 0));
        check("nvrtcGetProgramLog", nvrtc_h.nvrtcGetProgramLog(program, text));
        return text.getString(0).strip();
    }

    private static byte[] bytes(Arena arena, MemorySegment program, MemorySegment size, String call, Text text) {
        var bytes = arena.allocate(size.get(JAVA_LONG, 0));
        check(call, text.get(program, bytes));
        return bytes.toArray(JAVA_BYTE);
    }

    private static Map<String, String> names(Arena arena, MemorySegment program, List<String> kernels) {
        var names = new LinkedHashMap<String, String>();
        var pointer = arena.allocate(ADDRESS);
        for (var kernel : kernels) {
            check("nvrtcGetLoweredName", nvrtc_h.nvrtcGetLoweredName(program, arena.allocateFrom(kernel), pointer));
            names.put(kernel, org.gatun.bindings.Memory.ALL.getString(Scratch.handle(pointer)));
        }
        return Map.copyOf(names);
    }

    private static MemorySegment texts(Arena arena, List<String> texts) {
        var pointers = arena.allocate(ADDRESS, Math.max(1, texts.size()));
        for (int i = 0; i < texts.size(); i++) {
            pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return texts.isEmpty() ? ofAddress(0) : pointers;
    }

    private static void ready() {
        if (!ready) {
            NativeLibraries.nvrtcSymbols();
            ready = true;
        }
    }

    private static void check(String call, int status) {
        if (status != 0) {
            throw error(call, status, "");
        }
    }

    /** NVRTC has names for its errors and no other text. */
    private static CudaException error(String call, int status, String text) {
        return new CudaException(
                call, status, nvrtc_h.nvrtcGetErrorString(status).getString(0), text);
    }
}
