package org.gatun.tensor.cuda.standin;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Look-alikes of the CUDA driver, cuBLAS, cuBLASLt and NVRTC that run kernels on the CPU, compiled from the C++ sources beside the
 * tests with the system's compiler: {@code $CXX}, or the first of g++, clang++ and c++. The README there tells how they work.
 *
 * <p>The libraries are kept under {@code target/standin} by a hash of their sources and of the compiler, so that they are compiled
 * once; several JVMs may ask for them at the same time.
 */
public final class StandInDriver {
    /** The libraries' sources, by library; those of the driver first, on which the others stand. */
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "libcuda.so.1",
            List.of(
                    "faults", "context", "memory", "pools", "copies", "streams", "fibers", "modules", "graphs",
                    "errors"),
            "libcublas.so.13",
            List.of("blas", "blas_multiply"),
            "libcublasLt.so.13",
            List.of("blaslt", "blas_multiply"),
            "libnvrtc.so.13",
            List.of("nvrtc", "nvrtc_source"));

    private static final List<String> HEADERS = List.of(
            "standin_abi.h",
            "standin.h",
            "standin_math.h",
            "standin_ptx.h",
            "state.h",
            "nvrtc_source.h",
            "blas.h",
            "cuda_fp16.h",
            "cuda_bf16.h");

    /** The counts that other libraries than the driver keep: the library and the call. */
    private static final Map<String, String> OWN_COUNTS = Map.of(
            "live.cublas", "libcublas.so.13 standin_cublas_handles",
            "live.cublaslt", "libcublasLt.so.13 standin_cublaslt_objects",
            "live.programs", "libnvrtc.so.13 standin_nvrtc_programs",
            "compilations", "libnvrtc.so.13 standin_nvrtc_compilations");

    private static final Map<String, SymbolLookup> LOADED = new ConcurrentHashMap<>();

    private static final String DEVICES = "devices";

    private static @Nullable Path folder;
    private static volatile boolean used;

    private StandInDriver() {}

    /**
     * The folder that holds {@code libcuda.so.1}, {@code libcublas.so.13}, {@code libcublasLt.so.13} and {@code libnvrtc.so.13}. The
     * calling test is skipped where there is no compiler or the system is not Linux.
     */
    public static synchronized Path folder() {
        Path known = folder;
        if (known != null) {
            return known;
        }
        assumeTrue(isLinux(), "the stand-in driver needs Linux");
        String compiler = compiler();
        assumeTrue(compiler != null, "the stand-in driver needs a C++ compiler");
        try {
            known = build(compiler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder = known;
        return known;
    }

    /**
     * Lets this JVM use the stand-in as its driver, unless it runs with {@code -Dgatun.test.gpu=true}, on a machine with a GPU. To be called
     * before the first use of {@code Device.cuda}. Kernels are then kept beside the libraries, not in the user's cache. There are two devices.
     */
    public static void use() {
        if (!onGpu()) {
            set(DEVICES, 2);
            System.setProperty("gatun.cuda.path", folder().toString());
            System.setProperty("gatun.cache", folder().resolve("cache").toString());
        }
        used = true;
    }

    /** Whether a test of this JVM has called {@link #use}, so that there is a device. */
    public static boolean isUsed() {
        return used;
    }

    /** Whether there is a GPU or the stand-in: tests that {@link #use} it are skipped where there is none. */
    public static boolean isUsable() {
        return onGpu() || (isLinux() && compiler() != null);
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** Whether the tests run on a GPU in place of the stand-in. */
    public static boolean onGpu() {
        return Boolean.getBoolean("gatun.test.gpu");
    }

    /** Fails if anything went wrong on the stand-in's devices since the last {@link #reset}. */
    public static void requireNoViolations() {
        if (!onGpu() && !violations().isEmpty()) {
            throw new AssertionError("The device's violations:\n" + violations());
        }
    }

    /** The symbols of one of the four libraries, such as {@code "libcuda.so.1"}. */
    public static SymbolLookup library(String name) {
        return LOADED.computeIfAbsent(name, n -> SymbolLookup.libraryLookup(folder().resolve(n), Arena.global()));
    }

    /**
     * Sets a setting: {@code seed}, {@code delay} and {@code delay.every} (one of so many operations waits up to so many
     * microseconds), {@code devices}, {@code memory.total}, {@code driver.version}, {@code architecture} (such as 90), {@code order.threads} and {@code order.blocks} (0
     * ascending, 1 descending, 2 random), {@code fail.allocation}, {@code fail.launch} and {@code fail.load} (the n-th from now is refused),
     * {@code fail.allocation.times} (how many in a row are refused then), {@code fault.launch} (the n-th from now dies on the device), {@code lose.device} (from the n-th call on all fail),
     * {@code lose.code} (with this code), {@code time.limit} (milliseconds that a kernel may run) and {@code relu.drops.nan} (whether
     * cuBLASLt's linear unit makes 0 of NaN).
     */
    public static void set(String setting, long value) {
        try (Arena arena = Arena.ofConfined()) {
            int result = (int) DriverCalls.invoke(
                    library("libcuda.so.1"), int.class, "standin_set", arena.allocateFrom(setting), value);
            if (result != 0) {
                throw new IllegalArgumentException("The stand-in driver has no setting " + setting);
            }
        }
    }

    /**
     * A setting, or a count: {@code calls}, {@code launches}, {@code copies}, {@code allocations}, and what the program has not given
     * back: {@code live.allocations}, {@code live.bytes}, {@code live.pinned}, {@code live.pinned.bytes}, {@code live.streams},
     * {@code live.events}, {@code live.modules}, {@code live.graphs}, {@code live.cublas} (handles), {@code live.cublaslt} (handles,
     * descriptions and layouts), {@code live.programs}; and {@code compilations}.
     */
    public static long get(String name) {
        String own = OWN_COUNTS.get(name);
        if (own != null) {
            int space = own.indexOf(' ');
            return (long) DriverCalls.invoke(library(own.substring(0, space)), long.class, own.substring(space + 1));
        }
        try (Arena arena = Arena.ofConfined()) {
            long value = (long)
                    DriverCalls.invoke(library("libcuda.so.1"), long.class, "standin_get", arena.allocateFrom(name));
            if (value == Long.MIN_VALUE) {
                throw new IllegalArgumentException("The stand-in driver counts no " + name);
            }
            return value;
        }
    }

    /** What went wrong on the devices since the last {@link #reset}, one line each; empty if nothing did. */
    public static String violations() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(1 << 17);
            long length = (long) DriverCalls.invoke(
                    library("libcuda.so.1"), long.class, "standin_violations", text, text.byteSize());
            return length == 0 ? "" : text.getString(0);
        }
    }

    /** Waits for all streams, heals the devices, forgets the violations and puts every setting back. */
    public static void reset() {
        DriverCalls.invoke(library("libcuda.so.1"), void.class, "standin_reset");
        if (used) {
            set(DEVICES, 2);
        }
    }

    private static @Nullable String compiler() {
        List<String> names = new ArrayList<>(List.of("g++", "clang++", "c++"));
        String chosen = System.getenv("CXX");
        if (chosen != null && !chosen.isBlank()) {
            names.addFirst(chosen);
        }
        for (String name : names) {
            try {
                Process process = new ProcessBuilder(name, "--version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return name;
                }
            } catch (IOException e) {
                // Not there: the next.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return null;
    }

    private static Path build(String compiler) throws IOException {
        Path module = Path.of("").toAbsolutePath();
        Path beside = module.resolveSibling("tensor-core");
        Path cache =
                (Files.isDirectory(beside) ? beside : module).resolve("target").resolve("standin");
        Files.createDirectories(cache);
        String hash = hash(compiler);
        Path result = cache.resolve(hash);
        try (FileChannel lock = FileChannel.open(
                        cache.resolve(hash + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = lock.lock()) {
            if (!Files.isDirectory(result)) {
                Path fresh = Files.createTempDirectory(cache, hash + "-");
                for (String name : sources().toList()) {
                    try (InputStream in = open(name)) {
                        Files.copy(in, fresh.resolve(name));
                    }
                }
                compile(compiler, fresh, result);
                Files.move(fresh, result, StandardCopyOption.ATOMIC_MOVE);
            }
            assert held.isValid();
        }
        return result;
    }

    private static Stream<String> sources() {
        return Stream.concat(
                        HEADERS.stream(),
                        LIBRARIES.values().stream().flatMap(List::stream).map(name -> name + ".cpp"))
                .distinct()
                .sorted();
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = StandInDriver.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("The tests lack the resource " + name);
        }
        return in;
    }

    private static String hash(String compiler) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((compiler + System.getProperty("os.arch")).getBytes(StandardCharsets.UTF_8));
            for (String name : sources().toList()) {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                try (InputStream in = open(name)) {
                    digest.update(in.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(String compiler, Path sources, Path later) throws IOException {
        List<List<String>> commands = new ArrayList<>();
        for (String source : sources().filter(name -> name.endsWith(".cpp")).toList()) {
            String name = source.substring(0, source.length() - ".cpp".length());
            List<String> command = new ArrayList<>(List.of(compiler, "-std=c++20", "-fPIC", "-w", "-U_FORTIFY_SOURCE"));
            command.addAll(List.of("-fvisibility=hidden", name.equals("blas_multiply") ? "-O3" : "-O1"));
            command.add("-DSTANDIN_CXX=\"" + compiler + "\"");
            command.add("-DSTANDIN_INCLUDE=\"" + later + "\"");
            command.addAll(List.of("-c", source, "-o", name + ".o"));
            commands.add(command);
        }
        run(sources, commands);
        link(compiler, sources, "libcuda.so.1", List.of("-Wl,-z,nodelete"));
        for (String library : LIBRARIES.keySet()) {
            if (!library.equals("libcuda.so.1")) {
                link(compiler, sources, library, List.of("-L.", "-l:libcuda.so.1", "-Wl,-rpath,$ORIGIN"));
            }
        }
    }

    private static void link(String compiler, Path sources, String library, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-Wl,-soname," + library, "-o", library));
        for (String name : LIBRARIES.getOrDefault(library, List.of())) {
            command.add(name + ".o");
        }
        command.addAll(more);
        command.addAll(List.of("-ldl", "-lpthread"));
        run(sources, List.of(command));
    }

    /** Runs the commands, as many at a time as there are processors. */
    private static void run(Path folder, List<List<String>> commands) throws IOException {
        int width = Math.max(1, Runtime.getRuntime().availableProcessors());
        List<Process> started = new ArrayList<>();
        for (int i = 0; i < commands.size() + width; i++) {
            if (i < commands.size()) {
                started.add(new ProcessBuilder(commands.get(i))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log" + i).toFile())
                        .start());
            }
            int done = i - width + 1;
            if (done >= 0 && done < commands.size()) {
                await(folder, commands.get(done), started.get(done), folder.resolve("log" + done));
            }
        }
    }

    private static void await(Path folder, List<String> command, Process process, Path log) throws IOException {
        try {
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("Compiling the stand-in driver took too long: " + String.join(" ", command));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while compiling the stand-in driver", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("The stand-in driver does not compile in " + folder + ": " + String.join(" ", command)
                    + "\n" + Files.readString(log));
        }
    }
}
