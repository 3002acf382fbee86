package org.gatun.bindings;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The search for one library of CUDA: in what the user names, in {@link CudaPlaces}, by the system's loader, and in Maven's
 * artifacts. It either only looks, and then no library is loaded, or loads the first one that can be.
 */
final class CudaSearch {

    static final String PROPERTY = "gatun.cuda.path";
    static final String VARIABLE = "GATUN_CUDA_PATH";

    /**
     * What a search gave.
     *
     * @param lookup finds the library's symbols, or null if it was not loaded
     * @param resolution where it was looked for
     */
    record Result(@Nullable SymbolLookup lookup, Resolution resolution) {}

    private final Environment environment;
    private final Path root;
    private final CudaLibrary library;
    private final int driverRelease;
    private final boolean loading;
    private final List<Attempt> attempts = new ArrayList<>();
    private @Nullable SymbolLookup lookup;
    /** Whether a file was cut off: the system's loader may find it too, and takes the JVM down with it. */
    private boolean cutOff;

    private CudaSearch(Environment environment, Path root, CudaLibrary library, int driverRelease, boolean loading) {
        this.environment = environment;
        this.root = root;
        this.library = library;
        this.driverRelease = driverRelease;
        this.loading = loading;
    }

    /**
     * Looks for the files of one library, without loading any.
     *
     * @param environment the environment
     * @param root the folder that stands for the root of the file system on Linux
     * @param library the library
     * @param driverRelease the newest release of CUDA that the driver runs, or 0 if there is no driver to ask
     * @return where it was looked for, and what came of it
     */
    static Resolution look(Environment environment, Path root, CudaLibrary library, int driverRelease) {
        return new CudaSearch(environment, root, library, driverRelease, false).search();
    }

    /**
     * Looks for one library and loads it.
     *
     * @param environment the environment
     * @param root the folder that stands for the root of the file system on Linux
     * @param library the library
     * @param driverRelease the newest release of CUDA that the driver runs, or 0 if there is no driver to ask
     * @return the library, or why there is none
     */
    static Result load(Environment environment, Path root, CudaLibrary library, int driverRelease) {
        var search = new CudaSearch(environment, root, library, driverRelease, true);
        var resolution = search.search();
        return new Result(search.lookup, resolution);
    }

    private Resolution search() {
        var os = environment.platform().os();
        boolean driver = library == CudaLibrary.DRIVER;
        if (os != Platform.Os.LINUX && os != Platform.Os.WINDOWS) {
            return missing(library.remedy(environment.platform(), driverRelease));
        }
        var explicit = environment.property(PROPERTY);
        var origin = "system property " + PROPERTY;
        if (explicit == null) {
            attempts.add(new Attempt(origin, "not set"));
            explicit = environment.variable(VARIABLE);
            origin = "environment variable " + VARIABLE;
        }
        if (explicit == null) {
            attempts.add(new Attempt(origin, "not set"));
        } else {
            var found = inFolders(
                    origin, CudaPlaces.explicit(environment, explicit), "no " + library.title + " in " + explicit);
            if (found != null) {
                return found;
            }
            // to run on another library than the one asked for would be worse than an error; but a driver is no
            // toolkit's part
            if (!driver) {
                return missing("Correct or remove the " + origin + ": it must list folders that hold " + library.title
                        + (driverRelease == CudaLibrary.RELEASES.getLast()
                                ? " of CUDA " + driverRelease + ", the newest that the driver runs."
                                : " of CUDA 13 or 12."));
            }
        }
        // the driver's is the one that the loader finds: a newer one than the system's may be installed for it
        var found = driver ? byLoader() : null;
        var places = driver ? CudaPlaces.ofDriver(environment, root) : CudaPlaces.ofToolkit(environment, root);
        for (var place : places.entrySet()) {
            if (found == null) {
                var absent = place.getKey().startsWith("environment variable")
                        && place.getValue().isEmpty();
                found = inFolders(place.getKey(), place.getValue(), absent ? "not set" : "absent");
            }
        }
        if (found == null && !driver) {
            found = byLoader();
        }
        if (found == null && !driver) {
            found = inArtifact();
        }
        return found != null ? found : missing(library.remedy(environment.platform(), driverRelease));
    }

    private @Nullable Resolution inFolders(String place, List<Path> folders, String absent) {
        var tried = new HashSet<Path>();
        for (var folder : folders) {
            for (var file : CudaPlaces.list(folder, CudaLibrary.ANY)) {
                var name = file.getFileName();
                if (name == null || !library.isNamed(environment.platform().os(), name.toString())) {
                    continue;
                }
                var real = real(file);
                if (tried.add(real)) {
                    var refusal = refusal(real, folder);
                    attempts.add(new Attempt(place, refusal == null ? "found " + file : file + " " + refusal));
                    if (refusal == null) {
                        return found(place, real);
                    }
                }
            }
        }
        if (tried.isEmpty()) {
            boolean any = folders.stream().anyMatch(Files::isDirectory);
            attempts.add(new Attempt(place, any ? "no " + library.title + " in it" : absent));
        }
        return null;
    }

