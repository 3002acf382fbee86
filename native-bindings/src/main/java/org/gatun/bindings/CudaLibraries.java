package org.gatun.bindings;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.bindings.cuda.CudaException;
import org.jspecify.annotations.Nullable;

/** The libraries of CUDA in one environment: each is searched for and loaded on first use, once. */
final class CudaLibraries {

    /** The GPUs that the driver lists, and why it lists none, or null. */
    private record Driver(List<CudaGpu> gpus, @Nullable String problem) {}

    /** What there is, and how many libraries were loaded when it was looked for. */
    private record Known(CudaInstallation installation, int loaded) {}

    private final Environment environment;
    private final Path root;
    /** Read without the lock: a class of the bindings looks up its symbol while it is initialised, which must not wait for one. */
    private final Map<CudaLibrary, CudaSearch.Result> loaded = new ConcurrentHashMap<>();

    private volatile @Nullable Driver driver;
    private volatile @Nullable Known known;

    CudaLibraries(Environment environment, Path root) {
        this.environment = environment;
        this.root = root;
    }

    /** The symbols of one library, loaded on the first call. One that it lacks is an exception. */
    SymbolLookup symbols(CudaLibrary library) {
        var result = load(library);
        var lookup = result.lookup();
        if (lookup == null) {
            throw new NativeLibraryException(result.resolution());
        }
        return name -> {
            var symbol = lookup.find(name);
            if (symbol.isEmpty()) {
                var file = result.resolution().path();
                throw new NativeLibraryException(
                        library.title + " ("
                                + (file == null ? result.resolution().origin() : file) + ") has no " + name + ": "
                                + library.remedy(environment.platform(), 0),
                        result.resolution());
            }
            return symbol;
        };
    }

    private CudaSearch.Result load(CudaLibrary library) {
        var result = loaded.get(library);
        if (result != null) {
            return result;
        }
        // outside the lock: it calls the driver
        int release = library == CudaLibrary.DRIVER ? 0 : driverVersion() / 1000;
        synchronized (this) {
            result = loaded.get(library);
            if (result == null) {
                result = CudaSearch.load(environment, root, library, release);
                loaded.put(library, result);
            }
            return result;
        }
    }

    /** The GPUs that can be used. Where the driver lists none, nothing else is looked for. */
    List<CudaGpu> gpus() {
        return driver().problem() == null && installation().problem() == null ? driver().gpus() : List.of();
    }

    /**
     * What there is. It is looked for again after a library was loaded: a file that was found may not have been taken, and another
     * in its place, or none.
     */
    CudaInstallation installation() {
        var latest = known;
        if (latest == null || latest.loaded() != loaded.size()) {
            int count = loaded.size();
            latest = new Known(look(), count);
            known = latest;
        }
        return latest.installation();
    }

    private CudaInstallation look() {
        var driver = driver();
        int version = driverVersion();
        var problem = driver.problem();
        var resolutions = new ArrayList<>(List.of(load(CudaLibrary.DRIVER).resolution()));
        for (var library : List.of(CudaLibrary.CUBLAS, CudaLibrary.CUBLAS_LT, CudaLibrary.NVRTC)) {
            var result = loaded.get(library);
            var resolution =
                    result != null ? result.resolution() : CudaSearch.look(environment, root, library, version / 1000);
            // the system's loader may know more places, but asking it loads the library: not without a GPU
            resolutions.add(
                    resolution.found() || problem != null
                            ? resolution
                            : load(library).resolution());
        }
        var missing =
                resolutions.stream().filter(resolution -> !resolution.found()).toList();
        if (problem == null && !missing.isEmpty()) {
            problem = missing.stream().map(Resolution::name).collect(Collectors.joining(" and "))
                    + (missing.size() == 1 ? " was" : " were") + " not found. "
                    + missing.stream().map(Resolution::remedy).collect(Collectors.joining(" "));
        }
        return new CudaInstallation(
                resolutions, version == 0 ? null : version / 1000 + "." + version % 1000 / 10, driver.gpus(), problem);
    }

    /** What the driver says, asked once. */
    private Driver driver() {
        var known = driver;
        if (known == null) {
            var gpus = new ArrayList<CudaGpu>();
            var problem = problemOfDriver(load(CudaLibrary.DRIVER).resolution(), driverVersion(), gpus);
            known = new Driver(List.copyOf(gpus), problem);
            driver = known;
        }
        return known;
    }

    /** Why the driver lists no GPU, or null; collects those that it lists. */
    private @Nullable String problemOfDriver(Resolution driver, int version, List<CudaGpu> gpus) {
        if (!driver.found()) {
            return driver.remedy();
        }
        int oldest = CudaLibrary.RELEASES.getLast();
        if (version < oldest * 1000) {
            return "NVIDIA's driver runs CUDA " + version / 1000 + "." + version % 1000 / 10 + ", and Gatun needs CUDA "
                    + oldest + " or newer: update the driver from https://www.nvidia.com/drivers.";
        }
        try {
            CudaDriver.init();
            int count = CudaDriver.deviceCount();
            for (int ordinal = 0; ordinal < count; ordinal++) {
                gpus.add(CudaDriver.gpu(ordinal));
            }
        } catch (CudaException failure) {
            return "NVIDIA's driver is installed and finds no GPU that it can use: " + failure.getMessage()
                    + ". nvidia-smi shows what it sees; CUDA_VISIBLE_DEVICES may hide GPUs, and a container needs"
                    + " docker run --gpus all.";
        }
        return gpus.isEmpty()
                ? "NVIDIA's driver is installed and lists no GPU: CUDA_VISIBLE_DEVICES may hide it."
                : null;
    }

    /** The newest version of CUDA that the driver runs, such as 13000 for 13.0, or 0 if there is no driver. */
    private int driverVersion() {
        if (load(CudaLibrary.DRIVER).lookup() == null) {
            return 0;
        }
        try {
            return CudaDriver.driverVersion();
        } catch (CudaException unusable) {
            return 0;
        }
    }
}
