package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding and loading OpenBLAS, in JVMs of their own where it is a matter of how a JVM was started. */
class LoadingTest {

    private static final Path CLASSES = ChildJvm.placeOf(NativeLibraries.class);
    private static final Path TESTS = ChildJvm.placeOf(LoadingTest.class);
    private static final String MAIN = LoadAndMultiply.class.getName();
    private static final String ACCESS = "--enable-native-access=ALL-UNNAMED";
    private static final String DENY = "--illegal-native-access=deny";

    @TempDir
    Path temporary;

    private String cache() {
        return "-Dgatun.cache=" + temporary.resolve("cache");
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void severalProcessesUnpackAtOnce() throws IOException {
        var children = new ArrayList<ChildJvm>();
        for (int i = 0; i < 5; i++) {
            children.add(ChildJvm.start(
                    List.of(DENY, ACCESS, cache(), "-cp", ChildJvm.path(CLASSES, TESTS, ChildJvm.nativeJar()), MAIN)));
        }
        for (var child : children) {
            var result = child.await();
            assertThat(result.output()).contains("product 42.0").contains("native jar on the class path");
            assertThat(result.output()).doesNotContain("WARNING");
            assertThat(result.status()).isZero();
        }
        assertThat(filesIn(temporary.resolve("cache")))
                .containsExactlyElementsOf(
                        Platform.current().openBlasFiles().stream().sorted().toList());
    }

    @Test
    void damagedLibraryIsRepairedBeforeItIsLoaded() throws IOException {
        String[] command = {
            ACCESS, cache(), "-cp", ChildJvm.path(CLASSES, TESTS, ChildJvm.nativeJar()), MAIN,
        };
        var first = ChildJvm.run(command);
        assertThat(first.output()).contains("product 42.0");
        var library = library(first);
        var good = Files.readAllBytes(library);
        // the same size, so only its checksum gives it away
        Files.write(library, new byte[good.length]);
        var second = ChildJvm.run(command);
        assertThat(second.output()).contains("product 42.0");
        assertThat(library(second)).isEqualTo(library);
        assertThat(library).hasBinaryContent(good);
    }

    private static Path library(ChildJvm.Result result) {
        return Path.of(result.output()
                .lines()
                .filter(line -> line.startsWith("path "))
                .findFirst()
                .orElseThrow()
                .substring(5));
    }

    @Test
    void cacheThatCannotBeWrittenIsNoObstacle() throws IOException {
        Files.writeString(temporary.resolve("cache"), "a file, not a folder");
        var result = ChildJvm.run(ACCESS, cache(), "-cp", ChildJvm.path(CLASSES, TESTS, ChildJvm.nativeJar()), MAIN);
        assertThat(result.output())
                .contains("product 42.0")
                .contains("WARNING: OpenBLAS: the cache ")
                .contains("unpacked for this run only");
        if (Platform.current().os() != Platform.Os.WINDOWS) {
            assertThat(library(result)).doesNotExist();
        }
    }

    @Test
    void withoutTheJarThePlacesTriedAreListed() {
        var result = ChildJvm.run(ACCESS, cache(), "-cp", ChildJvm.path(CLASSES, TESTS), MAIN);
        assertThat(result.output())
                .contains("1. system property gatun.openblas.library: not set")
                .contains("2. environment variable GATUN_OPENBLAS_LIBRARY: not set")
                .contains("3. native jar on the class path: no resource org/bytedeco/openblas/")
                .contains("4. native jar on the module path: no module org.bytedeco.openblas.")
                .contains("loader path, ");
        // the system may have a BLAS of its own
        if (result.status() == 0) {
            assertThat(result.output()).contains("product 42.0");
        } else {
            assertThat(result.output())
                    .contains("NativeLibraryException: OpenBLAS was not found")
                    .contains("Remedy: Add the dependency org.bytedeco:openblas:")
                    .contains("again NativeLibraryException");
        }
    }

    @Test
    void aForeignPlatformFindsNothingAndSaysWhatToDo() {
        // on Linux nothing is named as on Windows, and the other way round
        boolean windows = Platform.current().os() == Platform.Os.WINDOWS;
        var foreign = windows ? Platform.of("Mac OS X", "aarch64") : Platform.of("Windows 11", "amd64");
        var result = OpenBlasLibrary.search(new Environment(foreign, name -> null, name -> null));
        assertThat(result.lookup()).isNull();
        assertThat(result.resolution().found()).isFalse();
        var message = new NativeLibraryException(result.resolution()).getMessage();
        assertThat(message)
                .startsWith("OpenBLAS was not found. Tried, in order:")
                .contains("3. native jar on the class path: no resource org/bytedeco/openblas/" + foreign.classifier())
                .contains("Remedy: Add the dependency org.bytedeco:openblas:")
                .contains("classifier " + foreign.classifier())
                .contains("-Dgatun.openblas.library=FILE");
    }

    @Test
    void refusedNativeAccessNamesTheFlagOnTheClassPath() {
        var result = ChildJvm.run(DENY, cache(), "-cp", ChildJvm.path(CLASSES, TESTS, ChildJvm.nativeJar()), MAIN);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output())
                .contains("NativeAccessError")
                .contains("Start java with --enable-native-access=ALL-UNNAMED (")
                .contains("again NativeAccessError");
    }

