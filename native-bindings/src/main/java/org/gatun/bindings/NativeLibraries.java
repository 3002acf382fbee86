package org.gatun.bindings;

import java.lang.foreign.SymbolLookup;
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
