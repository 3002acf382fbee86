package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gatun.bindings.cuda.CuBlas;
import org.gatun.bindings.cuda.CuBlasLt;
import org.gatun.bindings.cuda.CublasCompute;
import org.gatun.bindings.cuda.CudaDriver;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.CudaStreams;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.bindings.cuda.DeviceAttribute;
import org.gatun.bindings.cuda.HostFunction;
import org.gatun.bindings.cuda.KernelArguments;
import org.gatun.bindings.cuda.Nvrtc;

/** Calls CUDA's libraries in a JVM of its own, and prints what came of it. */
final class CudaCalls {

    private CudaCalls() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "installation" -> installation();
            case "driver" -> driver();
            case "cublas" -> cublas();
            case "nvrtc" -> nvrtc();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void installation() throws IOException {
        System.out.println("usable " + NativeLibraries.cudaGpus().size());
        var found = NativeLibraries.cuda();
        System.out.println("driver " + found.driverVersion());
        System.out.println("gpus " + found.gpus());
        System.out.println("problem " + found.problem());
        for (var library : found.libraries()) {
            System.out.println(library.explain());
            System.out.println(library.name() + " version " + library.version());
        }
        var maps = Path.of("/proc/self/maps");
        System.out.println("loaded "
                + Files.readAllLines(maps, StandardCharsets.ISO_8859_1).stream()
                        .flatMap(line -> List.of("libcuda.so", "libcublas.so", "libcublasLt.so", "libnvrtc.so").stream()
                                .filter(line::contains))
                        .distinct()
                        .sorted()
                        .toList());
    }

    private static void driver() {
        System.out.println("attribute " + CudaDriver.attribute(41, DeviceAttribute.WARP_SIZE));
        long address = CudaMemory.allocate(1000);
        System.out.println("address " + Long.toHexString(address));
        CudaMemory.free(address);
        failing(() -> CudaMemory.allocate(1L << 40));
        failing(() -> CudaMemory.free(1));
        try {
            CudaDriver.synchronize();
            System.out.println("NO EXCEPTION");
        } catch (ExceptionInInitializerError lacking) {
            System.out.println(String.valueOf(lacking.getCause()));
        }
        System.out.println("stream " + CudaStreams.done(1) + " " + CudaStreams.done(2));
        failing(() -> CudaStreams.done(3));
        try (var arena = Arena.ofConfined()) {
            var sums = arena.allocate(JAVA_DOUBLE, 2);
            var pair = arena.allocate(16, 8);
            pair.set(JAVA_FLOAT, 0, 64.5f);
            pair.set(JAVA_DOUBLE, 8, 128.5);
            var block = new KernelArguments();
            for (int i = 0; i < 2; i++) { // a block is used again and again
                block.clear()
                        .add(sums.address())
                        .add(1 + i)
                        .add(2.5f)
                        .add(4.25)
                        .add((short) 8)
                        .add((byte) 16)
                        .add(pair, 8);
                CudaDriver.launch(9, 1, 2, 3, 4, 5, 6, 7, 8, block);
                System.out.println("sum " + sums.getAtIndex(JAVA_DOUBLE, 0));
            }
            System.out.printf("launch %.0f%n", sums.getAtIndex(JAVA_DOUBLE, 1));
            failing(() -> CudaDriver.launch(9, 1, 1, 1, 2048, 1, 1, 0, 0, block));
        }
        CudaStreams.callHost(0, new HostFunction(argument -> System.out.println("called with " + argument)), 77);
        CudaStreams.callHost(
                0,
                new HostFunction(argument -> {
                    throw new IllegalStateException("thrown on purpose");
                }),
                0);
        failing(() -> CudaStreams.callHost(1, new HostFunction(argument -> {}), 0));
    }

    private static void cublas() {
        long handle = CuBlas.create();
        try (var arena = Arena.ofConfined()) {
            var c = arena.allocate(JAVA_DOUBLE, 3);
            for (var compute : CublasCompute.values()) {
                CuBlas.gemm(
                        handle,
                        compute,
                        true,
                        false,
                        1,
                        2,
                        3,
                        1.5,
                        0,
                        CudaType.F16,
                        4,
                        0,
                        CudaType.BF16,
                        5,
                        2,
                        c.address(),
                        CudaType.F32,
                        6);
                System.out.printf(
                        "%s %s %s %.0f%n",
                        compute,
                        c.getAtIndex(JAVA_DOUBLE, 0),
                        c.getAtIndex(JAVA_DOUBLE, 1),
                        c.getAtIndex(JAVA_DOUBLE, 2));
            }
        }
        failing(() -> CuBlas.gemm(
                handle,
                CublasCompute.F32,
                false,
                false,
                1,
                2,
                3,
                1,
                0,
                CudaType.F16,
                4,
                0,
                CudaType.BF16,
                5,
                0,
                0,
                CudaType.F32,
                6));
        System.out.println("Lt " + CuBlasLt.version() + " " + CuBlasLt.create());
    }

    private static void nvrtc() {
        System.out.println("version " + Nvrtc.version());
        var options = List.of("--gpu-architecture=sm_90", "-O3");
        var compiled = Nvrtc.compile("code", "good.cu", Map.of("a.h", "text"), options, List.of("add<float>"));
        System.out.println("image " + new String(compiled.image(), StandardCharsets.US_ASCII));
        System.out.println("names " + compiled.names() + " log [" + compiled.log() + "]");
        var ptx = Nvrtc.compile("code", "good.cu", Map.of(), List.of("--gpu-architecture=compute_90"), List.of());
        System.out.println("image of " + ptx.image().length);
        failing(() -> Nvrtc.compile("error", "bad.cu", Map.of(), options, List.of()));
    }

    private static void failing(Runnable call) {
        try {
            call.run();
            System.out.println("NO EXCEPTION");
        } catch (CudaException failure) {
            System.out.println(failure.getMessage() + " | " + failure.call() + " " + failure.code() + " "
                    + failure.codeName() + " " + failure.outOfMemory());
        }
    }
}
