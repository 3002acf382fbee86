package org.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A jar (or an unpacked one) that carries native libraries, found on the class path or the module path.
 *
 * <p>The folder of libraries is no legal package name ({@code linux-x86_64}), so modules do not hide it. A native jar on
 * the module path is usually not resolved into the module graph, because nothing requires it, so it is looked for among
 * the files of the module path as well.
 */
final class NativeJar {

    /**
     * A library inside the jar.
     *
     * @param name its file name
     * @param size its size in bytes
     * @param crc its CRC-32
     */
    record Entry(String name, long size, long crc) {}

    private final String folder;
    private final @Nullable Path archive;
    private final @Nullable Path directory;
    private final @Nullable ClassLoader loader;

    private NativeJar(String folder, @Nullable Path archive, @Nullable Path directory, @Nullable ClassLoader loader) {
        this.folder = folder;
        this.archive = archive;
        this.directory = directory;
        this.loader = loader;
    }

    /**
     * Looks through the class loaders that may know the jar.
     *
     * @param folder the folder of libraries inside the jar, with a trailing slash
     * @param file the library that must be in it
     * @return the jar, if there is one
     */
    static Optional<NativeJar> onClassPath(String folder, String file) {
        var loaders = new ArrayList<@Nullable ClassLoader>();
        loaders.add(NativeJar.class.getClassLoader());
        loaders.add(Thread.currentThread().getContextClassLoader());
        loaders.add(ClassLoader.getSystemClassLoader());
        for (var loader : loaders) {
            var url = loader == null ? null : loader.getResource(folder + file);
            if (url != null && loader != null) {
                return Optional.of(of(folder, url, loader));
            }
        }
        return Optional.empty();
    }

    /**
     * Looks through the modules of this module's layer, then through the files of the module path.
     *
     * @param module the name of the jar's module
     * @param modulePath the module path, or null if there is none
     * @param folder the folder of libraries inside the jar, with a trailing slash
     * @param file the library that must be in it
     * @return the jar, if there is one
     */
    static Optional<NativeJar> onModulePath(String module, @Nullable String modulePath, String folder, String file) {
        var layer = NativeJar.class.getModule().getLayer();
        var configuration = (layer == null ? ModuleLayer.boot() : layer).configuration();
        var resolved = configuration
                .findModule(module)
                .map(ResolvedModule::reference)
                .flatMap(reference -> at(reference, folder, file));
        if (resolved.isPresent() || modulePath == null) {
            return resolved;
        }
        var paths = new ArrayList<Path>();
        for (var part : modulePath.split(File.pathSeparator, -1)) {
            if (!part.isEmpty()) {
                paths.add(Path.of(part));
            }
        }
        try {
            return ModuleFinder.of(paths.toArray(Path[]::new))
                    .find(module)
                    .flatMap(reference -> at(reference, folder, file));
        } catch (FindException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<NativeJar> at(ModuleReference reference, String folder, String file) {
        var place = reference.location().flatMap(NativeJar::local);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        var path = place.get();
        if (Files.isDirectory(path)) {
            var directory = path.resolve(folder);
            return Files.isRegularFile(directory.resolve(file))
                    ? Optional.of(new NativeJar(folder, null, directory, null))
                    : Optional.empty();
        }
        try (var zip = new ZipFile(path.toFile())) {
            return zip.getEntry(folder + file) == null
                    ? Optional.empty()
                    : Optional.of(new NativeJar(folder, path, null, null));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<Path> local(URI location) {
        return "file".equals(location.getScheme()) ? Optional.of(Path.of(location)) : Optional.empty();
    }

    private static NativeJar of(String folder, URL url, ClassLoader loader) {
        try {
            if (url.getProtocol().equals("file")) {
                return new NativeJar(folder, null, Path.of(url.toURI()).getParent(), null);
            }
            if (url.openConnection() instanceof JarURLConnection jar
                    && jar.getJarFileURL().getProtocol().equals("file")) {
                var file = Path.of(jar.getJarFileURL().toURI());
                if (Files.isRegularFile(file)) {
                    return new NativeJar(folder, file, null, null);
                }
            }
        } catch (IOException | URISyntaxException | InvalidPathException streamInstead) {
            // an unusual class loader: the resource can still be read through it
        }
        return new NativeJar(folder, null, null, loader);
    }

    /** The folder that already holds the libraries as plain files, if the jar is an unpacked one. */
    Optional<Path> directory() {
        return Optional.ofNullable(directory);
    }

    /** Where the jar is, for people. */
    String describe() {
        if (archive != null) {
            return archive.toString();
        }
        return directory != null ? directory.toString() : "a resource of class loader " + loader;
    }

    /**
     * The names of the jar's libraries.
     *
     * @param wanted which ones
     * @return those in the jar or folder; none if only a class loader knows the jar, because it lists nothing
     * @throws IOException if the jar cannot be read
     */
    List<String> names(Predicate<String> wanted) throws IOException {
        if (archive != null) {
            try (var zip = new ZipFile(archive.toFile())) {
                return zip.stream()
                        .map(ZipEntry::getName)
                        .filter(name -> name.startsWith(folder))
                        .map(name -> name.substring(folder.length()))
                        .filter(wanted)
                        .toList();
            }
        }
        if (directory == null) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(wanted)
                    .toList();
        }
    }

    /**
     * Sizes and checksums of libraries in the jar. For a jar file they come from its directory, without unpacking.
     *
     * @param names the file names
     * @return one entry for each
     * @throws IOException if one is not there or the jar cannot be read
     */
    List<Entry> entries(List<String> names) throws IOException {
        var entries = new ArrayList<Entry>();
        if (archive != null) {
            try (var zip = new ZipFile(archive.toFile())) {
                for (var name : names) {
                    var entry = zip.getEntry(folder + name);
                    if (entry == null) {
                        throw new IOException(archive + " has no " + folder + name);
                    }
                    entries.add(new Entry(name, entry.getSize(), entry.getCrc()));
                }
            }
            return entries;
        }
        for (var name : names) {
            var crc = new CRC32();
            try (var in = new CheckedInputStream(open(name), crc)) {
                long size = in.transferTo(OutputStream.nullOutputStream());
                entries.add(new Entry(name, size, crc.getValue()));
            }
        }
        return entries;
    }

    /**
     * Copies a library out of the jar.
     *
     * @param name its file name
     * @param target the file to write, which exists
     * @throws IOException if it is not there, or either side fails
     */
    void extract(String name, Path target) throws IOException {
        try (var out = Files.newOutputStream(target)) {
            if (archive != null) {
                try (var zip = new ZipFile(archive.toFile())) {
                    var entry = zip.getEntry(folder + name);
                    if (entry == null) {
                        throw new IOException(archive + " has no " + folder + name);
                    }
                    try (var in = zip.getInputStream(entry)) {
                        in.transferTo(out);
                    }
                }
            } else {
                try (var in = open(name)) {
                    in.transferTo(out);
                }
            }
        }
    }

    private InputStream open(String name) throws IOException {
        if (directory != null) {
            return Files.newInputStream(directory.resolve(name));
        }
        var in = loader == null ? null : loader.getResourceAsStream(folder + name);
        if (in == null) {
            throw new IOException("no resource " + folder + name);
        }
        return in;
    }
}
