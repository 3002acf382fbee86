package org.gatun.bindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
 * <p>CUDA's libraries (the driver, cuBLAS, cuBLASLt, NVRTC) of release 13 or 12 are looked for, in this order, in:
 *
 * <ol>
 *   <li>the system property {@code gatun.cuda.path}, else the environment variable {@code GATUN_CUDA_PATH}: a list of
 *       toolkits or folders of libraries, separated as in a class path; if one is set, the toolkit's libraries are looked
 *       for nowhere else;
 *   <li>the toolkits that {@code CUDA_HOME} and {@code CUDA_PATH} name, then those in the usual folders, the newest first;
 *   <li>the folders of the loader's path and of the system;
 *   <li>Python wheels: those of the environment in use, of the Python on the path, of the user and of the system;
 *   <li>the system's loader, then the jars {@code org.bytedeco:cuda-redist} and {@code org.bytedeco:cuda-redist-cublas}.
 * </ol>
 *
 * <p>The driver's own library is asked of the system's loader first, and is in no toolkit. A library newer than the driver
 * is passed over.
 *
 * <p>Each search runs once, on first use.
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
     * What of CUDA is on this machine. It is looked for once, and again after a library was loaded. Without a driver nothing is
     * loaded; without a GPU nothing but the driver's library is.
     *
     * @return where each library was looked for, the GPUs, and why none can be used
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static CudaInstallation cuda() {
        return Cuda.LIBRARIES.installation();
    }

    /**
     * The GPUs that can be used. Where the driver lists none, nothing else is looked for, so this is quick then.
     *
     * @return the GPUs, none if {@link #cuda} tells of a problem
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static List<CudaGpu> cudaGpus() {
        return Cuda.LIBRARIES.gpus();
    }

    /**
     * The symbols of CUDA's driver.
     *
     * @return the lookup
     * @throws NativeLibraryException if it was not found; the message lists every place tried and the remedy
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static SymbolLookup cudaDriverSymbols() {
        return Cuda.LIBRARIES.symbols(CudaLibrary.DRIVER);
    }

    /**
     * The symbols of cuBLAS.
     *
     * @return the lookup
     * @throws NativeLibraryException if it was not found; the message lists every place tried and the remedy
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static SymbolLookup cuBlasSymbols() {
        return Cuda.LIBRARIES.symbols(CudaLibrary.CUBLAS);
    }

    /**
     * The symbols of cuBLASLt.
     *
     * @return the lookup
     * @throws NativeLibraryException if it was not found; the message lists every place tried and the remedy
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static SymbolLookup cuBlasLtSymbols() {
        return Cuda.LIBRARIES.symbols(CudaLibrary.CUBLAS_LT);
    }

    /**
     * The symbols of NVRTC.
     *
     * @return the lookup
     * @throws NativeLibraryException if it was not found; the message lists every place tried and the remedy
     * @throws NativeAccessError if the JVM refuses this module native access
     */
    public static SymbolLookup nvrtcSymbols() {
        return Cuda.LIBRARIES.symbols(CudaLibrary.NVRTC);
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

    /** Made on first use. */
    private static final class Cuda {
        static final CudaLibraries LIBRARIES = new CudaLibraries(Environment.current(), Path.of("/"));
    }
}
