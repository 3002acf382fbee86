package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A small library that stands for CUDA's, compiled by the system's C compiler; tests that need it are skipped without one. */
final class Lookalike {

    private Lookalike() {}

    /**
     * Compiles the library.
     *
     * @param folder where to put it
     * @param settings macros, such as {@code DRIVER_VERSION=12040}
     * @param names the file names to put it there by
     */
    static void compile(Path folder, List<String> settings, String... names) throws IOException, InterruptedException {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "CUDA's file names here are those of Linux");
        Files.createDirectories(folder);
        var source = folder.resolve("lookalike.c");
        try (InputStream in = Objects.requireNonNull(Lookalike.class.getResourceAsStream("lookalike.c"))) {
            Files.write(source, in.readAllBytes());
        }
        var library = folder.resolve("lookalike");
        var command = new ArrayList<>(List.of("cc", "-shared", "-fPIC", "-w", "-o", library.toString()));
        settings.forEach(setting -> command.add("-D" + setting));
        command.add(source.toString());
        var log = folder.resolve("lookalike.log");
        Process compiler;
        try {
            compiler = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException none) {
            assumeTrue(false, "there is no C compiler: " + none.getMessage());
            return;
        }
        assertThat(compiler.waitFor()).as(() -> read(log)).isZero();
        for (var name : names) {
            Files.copy(library, folder.resolve(name));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            return failure.toString();
        }
    }
}
