package org.gatun.bindings;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The search for a CBLAS library: what the user names, then the native jar, then the system.
 *
 * <p>A library that the user names is the only one tried: running on another than the one that was asked for would be
 * worse than an error.
 */
final class OpenBlasLibrary {

    /** The version of the native jar that Gatun is built and tested with. */
    static final String JAR_VERSION = "0.3.31-1.5.13";

    private static final String NAME = "OpenBLAS";
    private static final String PROPERTY = "gatun.openblas.library";
    private static final String VARIABLE = "GATUN_OPENBLAS_LIBRARY";
    /** Since macOS 11 no file of this name is on the disk, but the loader knows it. */
    private static final String ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

    private static final String REQUIRED = "cblas_sgemm";

    /**
     * What a search gave.
     *
     * @param lookup finds the library's symbols, or null if there is no library
     * @param resolution where it was looked for
     */
    record Result(@Nullable SymbolLookup lookup, Resolution resolution) {}

    private final Environment environment;
    private final List<Attempt> attempts = new ArrayList<>();

    OpenBlasLibrary(Environment environment) {
        this.environment = environment;
    }

    /**
     * Searches and loads.
     *
     * @param environment the environment
     * @return the library, or why there is none
     */
    static Result search(Environment environment) {
        return new OpenBlasLibrary(environment).search();
    }

    private Result search() {
        var explicit = environment.property(PROPERTY);
        attempts.add(new Attempt("system property " + PROPERTY, explicit == null ? "not set" : explicit));
        var origin = "system property " + PROPERTY;
        if (explicit == null) {
            explicit = environment.variable(VARIABLE);
            attempts.add(new Attempt("environment variable " + VARIABLE, explicit == null ? "not set" : explicit));
            origin = "environment variable " + VARIABLE;
        }
        if (explicit != null) {
            var result = explicit(explicit, origin);
            return result != null
                    ? result
                    : missing("Correct or remove the " + origin
                            + ": it must name a shared library that exports the C interface of BLAS (" + REQUIRED
                            + "), such as OpenBLAS, MKL's libmkl_rt or BLIS, for " + environment.platform() + ".");
        }
        var result = nativeJar();
        if (result == null) {
            result = system();
        }
        return result != null ? result : missing(remedy(environment.platform()));
    }

    private @Nullable Result explicit(String value, String origin) {
        Path file;
        try {
            file = Path.of(value);
        } catch (InvalidPathException notAPath) {
            attempts.add(new Attempt(value, "not a path: " + notAPath.getReason()));
            return null;
        }
        boolean name = file.getNameCount() == 1 && !file.isAbsolute();
        if (!Files.exists(file) && (name || value.equals(ACCELERATE))) {
            return named(value, origin);
        }
        return file(file.toAbsolutePath(), origin, null);
    }

    private @Nullable Result nativeJar() {
        var platform = environment.platform();
        var files = platform.openBlasFiles();
        if (files.isEmpty()) {
            attempts.add(new Attempt("native jar", "there is none for " + platform));
            return null;
        }
        var folder = platform.openBlasFolder();
        var main = files.getLast();
        var jar = NativeJar.onClassPath(folder, main).orElse(null);
        var origin = "native jar on the class path";
        attempts.add(new Attempt(origin, jar == null ? "no resource " + folder + main : "found in " + jar.describe()));
        if (jar == null) {
            origin = "native jar on the module path";
            jar = NativeJar.onModulePath(
                            platform.openBlasModule(), environment.property("jdk.module.path"), folder, main)
                    .orElse(null);
            attempts.add(new Attempt(
                    origin, jar == null ? "no module " + platform.openBlasModule() : "found in " + jar.describe()));
        }
        if (jar == null) {
            return null;
        }
        Path unpacked;
        try {
            var directory = jar.directory().orElse(null);
            if (directory != null) {
                unpacked = directory;
            } else {
                var cached = LibraryCache.unpack(LibraryCache.root(environment), "openblas", jar, files);
                if (cached.note() != null) {
                    attempts.add(new Attempt("cache of unpacked libraries", cached.note()));
                    System.getLogger(OpenBlasLibrary.class.getPackageName())
                            .log(System.Logger.Level.WARNING, "OpenBLAS: " + cached.note());
                }
                unpacked = cached.folder();
            }
        } catch (IOException | InvalidPathException failure) {
            attempts.add(new Attempt(
                    "unpacking it", failure + " (-Dgatun.cache or GATUN_CACHE names another folder to unpack into)"));
            return null;
        }
        return file(unpacked.resolve(main), origin, files.subList(0, files.size() - 1));
    }