    /** Asks the system's loader, which is to load: so it is not asked while only looking. */
    private @Nullable Resolution byLoader() {
        if (!loading) {
            return null;
        }
        if (cutOff) {
            attempts.add(new Attempt("loader path", "not asked, because it may find the file that was cut off"));
            return null;
        }
        for (var name : library.fileNames(environment.platform().os())) {
            var where = "loader path, " + name;
            if (library.unusable(name, driverRelease) != null) {
                continue;
            }
            try {
                var candidate = NativeAccess.restricted(() -> SymbolLookup.libraryLookup(name, Arena.global()));
                var refusal = accept(candidate);
                attempts.add(new Attempt(where, refusal == null ? "found" : refusal));
                if (refusal == null) {
                    var file = candidate
                            .find(library.symbol)
                            .map(LoadedLibraries::fileOf)
                            .orElse(null);
                    var origin = "the system's loader path";
                    return file == null
                            ? new Resolution(library.title, true, null, origin, null, attempts, "")
                            : found(origin, file);
                }
            } catch (IllegalArgumentException missing) {
                attempts.add(new Attempt(where, "not found"));
            }
        }
        return null;
    }

    /** The jars {@code org.bytedeco:cuda-redist} and {@code cuda-redist-cublas}, on the class path or the module path. */
    private @Nullable Resolution inArtifact() {
        var platform = environment.platform();
        var folder = "org/bytedeco/cuda/" + platform.classifier() + "/";
        var artifact = library == CudaLibrary.NVRTC ? "redist" : "redist.cublas";
        var module =
                "org.bytedeco.cuda." + artifact + "." + platform.classifier().replace('-', '.');
        var origin = "Maven artifact org.bytedeco:cuda-" + artifact.replace('.', '-');
        for (var name : library.fileNames(platform.os())) {
            if (library.unusable(name, driverRelease) != null) {
                continue;
            }
            var jar = NativeJar.onClassPath(folder, name)
                    .or(() -> NativeJar.onModulePath(module, environment.property("jdk.module.path"), folder, name))
                    .orElse(null);
            if (jar == null) {
                continue;
            }
            if (!loading) {
                attempts.add(new Attempt(origin, "found in " + jar.describe()));
                return new Resolution(library.title, true, null, origin, CudaLibrary.version(name), attempts, "");
            }
            try {
                var unpacked = jar.directory().orElse(null);
                if (unpacked == null) {
                    var names = new ArrayList<>(jar.names(file -> library.needs(platform.os(), file)));
                    names.add(name);
                    unpacked = LibraryCache.unpack(LibraryCache.root(environment), "cuda", jar, names)
                            .folder();
                }
                var refusal = refusal(unpacked.resolve(name), unpacked);
                attempts.add(new Attempt(
                        origin, refusal == null ? "found in " + jar.describe() : jar.describe() + " " + refusal));
                if (refusal == null) {
                    return found(origin, unpacked.resolve(name));
                }
            } catch (IOException | InvalidPathException failure) {
                attempts.add(new Attempt(origin, jar.describe() + " can't be unpacked: " + failure));
            }
        }
        if (attempts.stream().noneMatch(attempt -> attempt.where().equals(origin))) {
            attempts.add(new Attempt(origin, "not on the class path or the module path"));
        }
        return null;
    }

    /** Why a file can't be used, or null; when loading, it is loaded then. */
    private @Nullable String refusal(Path file, Path folder) {
        var unusable = library.unusable(String.valueOf(file.getFileName()), driverRelease);
        if (unusable != null || !loading) {
            return unusable;
        }
        var os = environment.platform().os();
        // the loader takes companions too, when it loads the library
        var reason = ElfFile.lack(file);
        for (var companion : CudaPlaces.list(folder, CudaLibrary.ANY)) {
            if (library.needs(os, String.valueOf(companion.getFileName()))) {
                preload(os, companion);
                reason = reason == null ? ElfFile.lack(companion) : reason;
            }
        }
        cutOff |= reason != null;
        if (reason == null) {
            reason = TrialLoad.refusal(os, file);
        }
        if (reason != null) {
            return "can't be loaded: " + reason;
        }
        try {
            return accept(NativeAccess.restricted(() -> SymbolLookup.libraryLookup(file, Arena.global())));
        } catch (IllegalArgumentException failure) {
            return "can't be loaded: " + TrialLoad.reason(file);
        }
    }

    /** One that can't be loaded is no obstacle by itself: the library says what it misses. */
    private static void preload(Platform.Os os, Path companion) {
        if (TrialLoad.refusal(os, companion) == null) {
            try {
                NativeAccess.restricted(() -> SymbolLookup.libraryLookup(companion, Arena.global()));
            } catch (IllegalArgumentException unusable) {
                // as above
            }
        }
    }

    private @Nullable String accept(SymbolLookup candidate) {
        if (candidate.find(library.symbol).isEmpty()) {
            return "exports no " + library.symbol + ", so it is no " + library.title;
        }
        lookup = candidate;
        return null;
    }

    private Resolution found(String origin, Path file) {
        var real = real(file);
        var version = CudaLibrary.version(String.valueOf(real.getFileName()));
        // a driver's file has the driver's version, such as 580.65.06, or only the interface's, which is always 1
        if (library == CudaLibrary.DRIVER
                && version != null
                && version.startsWith("1")
                && !version.matches("\\d{3}\\..*")) {
            version = null;
        }
        return new Resolution(library.title, true, real, origin, version, attempts, "");
    }

    private Resolution missing(String remedy) {
        return new Resolution(library.title, false, null, "not found", null, attempts, remedy);
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException vanished) {
            return file;
        }
    }
}
