package org.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the libraries of CUDA where toolkits, distributions and Python wheels put them. It only looks: a library
 * found as a file is not loaded.
 */
final class CudaSearch {

    /** Orders names with numbers in them by the numbers, the newest first: cuda-12.10 before cuda-12.9. */
    static final Comparator<Path> NEWEST_FIRST =
            Comparator.comparing((Path path) -> sortKey(path.toString())).reversed();

    private final Environment environment;
    private final Path root;
    private final CudaLibrary library;
    private final List<Attempt> attempts = new ArrayList<>();

    private CudaSearch(Environment environment, Path root, CudaLibrary library) {
        this.environment = environment;
        this.root = root;
        this.library = library;
    }

    /**
     * Looks for one library.
     *
     * @param environment the environment
     * @param root the folder that stands for the root of the file system on Linux
     * @param library the library
     * @return where it was looked for, and what came of it
     */
    static Resolution search(Environment environment, Path root, CudaLibrary library) {
        return new CudaSearch(environment, root, library).search();
    }

    private Resolution search() {
        var os = environment.platform().os();
        if (os != Platform.Os.LINUX && os != Platform.Os.WINDOWS) {
            return missing();
        }
        // the driver's library belongs to the system: a toolkit has at most a stub of it
        for (var variable : library == CudaLibrary.DRIVER ? List.<String>of() : List.of("CUDA_HOME", "CUDA_PATH")) {
            var home = environment.folder(variable);
            if (home == null) {
                attempts.add(new Attempt("environment variable " + variable, "not set"));
                continue;
            }
            var found = inFolders(variable + "=" + home, libraryFolders(home));
            if (found != null) {
                return found;
            }
        }
        for (var place : usualPlaces().entrySet()) {
            var found = inFolders(place.getKey(), place.getValue());
            if (found != null) {
                return found;
            }
        }
        var found = onLoaderPath();
        return found != null ? found : missing();
    }

    private @Nullable Resolution inFolders(String place, List<Path> folders) {
        for (var folder : folders) {
            for (var file : list(folder, "*")) {
                if (library.isNamed(
                        environment.platform().os(), file.getFileName().toString())) {
                    attempts.add(new Attempt(place, "found " + file));
                    return found(place, file);
                }
            }
        }
        boolean any = folders.stream().anyMatch(Files::isDirectory);
        attempts.add(new Attempt(place, any ? "no " + library.title + " in it" : "absent"));
        return null;
    }

    private @Nullable Resolution onLoaderPath() {
        for (var name : library.loaderNames(environment.platform())) {
            try (var arena = Arena.ofConfined()) {
                var lookup = NativeAccess.restricted(() -> SymbolLookup.libraryLookup(name, arena));
                var file =
                        lookup.find(library.symbol).map(LoadedLibraries::fileOf).orElse(null);
                attempts.add(new Attempt("loader path, " + name, "found"));
                return file == null
                        ? new Resolution(library.title, true, null, "the system's loader path", null, attempts, "")
                        : found("the system's loader path", file);
            } catch (IllegalArgumentException missing) {
                attempts.add(new Attempt("loader path, " + name, "not found"));
            }
        }
        return null;
    }

    private Resolution found(String origin, Path file) {
        Path real;
        try {
            real = file.toRealPath();
        } catch (IOException vanished) {
            real = file;
        }
        var version = CudaLibrary.version(real.getFileName().toString());
        return new Resolution(library.title, true, real, origin, version, attempts, "");
    }

    private Resolution missing() {
        return new Resolution(
                library.title, false, null, "not found", null, attempts, library.remedy(environment.platform()));
    }

    /** The folders of a toolkit that hold libraries. */
    private List<Path> libraryFolders(Path toolkit) {
        return switch (environment.platform().os()) {
            case WINDOWS -> List.of(toolkit.resolve("bin").resolve("x64"), toolkit.resolve("bin"));
            case LINUX, MACOS, OTHER ->
                List.of(
                        toolkit.resolve("lib64"),
                        toolkit.resolve("targets").resolve(target()).resolve("lib"),
                        toolkit.resolve("lib"));
        };
    }