    private @Nullable Result system() {
        for (var name : systemNames(environment.platform())) {
            var result = named(name, "the system's loader path");
            if (result != null) {
                return result;
            }
        }
        for (var folder : systemFolders(environment)) {
            boolean any = false;
            for (var name : systemNames(environment.platform())) {
                var file = folder.resolve(name);
                if (Files.isRegularFile(file)) {
                    any = true;
                    var result = file(file, "folder " + folder, null);
                    if (result != null) {
                        return result;
                    }
                }
            }
            if (!any) {
                attempts.add(new Attempt("folder " + folder, Files.isDirectory(folder) ? "no BLAS in it" : "absent"));
            }
        }
        // the last resort, because it has no LAPACKE
        return environment.platform().os() == Platform.Os.MACOS
                ? named(ACCELERATE, "the system's Accelerate framework")
                : null;
    }

    private @Nullable Result named(String name, String origin) {
        var where = "loader path, " + name;
        SymbolLookup lookup;
        try {
            lookup = NativeAccess.restricted(() -> SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException missing) {
            attempts.add(new Attempt(where, "not found"));
            return null;
        }
        return accept(lookup, where, origin, null);
    }

    /**
     * Loads a library from a file.
     *
     * @param file the library
     * @param origin where it comes from
     * @param companions libraries beside it to load first, or null; one that cannot be loaded is noted and left to the
     *     system's loader, which may have another
     * @return the library, or null if it cannot be used
     */
    @Nullable
    Result file(Path file, String origin, @Nullable List<String> companions) {
        var where = file.toString();
        if (!Files.isRegularFile(file)) {
            attempts.add(new Attempt(where, Files.exists(file) ? "not a regular file" : "no such file"));
            return null;
        }
        try {
            if (companions != null && environment.platform().os() == Platform.Os.LINUX) {
                for (var companion : companions) {
                    preload(file.resolveSibling(companion), file);
                }
            }
            var refusal = TrialLoad.refusal(environment.platform().os(), file);
            if (refusal != null) {
                attempts.add(new Attempt(where, "cannot be loaded: " + refusal));
                return null;
            }
            var lookup = NativeAccess.restricted(() -> SymbolLookup.libraryLookup(file, Arena.global()));
            return accept(lookup, where, origin, file);
        } catch (IllegalArgumentException unusable) {
            attempts.add(new Attempt(where, "cannot be loaded: " + TrialLoad.reason(file)));
            return null;
        }
    }

    /**
     * Loads a library that the BLAS needs. The BLAS finds its direct needs beside itself, but not what those need in
     * turn; what is loaded already satisfies them by name. The compiler's own run time is taken from the system where it
     * has one, so that an older copy never shadows it for libraries that are loaded later. One that cannot be loaded is
     * only noted: the BLAS itself tells whether it can do without.
     */
    private void preload(Path file, Path library) {
        var name = file.getFileName().toString();
        if (name.startsWith("libgcc_s")) {
            try {
                NativeAccess.restricted(() -> SymbolLookup.libraryLookup(name, Arena.global()));
                return;
            } catch (IllegalArgumentException absent) {
                // then the jar's own
            }
        }
        try {
            NativeAccess.restricted(() -> SymbolLookup.libraryLookup(file, Arena.global()));
        } catch (IllegalArgumentException unusable) {
            var reason = TrialLoad.reason(file);
            attempts.add(new Attempt(file.toString(), "cannot be loaded ahead of " + library + ": " + reason));
        }
    }

    private @Nullable Result accept(SymbolLookup lookup, String where, String origin, @Nullable Path file) {
        if (lookup.find(REQUIRED).isEmpty()) {
            attempts.add(new Attempt(where, "it exports no " + REQUIRED + ", so it is no CBLAS library"));
            return null;
        }
        attempts.add(new Attempt(where, "loaded"));
        lookup = withLapack(lookup);
        var path = file != null ? file : LoadedLibraries.fileOf(lookup.findOrThrow(REQUIRED));
        var resolution = new Resolution(NAME, true, path, origin, version(lookup), attempts, "");
        return new Result(lookup, resolution);
    }

    /** Debian keeps LAPACK's C interface in a library of its own, beside that of BLAS. */
    private SymbolLookup withLapack(SymbolLookup lookup) {
        if (environment.platform().os() != Platform.Os.LINUX
                || lookup.find("LAPACKE_dgesv").isPresent()) {
            return lookup;
        }
        var name = "liblapacke.so.3";
        try {
            var lapack = NativeAccess.restricted(() -> SymbolLookup.libraryLookup(name, Arena.global()));
            attempts.add(new Attempt("loader path, " + name, "loaded for LAPACK"));
            return lookup.or(lapack);
        } catch (IllegalArgumentException missing) {
            attempts.add(new Attempt("loader path, " + name, "not found: linear algebra will be unavailable"));
            return lookup;
        }
    }

    private static @Nullable String version(SymbolLookup lookup) {
        return lookup.find("openblas_get_config").map(Downcalls::text).orElse(null);
    }

    private Result missing(String remedy) {
        return new Result(null, new Resolution(NAME, false, null, "not found", null, attempts, remedy));
    }

    /** What to do when there is no BLAS at all. */
    static String remedy(Platform platform) {
        var own = "or name a CBLAS library with -D" + PROPERTY + "=FILE or " + VARIABLE + "=FILE.";
        if (!platform.hasNativeJar()) {
            return "There is no native jar for " + platform + ": install OpenBLAS, " + own;
        }
        return "Add the dependency org.bytedeco:openblas:" + JAR_VERSION + " with the classifier "
                + platform.classifier() + " to the class path or module path, or " + install(platform.os()) + ", "
                + own;
    }

    private static String install(Platform.Os os) {
        return switch (os) {
            case LINUX ->
                "install OpenBLAS (Debian and Ubuntu: apt install libopenblas0 liblapacke; Fedora: dnf install openblas)";
            case MACOS -> "install OpenBLAS (brew install openblas)";
            case WINDOWS -> "put libopenblas.dll on the PATH";
            case OTHER -> "install OpenBLAS";
        };
    }

    /** The file names of CBLAS libraries, the best first. */
    static List<String> systemNames(Platform platform) {
        return switch (platform.os()) {
            case LINUX, OTHER ->
                List.of(
                        "libopenblas.so.0",
                        "libopenblas.so",
                        "libmkl_rt.so.2",
                        "libmkl_rt.so",
                        "libblis.so.4",
                        "libcblas.so.3",
                        "libblas.so.3");
            case MACOS -> List.of("libopenblas.0.dylib", "libopenblas.dylib");
            case WINDOWS -> List.of("libopenblas.dll", "openblas.dll", "mkl_rt.2.dll");
        };
    }

    /** Folders outside the loader's path where packages put them. */
    static List<Path> systemFolders(Environment environment) {
        var platform = environment.platform();
        var folders = new ArrayList<Path>();
        switch (platform.os()) {
            case LINUX, OTHER -> {
                var multiarch = platform.arch() == Platform.Arch.ARM64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
                folders.add(Path.of("/usr/lib", multiarch));
                folders.add(Path.of("/usr/lib", multiarch, "openblas-pthread"));
                folders.add(Path.of("/usr/lib64"));
                folders.add(Path.of("/usr/local/lib"));
                folders.add(Path.of("/opt/OpenBLAS/lib"));
                folders.add(Path.of("/opt/intel/oneapi/mkl/latest/lib"));
            }
            case MACOS -> {
                folders.add(Path.of("/opt/homebrew/opt/openblas/lib"));
                folders.add(Path.of("/usr/local/opt/openblas/lib"));
                folders.add(Path.of("/opt/local/lib"));
            }
            case WINDOWS -> {
                var programs = environment.folder("ProgramFiles");
                if (programs != null) {
                    folders.add(programs.resolve("OpenBLAS").resolve("bin"));
                }
            }
        }
        var conda = environment.folder("CONDA_PREFIX");
        if (conda != null) {
            folders.add(
                    platform.os() == Platform.Os.WINDOWS
                            ? conda.resolve("Library").resolve("bin")
                            : conda.resolve("lib"));
        }
        return folders;
    }
}
