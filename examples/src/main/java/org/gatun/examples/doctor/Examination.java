package org.gatun.examples.doctor;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.CudaInstallation;
import org.gatun.bindings.NativeAccessError;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.Platform;
import org.gatun.bindings.Resolution;
import org.gatun.nn.data.Mnist;
import org.gatun.tensor.CpuStatus;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.LeakLevel;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.jspecify.annotations.Nullable;

/** Looks at everything once, and collects advice on the way. */
final class Examination {
    private final SystemFiles system;
    private final List<String> advice = new ArrayList<>();
    private boolean ready = true;

    private Examination(SystemFiles system) {
        this.system = system;
    }

    /** The report on this JVM and this machine. */
    static Report of(String version, SystemFiles system) {
        return new Examination(system).report(version);
    }

    private Report report(String version) {
        Report.Java java = java();
        Report.Processor processor = processor();
        var libraries = new ArrayList<Report.Library>();
        Report.Gpu gpu = new Report.Gpu(List.of(), null, null, false, null);
        try {
            libraries.add(openBlas());
            gpu = gpu(NativeLibraries.cuda(), libraries);
        } catch (NativeAccessError e) {
            refuse(String.valueOf(e.getMessage()));
        }
        Path data = Mnist.find();
        if (data == null) {
            advise("Data: put the four MNIST files into one of the folders above, or name theirs with --data or"
                    + " GATUN_DATA; without them 'gatun mnist' trains on generated digits.");
        }
        String noFonts = Fonts.missing();
        if (noFonts != null) {
            advise("Pictures: " + noFonts + "; without them 'gatun mnist' draws none.");
        }
        Report.Memory memory = memory();
        Report.Cache cache = cache();
        return new Report(
                ready,
                version,
                java,
                processor,
                memory,
                List.copyOf(libraries),
                gpu,
                cache,
                data == null ? null : absolute(data),
                Mnist.places().stream().map(Examination::absolute).toList(),
                List.copyOf(advice));
    }

    private Report.Java java() {
        Module bindings = NativeLibraries.class.getModule();
        boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (!vector) {
            advise("Vector API: start java with --add-modules jdk.incubator.vector; without it elementwise operations"
                    + " run several times slower.");
        }
        if (!bindings.isNativeAccessEnabled()) {
            advise("Native access: start java with --enable-native-access="
                    + (bindings.isNamed() ? bindings.getName() : "ALL-UNNAMED")
                    + "; newer JDKs refuse native calls without it.");
        }
        return new Report.Java(
                Runtime.version().toString(),
                System.getProperty("java.vendor", "unknown"),
                System.getProperty("java.home", "unknown"),
                System.getProperty("java.vm.name", "unknown"),
                bindings.isNativeAccessEnabled(),
                vector);
    }

    private Report.Processor processor() {
        CpuStatus status = CpuStatus.current();
        String name = system.processorName();
        return new Report.Processor(
                Platform.current().toString(),
                name == null ? System.getProperty("os.arch", "unknown") : name,
                system.vectorInstructions(),
                Runtime.getRuntime().availableProcessors(),
                status.threads(),
                status.vectorised(),
                status.vectorBits());
    }

    private static Report.Memory memory() {
        long limit = MemoryStats.of(Device.CPU).limit();
        return new Report.Memory(
                Runtime.getRuntime().maxMemory(),
                limit == Long.MAX_VALUE ? null : limit,
                LeakLevel.current().name().toLowerCase(Locale.ROOT));
    }

    private Report.Library openBlas() {
        Resolution found = NativeLibraries.openBlas();
        if (!found.found()) {
            refuse("OpenBLAS: " + found.remedy());
            return library(found, "cpu", found.version(), null);
        }
        boolean works = multiplies();
        if (!works) {
            refuse("OpenBLAS: the library multiplies matrices wrongly: name another with GATUN_OPENBLAS_LIBRARY.");
        }
        return library(found, "cpu", found.version(), works);
    }

    /** Whether a product through the library is right: all sums of 64 ones. */
    private static boolean multiplies() {
        try (var scope = MemoryScope.open("doctor")) {
            Tensor ones = Tensors.ones(64, 64);
            return Arrays.stream(ones.matmul(ones).toDoubleArray()).allMatch(sum -> sum == 64);
        }
    }

    private Report.Gpu gpu(CudaInstallation cuda, List<Report.Library> libraries) {
        String problem = cuda.problem();
        boolean tried = problem == null; // a driver that does not work lets no library work
        if (problem != null) {
            advise("GPU: none can be used, so Gatun computes on the CPU. " + problem);
        }
        for (int i = 0; i < cuda.libraries().size(); i++) {
            Resolution r = cuda.libraries().get(i);
            Boolean works = null;
            if (!r.found()) {
                // the problem may be this very one
                if (problem == null || !problem.contains(r.remedy())) {
                    advise("GPU: " + r.remedy());
                }
            } else if (tried) {
                String failure = CudaTrial.failure(r.name(), cuda.gpus().getFirst());
                works = failure == null;
                r = NativeLibraries.cuda().libraries().get(i); // where it was loaded from
                if (failure != null) {
                    String found = r.found() ? r.name() + " does not work: " + failure : r.remedy();
                    problem = problem == null ? found : problem;
                    tried = i > 0;
                    advise("GPU: " + found);
                }
            }
            String version = Boolean.TRUE.equals(works) ? CudaTrial.version(r.name()) : null;
            libraries.add(library(r, "gpu", version == null ? r.version() : version, works));
        }
        Resolution driver = cuda.libraries().getFirst();
        List<String> devices = cuda.gpus().stream().map(Examination::describe).toList();
        return new Report.Gpu(
                devices.isEmpty() ? system.nvidiaGpus() : devices,
                system.nvidiaDriver() == null && driver.found() ? driver.version() : system.nvidiaDriver(),
                cuda.driverVersion(),
                problem == null,
                problem);
    }

    private static String describe(CudaGpu gpu) {
        return String.format(Locale.ROOT, "%s (%s, %,d MiB)", gpu.name(), gpu.architecture(), gpu.memory() >> 20);
    }

    private Report.Cache cache() {
        try {
            Path folder = NativeLibraries.cache().toAbsolutePath().normalize();
            boolean writable = writable(folder);
            if (!writable) {
                advise("Cache: " + folder
                        + " can't be written, so libraries are unpacked at every start: name another folder"
                        + " with GATUN_CACHE.");
            }
            return new Report.Cache(folder.toString(), Files.isDirectory(folder), writable);
        } catch (InvalidPathException e) {
            advise("Cache: gatun.cache or GATUN_CACHE is no path: " + e.getMessage());
            return new Report.Cache(e.getInput(), false, false);
        }
    }

    /** Whether files can be made in a folder, or the folder itself below the nearest one that is there. */
    private static boolean writable(Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there != null && Files.isDirectory(there) && Files.isWritable(there);
    }

    private static Report.Library library(
            Resolution r, String neededBy, @Nullable String version, @Nullable Boolean works) {
        return new Report.Library(
                r.name(),
                neededBy,
                r.found(),
                r.path() == null ? null : r.path().toString(),
                r.origin(),
                version,
                r.attempts().stream().map(Object::toString).toList(),
                works);
    }

    private void advise(String line) {
        advice.add(line);
    }

    private void refuse(String line) {
        ready = false;
        advice.add(line);
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }
}
