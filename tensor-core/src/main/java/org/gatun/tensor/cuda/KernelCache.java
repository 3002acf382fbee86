package org.gatun.tensor.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.Nvrtc;
import org.gatun.tensor.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of one device: compiled on first use, and kept in memory and in the folder {@code kernels} of the {@linkplain
 * NativeLibraries#cache() cache} for the next process. A file is named by a hash of the program, the architecture, the options and the
 * compiler's version; it begins with a hash of the rest, and one that is damaged is made anew.
 */
final class KernelCache {
    private static final int HASH = 32;

    private final String architecture;
    private final ToLongFunction<byte[]> loader;
    private final Map<Object, Kernel> kernels = new ConcurrentHashMap<>();
    private final Map<String, Long> modules = new ConcurrentHashMap<>();

    /**
     * For a device.
     *
     * @param architecture the device's, such as {@code sm_90}
     * @param loader makes a module of the device from what was compiled
     */
    KernelCache(String architecture, ToLongFunction<byte[]> loader) {
        this.architecture = architecture;
        this.loader = loader;
    }

    /** A kernel; see {@link Gpu#kernel}. */
    Kernel kernel(Object key, String name, Supplier<String> program) {
        var id = new Id(key, name);
        Kernel known = kernels.get(id);
        if (known == null) {
            String text = program.get();
            // Not in one step: programs may be long in compiling, and different ones are compiled by several threads at
            // once.
            long module = modules.computeIfAbsent(text, this::load);
            known = new Kernel(name, CudaDriver.function(module, name));
            kernels.put(id, known);
        }
        return known;
    }

    /** The texts of all programs that were asked for so far. */
    Set<String> programs() {
        return Set.copyOf(modules.keySet());
    }

    private record Id(Object key, String name) {}

    private long load(String program) {
        String text = KernelText.expand(program);
        List<String> options = options();
        @Nullable Path file = file(text);
        byte @Nullable [] image = file == null ? null : read(file);
        if (image != null) {
            try {
                return loader.applyAsLong(image);
            } catch (CudaException e) {
                // Whole but not for this driver: made anew below.
            }
        }
        byte[] compiled;
        try {
            compiled = Nvrtc.compile(text, "program.cu", Map.of(), options, List.of())
                    .image();
        } catch (CudaException e) {
            throw new DeviceException(
                    "a kernel can't be compiled: " + e.getMessage()
                            + KernelText.firstError(String.valueOf(e.getMessage()), program)
                            + "\nThis is a defect of Gatun, or the compiler is older than CUDA 12",
                    e);
        }
        if (file != null) {
            write(file, compiled);
        }
        return loader.applyAsLong(compiled);
    }

    private List<String> options() {
        return List.of("--gpu-architecture=" + target(), "--std=c++17", "--fmad=false");
    }

    private String target() {
        try {
            return Nvrtc.target(architecture);
        } catch (IllegalArgumentException tooOld) {
            throw new DeviceException(String.valueOf(tooOld.getMessage()), tooOld);
        }
    }

    /** Where a program, with what it includes written out, is kept; null where no file can be named. */
    @Nullable
    Path file(String text) {
        try {
            String key = Nvrtc.version() + "\n" + String.join("\n", options()) + "\n" + text;
            String name = HexFormat.of().formatHex(hash(key.getBytes(StandardCharsets.UTF_8)), 0, 16);
            return NativeLibraries.cache().resolve("kernels").resolve(architecture + "-" + name + ".cubin");
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** What a file holds, or null if it is not there, can't be read or is damaged. */
    private static byte @Nullable [] read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length <= HASH) {
                return null;
            }
            byte[] image = Arrays.copyOfRange(bytes, HASH, bytes.length);
            return Arrays.equals(hash(image), 0, HASH, bytes, 0, HASH) ? image : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** A cache that can't be written is none: the next process compiles again. */
    private static void write(Path file, byte[] image) {
        Path fresh = null;
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            fresh = Files.createTempFile(folder, "kernel", ".tmp");
            byte[] bytes = Arrays.copyOf(hash(image), HASH + image.length);
            System.arraycopy(image, 0, bytes, HASH, image.length);
            Files.write(fresh, bytes);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | UnsupportedOperationException e) {
            discard(fresh);
        }
    }

    private static void discard(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // It stays, and is never read: its name is no kernel's.
        }
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
