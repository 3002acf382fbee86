package org.gatun.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.gatun.rules.SwitchRules.Kind;
import org.gatun.rules.SwitchRules.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for sources, on those of all modules, and on snippets that break them. */
class SourceRulesTest {
    private static final int LONGEST_FILE = 800;
    private static final Pattern INTERPRETER =
            Pattern.compile("org/gatun/(tensor/(ir|trace|cpu|cuda)|autograd)/(.+/)?\\w+\\.java$");
    private static final Pattern KERNEL_OR_DERIVATIVE =
            Pattern.compile("org/gatun/(tensor/(cpu|cuda)|autograd)/(.+/)?\\w+\\.java$");
    private static final Pattern VAGUE_NAME = Pattern.compile(".*(Impl|Manager|Helper|Helpers|Util|Utils)");

    @Test
    void interpretersNameEveryOperation() throws IOException {
        assertThat(violations(INTERPRETER))
                .filteredOn(violation -> violation.kind() != Kind.THROWING)
                .isEmpty();
    }

    /** A new dtype of another size must not be read as one that a kernel knows. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "switch (dtype.bytes()) { case 8 -> 1; case 4 -> 2; default -> 3; }",
                "switch ((bytes)) { case 8: yield 1; default: yield 3; }",
                "switch (program.bytes) { case 1 -> 1; default -> 3; }",
                "dtype.bytes() == 4 ? 1 : 2",
                "bytes != 8 ? 1 : 2",
            })
    void aChoiceByTheSizeOfAnElementIsFound(String expression) throws IOException {
        assertThat(SwitchRules.violations(snippet(expression)))
                .hasSize(1)
                .first()
                .asString()
                .contains("Snippet.java:2 has a choice by the size of an element");
    }

    @Test
    void aVariableThatHoldsTheSizeOfAnElementIsFollowed() throws IOException {
        String code = "0; } int copy(DType dtype) { int width = dtype.bytes();\n return width == 4 ? 1 : 2";
        assertThat(SwitchRules.violations(snippet(code))).hasSize(1);
    }

    /** A trace may refuse a family, as a region refuses what is not elementwise; a kernel or a derivative may not. */
    @Test
    void kernelsAndDerivativesRefuseNoOperation() throws IOException {
        assertThat(violations(KERNEL_OR_DERIVATIVE)).isEmpty();
    }

    private static List<Violation> violations(Pattern where) throws IOException {
        var violations = new ArrayList<Violation>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            for (Path source : sources("main")) {
                if (where.matcher(unix(source)).find()) {
                    for (JavaFileObject file : files.getJavaFileObjects(source)) {
                        violations.addAll(SwitchRules.violations(file));
                    }
                }
            }
        }
        return violations;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "switch (op) { case Op.Sum s -> 1; default -> 0; }",
                "switch (op) { case Op.Sum s: yield 1; default: yield 0; }",
                "switch (fn) { case EXP, LOG -> 1; default -> 0; }",
                "switch (op) { case Op.Sum s -> 1; case Op rest -> 0; }",
                "switch (op) { case Op.Sum s -> 1; case Op.Max m -> throw new IllegalStateException(); }",
                "switch (op) { case Op.Sum s -> 1; case Op.Max(var axes) -> throw new IllegalStateException(); }",
                "switch (op) { case Op.Sum s: yield 1; case Op.Max m: throw new IllegalStateException(); }",
                "switch (op) { case Op.Sum s -> 1; case Op.Max m -> { throw new IllegalStateException(); } }",
            })
    void anOpenSwitchIsFound(String expression) throws IOException {
        assertThat(SwitchRules.violations(snippet(expression)))
                .hasSize(1)
                .first()
                .asString()
                .contains("Snippet.java:2 has an arm");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "switch (op) { case Op.Sum s -> 1; case Op.Max m -> 2; }",
                "switch (fn) { case EXP, LOG -> 1; case TANH -> throw new ArithmeticException(); }",
                "switch (rank) { case 0 -> 1; case -1 -> 2; default -> 0; }",
                "rank == 4 ? dtype.bytes() : 8 * bytes",
                "switch (dtype) { case F32, I32 -> 4; case F64, I64 -> 8; case U8, BOOL -> 1; }",
                "switch (name) { case \"cpu\" -> 1; default -> throw new IllegalArgumentException(name); }",
            })
    void anExhaustiveSwitchPasses(String expression) throws IOException {
        assertThat(SwitchRules.violations(snippet(expression))).isEmpty();
    }

    @Test
    void filesAreOfAReadableLength() throws IOException {
        var tooLong = new ArrayList<String>();
        for (Path source : sources("main", "test")) {
            long lines;
            try (Stream<String> text = Files.lines(source)) {
                lines = text.count();
            }
            if (lines > LONGEST_FILE) {
                tooLong.add(unix(source) + ": " + lines);
            }
        }
        assertThat(tooLong).as("files over %d lines", LONGEST_FILE).isEmpty();
    }

    @Test
    void namesSayWhatAFileHolds() throws IOException {
        assertThat(sources("main", "test"))
                .as("vague names")
                .noneMatch(source -> VAGUE_NAME.matcher(nameOf(source)).matches());
    }

    @Test
    void everyPackageIsDescribedAndNullMarked() throws IOException {
        var folders = new TreeSet<Path>();
        for (Path source : sources("main")) {
            if (!nameOf(source).equals("module-info")) {
                folders.add(source.getParent());
            }
        }
        var without = new ArrayList<Path>();
        for (Path folder : folders) {
            Path info = folder.resolve("package-info.java");
            String text = Files.exists(info) ? Files.readString(info) : "";
            if (!text.contains("@NullMarked") || !text.startsWith("/**")) {
                without.add(folder);
            }
        }
        assertThat(without).isEmpty();
    }

    private static JavaFileObject snippet(String expression) {
        String code = "class Snippet { int of(Op op, Fn fn, int rank, int bytes, DType dtype, String name) { return\n"
                + expression + "; } }";
        return new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
    }

    /** The hand-written sources of all modules, of the given kinds: main, test. */
    private static List<Path> sources(String... kinds) throws IOException {
        var found = new ArrayList<Path>();
        try (Stream<Path> modules = Files.list(root())) {
            for (Path module : modules.sorted().toList()) {
                for (String kind : kinds) {
                    Path folder = module.resolve("src", kind, "java");
                    if (Files.isDirectory(folder)) {
                        try (Stream<Path> files = Files.walk(folder)) {
                            found.addAll(files.filter(SourceRulesTest::isHandWritten)
                                    .sorted()
                                    .toList());
                        }
                    }
                }
            }
        }
        assertThat(found).as("sources under %s", root()).hasSizeGreaterThan(10);
        return found;
    }

    /** The folder of the whole project: Maven starts tests in their module's. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("tensor-core/pom.xml"))) {
            folder = folder.getParent();
            assertThat(folder)
                    .as("the project's folder, above %s", Path.of("").toAbsolutePath())
                    .isNotNull();
        }
        return folder;
    }

    private static boolean isHandWritten(Path file) {
        return file.toString().endsWith(".java") && !unix(file).contains("/generated/");
    }

    private static String nameOf(Path source) {
        return source.getFileName().toString().replace(".java", "");
    }

    private static String unix(Path path) {
        return path.toString().replace('\\', '/');
    }
}
