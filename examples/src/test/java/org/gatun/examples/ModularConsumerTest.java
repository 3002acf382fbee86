package org.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's module compiles against what Maven gives it at run time: our modules and their libraries, but no annotations. */
class ModularConsumerTest {
    private static final String MODULE = "module app { requires org.gatun.nn; requires org.gatun.optim; }";
    private static final String PROGRAM = """
            package app;

            import org.gatun.autograd.Tape;
            import org.gatun.nn.Linear;
            import org.gatun.optim.Adam;
            import org.gatun.tensor.Tensor;
            import org.gatun.tensor.Tensors;
            import org.gatun.tensor.random.Generator;

            public class Main {
                public static void main(String[] arguments) {
                    var layer = new Linear(3, 2, new Generator(1));
                    var optimizer = Adam.of(layer.parameters());
                    try (Tape tape = Tape.open()) {
                        Tensor loss = layer.forward(Tensors.of(1f, 2f, 3f)).square().mean();
                        tape.backward(loss);
                    }
                    optimizer.step();
                }
            }
            """;

    /** Our modules, as folders of classes or as archives, and the one library that they need. */
    private static boolean isOurs(String entry) {
        String name = Path.of(entry).getFileName().toString();
        return Files.exists(Path.of(entry, "module-info.class"))
                || name.startsWith("gatun-")
                || name.startsWith("jackson-core-");
    }

    @Test
    void theModulesNeedNoAnnotations(@TempDir Path folder) throws IOException {
        Path module = Files.writeString(folder.resolve("module-info.java"), MODULE);
        Path program =
                Files.writeString(Files.createDirectory(folder.resolve("app")).resolve("Main.java"), PROGRAM);
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(ModularConsumerTest::isOurs)
                .collect(Collectors.joining(File.pathSeparator));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler).isNotNull();
        var errors = new ByteArrayOutputStream();
        int status = compiler.run(
                null,
                null,
                errors,
                "--module-path",
                path,
                "-d",
                folder.resolve("classes").toString(),
                module.toString(),
                program.toString());
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }
}
