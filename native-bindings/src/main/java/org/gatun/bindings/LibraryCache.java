package org.gatun.bindings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The per-user folder of unpacked native libraries.
 *
 * <p>Libraries of one jar go into a folder named by a hash of their names, sizes and checksums, so versions never mix.
 * A file appears there whole or not at all: it is written beside its place under a name of its own and moved there
 * atomically, so that any number of JVMs may start at once. Before use, each file's whole content is checked against
 * the jar's checksum (CRC-32 is computed at memory speed: 41 MB in about 10 ms) and is unpacked again if it differs.
 */
final class LibraryCache {

    private static final int BUFFER = 1 << 20;

    /**
     * Unpacked libraries.
     *
     * @param folder the folder that holds them
     * @param note why they are not in the cache, or null if they are
     */
    record Unpacked(Path folder, @Nullable String note) {}

    private LibraryCache() {}

    /**
     * The cache's folder: the system property {@code gatun.cache}, the environment variable {@code GATUN_CACHE}, or the
     * platform's folder for caches.
     *
     * @param environment the environment
     * @return the folder, which may not exist yet
     * @throws InvalidPathException if a setting is not a path
     */
    static Path root(Environment environment) {
        var explicit = environment.property("gatun.cache");
        if (explicit == null) {
            explicit = environment.variable("GATUN_CACHE");
        }
        if (explicit != null) {
            return Path.of(explicit);
        }
        var home = environment.home();
        return switch (environment.platform().os()) {
            case LINUX, OTHER -> {
                var xdg = environment.folder("XDG_CACHE_HOME");
                // the specification asks to ignore a relative path
                yield (xdg != null && xdg.isAbsolute() ? xdg : home.resolve(".cache")).resolve("gatun");
            }
            case MACOS -> home.resolve("Library").resolve("Caches").resolve("gatun");
            case WINDOWS -> {
                var local = environment.folder("LOCALAPPDATA");
                yield (local != null ? local : home.resolve("AppData").resolve("Local"))
                        .resolve("gatun")
                        .resolve("cache");
            }
        };
    }

    /**
     * Makes sure that libraries of a jar lie unpacked and undamaged in the cache, or, if the cache cannot be written, in
     * a temporary folder that goes when the JVM ends.
     *
     * @param root the cache's folder
     * @param group what the libraries are, the first part of the folder's name
     * @param jar the jar
     * @param names the libraries' file names
     * @return where they are
     * @throws IOException if the jar cannot be read or neither folder can be written
     */
    static Unpacked unpack(Path root, String group, NativeJar jar, List<String> names) throws IOException {
        var entries = jar.entries(names);
        var folder = root.resolve(group + "-" + hash(entries));
        try {
            for (var entry : entries) {
                provide(folder, jar, entry);
            }
            return new Unpacked(folder, null);
        } catch (IOException | UnsupportedOperationException unusable) {
            var temporary = Files.createTempDirectory("gatun-" + group + "-");
            temporary.toFile().deleteOnExit();
            for (var entry : entries) {
                provide(temporary, jar, entry);
                temporary.resolve(entry.name()).toFile().deleteOnExit();
            }
            return new Unpacked(
                    temporary,
                    "the cache " + root + " cannot be used (" + unusable + "), so it was unpacked for this run only");
        }
    }

    private static void provide(Path folder, NativeJar jar, NativeJar.Entry entry) throws IOException {
        var target = folder.resolve(entry.name());
        if (intact(target, entry)) {
            return;
        }
        Files.createDirectories(folder);
        var fresh = Files.createTempFile(folder, entry.name() + ".", ".tmp");
        try {
            jar.extract(entry.name(), fresh);
            if (!intact(fresh, entry)) {
                throw new IOException(jar.describe() + " is damaged: " + entry.name() + " does not match its checksum");
            }
            try {
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException inUse) {
                // Windows does not replace a library that a process has loaded: another JVM may have been first
                if (!intact(target, entry)) {
                    throw inUse;
                }
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Whether a file is there with the very content that the jar has. */
    static boolean intact(Path file, NativeJar.Entry entry) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != entry.size()) {
                return false;
            }
            var crc = new CRC32();
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            while (channel.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
            return crc.getValue() == entry.crc();
        } catch (NoSuchFileException missing) {
            return false;
        }
    }

    private static String hash(List<NativeJar.Entry> entries) {
        var text = new StringBuilder();
        for (var entry : entries) {
            text.append(entry.name()).append(' ').append(entry.size()).append(' ');
            text.append(Long.toHexString(entry.crc())).append('\n');
        }
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
