package org.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The folders where toolkits, distributions and Python wheels put CUDA's libraries, in the order in which they are looked
 * through: a toolkit named by the environment, the usual toolkits, those of the system and of its loader, Python's wheels.
 */
final class CudaPlaces {

    /** Orders names with numbers in them by the numbers, the newest first: cuda-12.10 before cuda-12.9. */
    static final Comparator<Path> NEWEST_FIRST =
            Comparator.comparing((Path path) -> sortKey(path.toString())).reversed();

    private final Environment environment;
    private final Path root;
    private final boolean windows;
    private final Map<String, List<Path>> places = new LinkedHashMap<>();

    private CudaPlaces(Environment environment, Path root) {
        this.environment = environment;
        this.root = root;
        this.windows = environment.platform().os() == Platform.Os.WINDOWS;
    }

    /** Where the driver's library may be: a toolkit has at most a stub of it. Each name of a place goes with its folders. */
    static Map<String, List<Path>> ofDriver(Environment environment, Path root) {
        var places = new CudaPlaces(environment, root);
        places.loader();
        places.system();
        return places.places;
    }

    /** Where the toolkit's libraries may be. Each name of a place goes with its folders. */
    static Map<String, List<Path>> ofToolkit(Environment environment, Path root) {
        var places = new CudaPlaces(environment, root);
        places.named();
        places.usualToolkits();
        places.loader();
        places.system();
        places.wheels();
        return places.places;
    }

    /** The folders of libraries that a setting names: each part may be a toolkit, or a folder of libraries itself. */
    static List<Path> explicit(Environment environment, String setting) {
        var places = new CudaPlaces(environment, Path.of(""));
        var folders = new ArrayList<Path>();
        for (var folder : folders(setting)) {
            folders.add(folder);
            folders.addAll(places.libraryFolders(folder));
        }
        return folders;
    }

    private void named() {
        for (var variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            var home = environment.folder(variable);
            if (home == null) {
                places.put("environment variable " + variable, List.of());
            } else {
                places.put(variable + "=" + home, libraryFolders(home));
            }
        }
    }

    private void usualToolkits() {
        if (windows) {
            var programs = environment.folder("ProgramFiles");
            if (programs != null) {
                toolkits(programs.resolve("NVIDIA GPU Computing Toolkit").resolve("CUDA"), "v*");
            }
        } else {
            var local = root.resolve("usr/local");
            places.put(local.resolve("cuda").toString(), libraryFolders(local.resolve("cuda")));
            toolkits(local, "cuda-*");
            var optional = root.resolve("opt/cuda");
            places.put(optional.toString(), libraryFolders(optional));
        }
    }

    private void toolkits(Path parent, String pattern) {
        var found = list(parent, pattern);
        for (var toolkit : found) {
            places.put(toolkit.toString(), libraryFolders(toolkit));
        }
        if (found.isEmpty()) {
            places.put(parent + File.separator + pattern, List.of());
        }
    }

    /** The folders that the system's loader is told to look through. */
    private void loader() {
        var variable = windows ? "PATH" : "LD_LIBRARY_PATH";
        var setting = environment.variable(variable);
        places.put("environment variable " + variable, setting == null ? List.of() : folders(setting));
    }

    private void system() {
        if (windows) {
            var system = environment.folder("SystemRoot");
            if (system != null) {
                places.put(system.resolve("System32").toString(), List.of(system.resolve("System32")));
            }
            return;
        }
        var arm = environment.platform().arch() == Platform.Arch.ARM64;
        // the last is the driver of Windows, seen from its Linux subsystem
        for (var folder : List.of(
                arm ? "usr/lib/aarch64-linux-gnu" : "usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib/wsl/lib")) {
            places.put(root.resolve(folder).toString(), List.of(root.resolve(folder)));
        }
    }

    /** The folders of a toolkit, or of a Conda environment, that hold libraries. */
    private List<Path> libraryFolders(Path toolkit) {
        if (windows) {
            return List.of(toolkit.resolve("bin").resolve("x64"), toolkit.resolve("bin"));
        }
        var target = environment.platform().arch() == Platform.Arch.ARM64 ? "sbsa-linux" : "x86_64-linux";
        return List.of(
                toolkit.resolve("lib64"),
                toolkit.resolve("targets").resolve(target).resolve("lib"),
                toolkit.resolve("lib"));
    }

    private void wheels() {
        var conda = environment.folder("CONDA_PREFIX");
        if (conda != null) {
            places.put("CONDA_PREFIX=" + conda, libraryFolders(windows ? conda.resolve("Library") : conda));
        }
        var folders = new ArrayList<Path>();
        for (var prefix : pythons()) {
            for (var site : sitePackages(prefix)) {
                for (var wheel : list(site.resolve("nvidia"), "*")) {
                    if (windows) {
                        folders.add(wheel.resolve("bin").resolve("x86_64"));
                    }
                    folders.add(wheel.resolve(windows ? "bin" : "lib"));
                }
            }
        }
        places.put("Python wheels (site-packages/nvidia)", folders);
    }

    /** The folders that Pythons are installed in: environments in use, the one on the path, the user's own, the system's. */
    private Set<Path> pythons() {
        var prefixes = new LinkedHashSet<Path>();
        for (var variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            var prefix = environment.folder(variable);
            if (prefix != null) {
                prefixes.add(prefix);
            }
        }
        var path = environment.variable("PATH");
        for (var folder : path == null ? List.<Path>of() : folders(path)) {
            var python = folder.resolve(windows ? "python.exe" : "python3");
            var parent = folder.getParent();
            if (!Files.exists(python) || parent == null) {
                continue;
            }
            prefixes.add(windows ? folder : parent);
            if (folder.endsWith("shims")) { // pyenv's, which are scripts that start one of the versions beside them
                prefixes.addAll(list(parent.resolve("versions"), "*"));
            }
            try { // a virtual environment's Python is a link to the one that it was made with
                var bin = python.toRealPath().getParent();
                var base = bin == null ? null : bin.getParent();
                if (base != null && !windows) {
                    prefixes.add(base);
                }
            } catch (IOException broken) {
                // then it has no packages either
            }
        }
        if (windows) {
            var roaming = environment.folder("APPDATA");
            if (roaming != null) {
                prefixes.addAll(list(roaming.resolve("Python"), "Python3*"));
            }
        } else {
            prefixes.add(environment.home().resolve(".local"));
            prefixes.add(root.resolve("usr/local"));
            prefixes.add(root.resolve("usr"));
        }
        return prefixes;
    }

    private List<Path> sitePackages(Path prefix) {
        if (windows) {
            return List.of(prefix.resolve("Lib").resolve("site-packages"), prefix.resolve("site-packages"));
        }
        var folders = new ArrayList<Path>();
        for (var python : list(prefix.resolve("lib"), "python3*")) {
            folders.add(python.resolve("site-packages"));
            folders.add(python.resolve("dist-packages"));
        }
        return folders;
    }

    /** The absolute folders in a setting such as {@code PATH}. */
    private static List<Path> folders(String setting) {
        var folders = new ArrayList<Path>();
        for (var part : setting.split(File.pathSeparator, -1)) {
            try {
                if (!part.isBlank()) {
                    folders.add(Path.of(part).toAbsolutePath());
                }
            } catch (InvalidPathException notAPath) {
                // the system does not find anything in it either
            }
        }
        return folders;
    }

    /** What a folder holds, the newest version first; nothing if there is no such folder. */
    static List<Path> list(Path folder, String pattern) {
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
