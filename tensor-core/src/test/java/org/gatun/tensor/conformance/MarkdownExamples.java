package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.DynamicNode;

/** The Java examples of a page of the documentation: they compile, and what they assert is so. */
public final class MarkdownExamples {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private MarkdownExamples() {}

    /**
     * A test of each example.
     *
     * @param page its name in {@code docs}
     * @param imports the imports of every example
     * @param folder where to write the programs
     */
    public static Stream<DynamicNode> of(String page, String imports, Path folder) throws IOException {
        String text = Files.readString(Path.of("..", "docs", page));
        List<String> examples =
                EXAMPLE.matcher(text).results().map(m -> m.group(1)).toList();
        assertThat(examples).hasSizeGreaterThan(5);
        return IntStream.range(0, examples.size())
                .mapToObj(i -> dynamicTest("example " + (i + 1), () -> check(folder, i, imports, examples.get(i))));
    }

    private static void check(Path folder, int number, String imports, String example) throws Exception {
        String name = "Example" + number;
        Path source = Files.writeString(
                folder.resolve(name + ".java"),
                imports + "public final class " + name + " {\npublic static void run() {\n" + example + "}\n}\n");
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
                        new URL[] {folder.toUri().toURL()}, MarkdownExamples.class.getClassLoader());
                MemoryScope scope = MemoryScope.open("example")) {
            loader.setDefaultAssertionStatus(true);
            loader.loadClass(name).getMethod("run").invoke(null);
        }
    }
}
