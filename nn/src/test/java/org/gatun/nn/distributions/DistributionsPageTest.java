package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/distributions.md} compile, and what they assert is so. */
class DistributionsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "distributions.md");
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final String IMPORTS = """
            import java.util.*;
            import java.util.function.*;
            import org.gatun.autograd.*;
            import org.gatun.nn.distributions.*;
            import org.gatun.tensor.*;
            import org.gatun.tensor.random.Generator;
            import org.gatun.tensor.shape.Shape;
            import static org.gatun.nn.distributions.Notation.*;
            """;

    @TestFactory
    Stream<DynamicNode> examples(@TempDir Path folder) throws IOException {
        Matcher matcher = EXAMPLE.matcher(Files.readString(PAGE));
        List<String> examples = matcher.results().map(m -> m.group(1)).toList();
        assertThat(examples).hasSizeGreaterThan(5);
        return Stream.iterate(0, i -> i < examples.size(), i -> i + 1)
                .map(i -> dynamicTest("example " + (i + 1), () -> check(folder, i, examples.get(i))));
    }

    private static void check(Path folder, int number, String example) throws Exception {
        String name = "Example" + number;
        Path source = Files.writeString(
                folder.resolve(name + ".java"),
                IMPORTS + "public final class " + name + " {\npublic static void run() {\n" + example + "}\n}\n");
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(messages, null, null)) {
            List<String> options =
                    List.of("-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(null, files, messages, options, null, files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).as(() -> messages.getDiagnostics().toString()).isTrue();
        }
        try (var loader = new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, DistributionsPageTest.class.getClassLoader());
                MemoryScope scope = MemoryScope.open("example")) {
            loader.setDefaultAssertionStatus(true);
            loader.loadClass(name).getMethod("run").invoke(null);
        }
    }
}
