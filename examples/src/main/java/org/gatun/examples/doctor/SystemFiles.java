package org.gatun.examples.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Linux says of its processor and its NVIDIA driver in files below {@code /proc}. On other systems, and where a file is
 * missing, nothing is known.
 *
 * @param root the folder that stands for the root of the file system
 */
record SystemFiles(Path root) {
    /** The vector instructions that matter to the kernels and to OpenBLAS's choice of its own. */
    private static final List<String> VECTOR_INSTRUCTIONS = List.of(
            "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "asimdhp", "sve", "sve2");

    /** The processor's name, or null. */
    @Nullable
    String processorName() {
        return cpuLine("model name");
    }

    /** Those of the processor's vector instructions that matter. */
    List<String> vectorInstructions() {
        String flags = cpuLine("flags");
        List<String> known = Arrays.asList((flags != null ? flags : orEmpty(cpuLine("Features"))).split("\\s+"));
        return VECTOR_INSTRUCTIONS.stream().filter(known::contains).toList();
    }

    /** The version of the NVIDIA driver in the kernel, or null. */
    @Nullable
    String nvidiaDriver() {
        var match =
                Pattern.compile("Kernel Module[^\\n]*?\\s(\\d+(\\.\\d+)+)").matcher(text("proc/driver/nvidia/version"));
        return match.find() ? match.group(1) : null;
    }

    /** The names of the GPUs that the NVIDIA driver in the kernel knows. */
    List<String> nvidiaGpus() {
        Path folder = root.resolve("proc/driver/nvidia/gpus");
        try (Stream<Path> gpus = Files.list(folder)) {
            return gpus.sorted()
                    .map(gpu -> field(
                            text(root.relativize(gpu).resolve("information").toString()), "Model"))
                    .map(SystemFiles::orEmpty)
                    .filter(name -> !name.isEmpty())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private @Nullable String cpuLine(String name) {
        return field(text("proc/cpuinfo"), name);
    }

    /** The value of the first line {@code NAME : VALUE}, or null. */
    private static @Nullable String field(String text, String name) {
        return text.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
                .map(parts -> parts[1].strip())
                .findFirst()
                .orElse(null);
    }

    /** A file's text, empty when it can't be read. */
    private String text(String file) {
        try {
            return Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