    private String target() {
        return environment.platform().arch() == Platform.Arch.ARM64 ? "sbsa-linux" : "x86_64-linux";
    }

    private Map<String, List<Path>> usualPlaces() {
        var places = new LinkedHashMap<String, List<Path>>();
        boolean toolkit = library != CudaLibrary.DRIVER;
        if (environment.platform().os() == Platform.Os.WINDOWS) {
            var programs = environment.folder("ProgramFiles");
            if (toolkit && programs != null) {
                toolkits(
                        places, programs.resolve("NVIDIA GPU Computing Toolkit").resolve("CUDA"), "v*");
            }
            var system = environment.folder("SystemRoot");
            if (system != null) {
                places.put(system.resolve("System32").toString(), List.of(system.resolve("System32")));
            }
        } else {
            if (toolkit) {
                var local = root.resolve("usr/local");
                places.put(local.resolve("cuda").toString(), libraryFolders(local.resolve("cuda")));
                toolkits(places, local, "cuda-*");
                var optional = root.resolve("opt/cuda");
                places.put(optional.toString(), libraryFolders(optional));
            }
            var arm = environment.platform().arch() == Platform.Arch.ARM64;
            // the last is the driver of Windows, seen from its Linux subsystem
            for (var folder : List.of(
                    arm ? "usr/lib/aarch64-linux-gnu" : "usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib/wsl/lib")) {
                places.put(root.resolve(folder).toString(), List.of(root.resolve(folder)));
            }
        }
        if (toolkit) {
            pythonWheels(places);
        }
        return places;
    }

    private void toolkits(Map<String, List<Path>> places, Path parent, String pattern) {
        var found = list(parent, pattern);
        for (var toolkit : found) {
            places.put(toolkit.toString(), libraryFolders(toolkit));
        }
        if (found.isEmpty()) {
            places.put(parent + File.separator + pattern, List.of());
        }
    }

    private void pythonWheels(Map<String, List<Path>> places) {
        var windows = environment.platform().os() == Platform.Os.WINDOWS;
        var packages = new ArrayList<Path>();
        for (var variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            var prefix = environment.folder(variable);
            if (prefix == null) {
                continue;
            }
            if (variable.equals("CONDA_PREFIX")) {
                places.put("CONDA_PREFIX=" + prefix, libraryFolders(windows ? prefix.resolve("Library") : prefix));
            }
            packages.addAll(windows ? List.of(prefix.resolve("Lib").resolve("site-packages")) : sitePackages(prefix));
        }
        if (!windows) {
            packages.addAll(sitePackages(environment.home().resolve(".local")));
            packages.addAll(sitePackages(root.resolve("usr/local")));
            packages.addAll(sitePackages(root.resolve("usr")));
        }
        var folders = new ArrayList<Path>();
        for (var site : packages) {
            for (var wheel : list(site.resolve("nvidia"), "*")) {
                folders.add(wheel.resolve(windows ? "bin" : "lib"));
            }
        }
        places.put("Python wheels (site-packages/nvidia)", folders);
    }

    private static List<Path> sitePackages(Path prefix) {
        var folders = new ArrayList<Path>();
        for (var python : list(prefix.resolve("lib"), "python3*")) {
            folders.add(python.resolve("site-packages"));
            folders.add(python.resolve("dist-packages"));
        }
        return folders;
    }

    /** What a folder holds, the newest version first; nothing if there is no such folder. */
    private static List<Path> list(Path folder, String pattern) {
        var found = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
            stream.forEach(found::add);
        } catch (IOException | DirectoryIteratorException absent) {
            return List.of();
        }
        found.sort(NEWEST_FIRST);
        return found;
    }

    private static String sortKey(String name) {
        var key = new StringBuilder();
        var digits = new StringBuilder();
        for (int i = 0; i <= name.length(); i++) {
            if (i < name.length() && Character.isDigit(name.charAt(i))) {
                digits.append(name.charAt(i));
                continue;
            }
            if (!digits.isEmpty()) {
                key.append("0".repeat(Math.max(0, 10 - digits.length()))).append(digits);
                digits.setLength(0);
            }
            if (i < name.length()) {
                key.append(name.charAt(i));
            }
        }
        return key.toString();
    }
}
