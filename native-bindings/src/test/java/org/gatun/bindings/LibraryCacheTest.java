package org.gatun.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache on small jars made for the purpose. */
class LibraryCacheTest {

    private static final String FOLDER = "org/gatun/made-up/";
    private static final List<String> NAMES = List.of("first.so", "second.so");

    @TempDir
    Path temporary;

    private Path cache;
    private NativeJar jar;

    @BeforeEach
    void makeJar() throws IOException {
        cache = temporary.resolve("cache");
        jar = jar("one.jar", "first content", "second content");
    }

    private NativeJar jar(String name, String first, String second) throws IOException {
        var file = temporary.resolve(name);
        try (var out = new JarOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry(FOLDER + NAMES.getFirst()));
            out.write(first.getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry(FOLDER + NAMES.getLast()));
            out.write(second.getBytes(StandardCharsets.UTF_8));
        }
        return find(file.toUri().toURL());
    }

    /** Finds a jar by the thread's class loader, as an application's own would be. */
    private static NativeJar find(URL url) throws IOException {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {url}, before)) {
            thread.setContextClassLoader(loader);
            return NativeJar.onClassPath(FOLDER, NAMES.getLast()).orElseThrow();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private LibraryCache.Unpacked unpack() throws IOException {
        return LibraryCache.unpack(cache, "made-up", jar, NAMES);
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void unpacksOnce() throws IOException {
        var unpacked = unpack();
        assertThat(unpacked.note()).isNull();
        assertThat(unpacked.folder().getParent()).isEqualTo(cache);
        assertThat(filesIn(unpacked.folder())).containsExactlyElementsOf(NAMES);
        var file = unpacked.folder().resolve("first.so");
        assertThat(file).hasContent("first content");

        var longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, longAgo);
        assertThat(unpack().folder()).isEqualTo(unpacked.folder());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(longAgo);
    }

    @Test
    void otherContentGoesElsewhere() throws IOException {
        var one = unpack().folder();
        jar = jar("two.jar", "first content", "second CONTENT");
        assertThat(unpack().folder()).isNotEqualTo(one);
        assertThat(one.resolve("second.so")).hasContent("second content");
    }

    @Test
    void damagedFilesAreUnpackedAgain() throws IOException {
        var folder = unpack().folder();
        for (var damage : List.of("", "first", "FIRST content", "first content and more")) {
            Files.writeString(folder.resolve("first.so"), damage);
            assertThat(unpack().folder()).isEqualTo(folder);
            assertThat(folder.resolve("first.so")).hasContent("first content");
        }
        Files.delete(folder.resolve("second.so"));
        unpack();
        assertThat(filesIn(folder)).containsExactlyElementsOf(NAMES);
        assertThat(folder.resolve("second.so")).hasContent("second content");
    }

    @Test
    void cacheThatCannotBeWrittenIsReplacedByATemporaryFolder() throws IOException {
        // a file where the folder should be stops every user, root too
        Files.writeString(cache, "in the way");
        var unpacked = unpack();
        assertThat(unpacked.note()).contains(cache.toString()).contains("cannot be used");
        assertThat(unpacked.folder().resolve("first.so")).hasContent("first content");
        assertThat(unpacked.folder().resolve("second.so")).hasContent("second content");
        for (var name : NAMES) {
            Files.delete(unpacked.folder().resolve(name));
        }
        Files.delete(unpacked.folder());
    }

    @Test
    void manyThreadsUnpackAtOnce() throws Exception {
        int count = 16;
        var start = new CountDownLatch(count);
        var results = new ArrayList<Future<Path>>();
        try (var threads = Executors.newFixedThreadPool(count)) {
            Callable<Path> task = () -> {
                start.countDown();
                start.await();
                return unpack().folder();
            };
            for (int i = 0; i < count; i++) {
                results.add(threads.submit(task));
            }
        }
        for (var result : results) {
            assertThat(result.get()).isEqualTo(results.getFirst().get());
        }
        assertThat(filesIn(results.getFirst().get())).containsExactlyElementsOf(NAMES);
    }

    @Test
    void missingEntryNamesTheJar() {
        assertThatThrownBy(() -> LibraryCache.unpack(cache, "made-up", jar, List.of("third.so")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("one.jar")
                .hasMessageContaining("third.so");
    }

    @Test
    void unpackedJarIsUsedInPlace() throws IOException {
        var folder = Files.createDirectories(temporary.resolve("classes").resolve(FOLDER));
        Files.writeString(folder.resolve("second.so"), "plain");
        var found = find(temporary.resolve("classes").toUri().toURL());
        assertThat(found.directory()).contains(folder);
    }

    @Test
    void folderFollowsThePlatformAndTheSettings() {
        assertThat(root("Linux", Map.of(), Map.of())).isEqualTo(Path.of("/home/me/.cache/gatun"));
        assertThat(root("Linux", Map.of(), Map.of("XDG_CACHE_HOME", "/fast"))).isEqualTo(Path.of("/fast/gatun"));
        assertThat(root("Linux", Map.of(), Map.of("XDG_CACHE_HOME", "relative")))
                .isEqualTo(Path.of("/home/me/.cache/gatun"));
        assertThat(root("Mac OS X", Map.of(), Map.of())).isEqualTo(Path.of("/home/me/Library/Caches/gatun"));
        assertThat(root("Windows 11", Map.of(), Map.of("LOCALAPPDATA", "/local")))
                .isEqualTo(Path.of("/local/gatun/cache"));
        assertThat(root("Windows 11", Map.of(), Map.of())).isEqualTo(Path.of("/home/me/AppData/Local/gatun/cache"));
        assertThat(root("Linux", Map.of(), Map.of("GATUN_CACHE", "/mine"))).isEqualTo(Path.of("/mine"));
        assertThat(root("Linux", Map.of("gatun.cache", "/first"), Map.of("GATUN_CACHE", "/mine")))
                .isEqualTo(Path.of("/first"));
        assertThat(root("Linux", Map.of("gatun.cache", " "), Map.of())).isEqualTo(Path.of("/home/me/.cache/gatun"));
    }

    private static Path root(String os, Map<String, String> properties, Map<String, String> variables) {
        return LibraryCache.root(new Environment(
                Platform.of(os, "amd64"),
                name -> name.equals("user.home") ? "/home/me" : properties.get(name),
                variables::get));
    }
}