    @Test
    void theModulePathServesAsWell() throws IOException {
        // as a module of its own, with the native jar beside it, which nothing resolves
        var module = temporary.resolve("module");
        copy(CLASSES, module);
        copy(TESTS.resolve("org/gatun/bindings"), module.resolve("org/gatun/bindings"));
        var source = Files.createDirectories(temporary.resolve("source")).resolve("module-info.java");
        Files.writeString(source, "module org.gatun.bindings { exports org.gatun.bindings; }");
        var javac = ToolProvider.findFirst("javac").orElseThrow();
        assertThat(javac.run(System.out, System.err, "-d", module.toString(), source.toString()))
                .isZero();
        var path = ChildJvm.path(module, ChildJvm.nativeJar());
        var main = "org.gatun.bindings/" + MAIN;

        var result = ChildJvm.run(DENY, "--enable-native-access=org.gatun.bindings", cache(), "-p", path, "-m", main);
        assertThat(result.output()).contains("product 42.0").contains("native jar on the module path");
        assertThat(result.output()).doesNotContain("WARNING");
        assertThat(result.status()).isZero();

        var refused = ChildJvm.run(DENY, cache(), "-p", path, "-m", main);
        assertThat(refused.output())
                .contains("NativeAccessError")
                .contains("Start java with --enable-native-access=org.gatun.bindings (");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static Resolution explicit(String value) {
        var environment =
                new Environment(Platform.current(), Map.of("gatun.openblas.library", value)::get, name -> null);
        return OpenBlasLibrary.search(environment).resolution();
    }

    @Test
    void explicitFileThatIsNoLibrary() throws IOException {
        var file = Files.writeString(temporary.resolve("notes.txt"), "not a library");
        var resolution = explicit(file.toString());
        assertThat(resolution.found()).isFalse();
        assertThat(resolution.explain())
                .contains("system property gatun.openblas.library: " + file)
                .contains(file + ": cannot be loaded: " + file)
                .contains("Correct or remove the system property gatun.openblas.library")
                .doesNotContain("native jar");
    }

    @Test
    void explicitFileThatIsNotThere() {
        var missing = temporary.resolve("libblas.so").toString();
        assertThat(explicit(missing).explain()).contains(missing + ": no such file");
        assertThat(explicit(temporary.toString()).explain()).contains(temporary + ": not a regular file");
        assertThat(explicit("libno-such-blas.so").explain()).contains("loader path, libno-such-blas.so: not found");
    }

    @Test
    void explicitLibraryWithoutBlas() {
        // Java's own compression library: a good library, but no BLAS
        var folder = Platform.current().os() == Platform.Os.WINDOWS ? "bin" : "lib";
        var zip = Path.of(System.getProperty("java.home"), folder, System.mapLibraryName("zip"));
        assertThat(explicit(zip.toString()).explain()).contains(zip + ": it exports no cblas_sgemm");
    }

    @Test
    void explicitLibraryIsUsed() {
        var path = NativeLibraries.openBlas().path();
        var environment = new Environment(
                Platform.current(), name -> null, Map.of("GATUN_OPENBLAS_LIBRARY", String.valueOf(path))::get);
        var result = OpenBlasLibrary.search(environment);
        assertThat(result.lookup()).isNotNull();
        assertThat(result.resolution().origin()).isEqualTo("environment variable GATUN_OPENBLAS_LIBRARY");
        assertThat(result.resolution().path()).isEqualTo(path);
        assertThat(result.resolution().version()).startsWith("OpenBLAS");
        assertThat(result.resolution().remedy()).isEmpty();
    }

    /** What the library needs may be there without its companions: here it is loaded already. */
    @Test
    void companionsThatCannotBeLoadedAreNoObstacle() throws IOException {
        var path = NativeLibraries.openBlas().path();
        assumeTrue(path != null && Platform.current().os() == Platform.Os.LINUX);
        var copy = Files.copy(path, temporary.resolve("libcopy.so"));
        var broken = Files.write(temporary.resolve("libbroken.so"), objectFile());
        var absent = temporary.resolve("libabsent.so");
        var environment = new Environment(Platform.current(), name -> null, name -> null);
        var companions = List.of("libbroken.so", "libabsent.so");
        var result = new OpenBlasLibrary(environment).file(copy, "a copy", companions);
        assertThat(result).isNotNull();
        assertThat(result.lookup()).isNotNull();
        assertThat(result.resolution().explain())
                .contains(broken + ": cannot be loaded ahead of " + copy)
                .contains(absent + ": cannot be loaded ahead of " + copy);
    }

    /** An ELF file that is no library; it asks for no executable stack, of which the JVM would warn. */
    private static byte[] objectFile() {
        var file = ByteBuffer.allocate(64 + 56).order(ByteOrder.nativeOrder());
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (file.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2), 1});
        file.putShort(16, (short) 1); // a relocatable file
        file.putShort(18, (short) (Platform.current().arch() == Platform.Arch.ARM64 ? 183 : 62));
        file.putInt(20, 1);
        file.putLong(32, 64); // where the program headers start
        file.putShort(52, (short) 64);
        file.putShort(54, (short) 56);
        file.putShort(56, (short) 1); // how many there are
        file.putInt(64, 0x6474e551).putInt(68, 6); // PT_GNU_STACK, to be read and written
        return file.array();
    }

    @Test
    void theRemedyNamesTheVersionThatIsTested() {
        assertThat(ChildJvm.nativeJar().getFileName().toString()).contains(OpenBlasLibrary.JAR_VERSION);
    }

    @Test
    void theFileOfALoadedFunctionIsRead() {
        var line = "7f0000000000-7f0000100000 r-xp 00001000 08:01 1234    /opt/my libs/libblas.so.3";
        assertThat(LoadedLibraries.file(line, 0x7f0000000000L)).isEqualTo(Path.of("/opt/my libs/libblas.so.3"));
        assertThat(LoadedLibraries.file(line, 0x7f0000100000L)).isNull();
        assertThat(LoadedLibraries.file("7f0000000000-7f0000100000 rw-p 00000000 00:00 0", 0x7f0000000000L))
                .isNull();
        assertThat(LoadedLibraries.file("7f0000000000-7f0000100000 rw-p 00000000 00:00 0 [heap]", 0x7f0000000000L))
                .isNull();
    }

    @Test
    void namedModulesAreToldTheirOwnFlag() {
        assertThat(NativeAccess.message(Object.class.getModule()))
                .contains("Start java with --enable-native-access=java.base");
        assertThat(NativeAccess.message(ClassLoader.getSystemClassLoader().getUnnamedModule()))
                .contains("Start java with --enable-native-access=ALL-UNNAMED")
                .contains("--enable-native-access=org.gatun.bindings when Gatun is on the module path");
    }
}
