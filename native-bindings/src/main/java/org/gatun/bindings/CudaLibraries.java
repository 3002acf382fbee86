package org.gatun.bindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The libraries of CUDA in one environment: each is searched for and loaded on first use, once. */
final class CudaLibraries {

    private final Environment environment;
    private final Path root;
    /** Read without the lock: a generated class looks up symbols while it is initialised, which must not wait for one. */
    private final Map<CudaLibrary, CudaSearch.Result> loaded = new ConcurrentHashMap<>();

    CudaLibraries(Environment environment, Path root) {
        this.environment = environment;
        this.root = root;
    }

    /** The symbols of one library, loaded on the first call. */
    SymbolLookup symbols(CudaLibrary library) {
        var result = load(library);
        if (result.lookup() == null) {
            throw new NativeLibraryException(result.resolution());
        }
        return result.lookup();
    }

    private CudaSearch.Result load(CudaLibrary library) {
        var result = loaded.get(library);
        if (result != null) {
            return result;
        }
        synchronized (this) {
            result = loaded.get(library);
            if (result == null) {
                result = CudaSearch.load(environment, root, library, 0);
                loaded.put(library, result);
            }
            return result;
        }
    }

    /** What there is, without loading anything. */
    List<Resolution> look() {
        return Arrays.stream(CudaLibrary.values())
                .map(library -> CudaSearch.look(environment, root, library, 0))
                .toList();
    }
}
