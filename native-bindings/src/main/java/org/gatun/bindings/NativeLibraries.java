package org.gatun.bindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads the native libraries that Gatun calls, and tells where it looked.
 *
 * <p>OpenBLAS is looked for, in this order, by:
 *
 * <ol>
 *   <li>the system property {@code gatun.openblas.library}, else the environment variable
 *       {@code GATUN_OPENBLAS_LIBRARY}: the file or loader name of any library with BLAS's C interface (OpenBLAS, MKL,
 *       BLIS, Accelerate); if one is set, nothing else is tried;
 *   <li>the native jar {@code org.bytedeco:openblas} for this platform, on the class path or the module path, unpacked
 *       once into a per-user cache ({@code gatun.cache}, {@code GATUN_CACHE}, or the platform's folder for caches);
 *   <li>the system's loader path and the folders where packages usually put it.
 * </ol>
 *
 * <p>The search runs once, on first use.
 */
public final class NativeLibraries {

    private NativeLibraries() {}

    private static volatile OpenBlasLibrary.@Nullable Result openBlas;

    /**
     * Where OpenBLAS was looked for, and what came of it. Never throws because it is missing.
     *
     * @return the search
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static Resolution openBlas() {
        return openBlasResult().resolution();
    }

    /**
     * The symbols of OpenBLAS.
     *
     * @return the lookup
     * @throws NativeLibraryException if it was not found; the message lists every place tried and the remedy
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static SymbolLookup openBlasSymbols() {
        var result = openBlasResult();
        if (result.lookup() == null) {
            throw new NativeLibraryException(result.resolution());
        }
        return result.lookup();
    }

    /**
     * Where the libraries that an NVIDIA GPU takes were looked for: the driver, cuBLAS, cuBLASLt and NVRTC. They are
     * looked for in {@code CUDA_HOME} and {@code CUDA_PATH}, in the usual folders of toolkits and distributions, in
     * Python wheels, and on the system's loader path. Nothing is kept: each call looks again.
     *
     * @return one search for each library, in that order
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static List<Resolution> cuda() {
        var environment = Environment.current();
        return Arrays.stream(CudaLibrary.values())
                .map(library -> CudaSearch.search(environment, Path.of("/"), library))
                .toList();
    }

    /**
     * The folder that native libraries are unpacked into: {@code gatun.cache}, {@code GATUN_CACHE}, or the platform's folder
     * for caches.
     *
     * @return the folder, which may not exist yet
     * @throws InvalidPathException if the setting is not a path
     */
    public static Path cache() {
        return LibraryCache.root(Environment.current());
    }

    private static OpenBlasLibrary.Result openBlasResult() {
        var result = openBlas;
        return result != null ? result : searchOpenBlas();
    }

    private static synchronized OpenBlasLibrary.Result searchOpenBlas() {
        var result = openBlas;
        if (result == null) {
            result = OpenBlasLibrary.search(Environment.current());
            openBlas = result;
        }
        return result;
    }
}
