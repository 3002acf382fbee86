package org.gatun.tensor.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A test's hold on the stand-in driver: a current context, compiled kernels, device arrays, and plain calls. */
public final class StandInSession implements AutoCloseable {
    static final int INVALID_VALUE = 1;
    static final int OUT_OF_MEMORY = 2;
    static final int INVALID_IMAGE = 200;
    static final int NOT_READY = 600;
    static final int ILLEGAL_ADDRESS = 700;
    static final int LAUNCH_OUT_OF_RESOURCES = 701;
    static final int MISALIGNED_ADDRESS = 716;
    static final int LAUNCH_FAILED = 719;

    final Arena arena = Arena.ofShared();
    final SymbolLookup driver = StandInDriver.library("libcuda.so.1");
    final SymbolLookup compiler = StandInDriver.library("libnvrtc.so.13");
    private final List<MemorySegment> modules = new ArrayList<>();
    private final List<Long> arrays = new ArrayList<>();

    /** Makes a context current. */
    public StandInSession() {
        StandInDriver.reset();
        check("cuInit", 0);
        MemorySegment context = cell();
        check("cuDevicePrimaryCtxRetain", context, 0);
        check("cuCtxSetCurrent", pointer(context));
    }

    /** A call's status code. */
    int call(String name, Object... arguments) {
        return (int) DriverCalls.invoke(driver, int.class, name, arguments);
    }

    void check(String name, Object... arguments) {
        assertThat(call(name, arguments))
                .as("%s; %s", name, StandInDriver.violations())
                .isZero();
    }

    int nvrtc(String name, Object... arguments) {
        return (int) DriverCalls.invoke(compiler, int.class, name, arguments);
    }

    MemorySegment cell() {
        return arena.allocate(8, 8);
    }

    static MemorySegment pointer(MemorySegment cell) {
        return cell.get(ValueLayout.ADDRESS, 0);
    }

    MemorySegment stream() {
        MemorySegment out = cell();
        check("cuStreamCreate", out, 1);
        return pointer(out);
    }

    MemorySegment event() {
        MemorySegment out = cell();
        check("cuEventCreate", out, 0);
        return pointer(out);
    }

    /** Compiles a program; the status, with the log and the image in the program. */
    record Compiled(int status, String log, MemorySegment image) {}

    Compiled compile(String source, String... options) {
        MemorySegment program = cell();
        MemorySegment none = MemorySegment.NULL;
        assertThat(nvrtc(
                        "nvrtcCreateProgram",
                        program,
                        arena.allocateFrom(source),
                        arena.allocateFrom("test.cu"),
                        0,
                        none,
                        none))
                .isZero();
        MemorySegment list = arena.allocate(8L * Math.max(1, options.length), 8);
        for (int i = 0; i < options.length; i++) {
            list.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(options[i]));
        }
        int status = nvrtc("nvrtcCompileProgram", pointer(program), options.length, list);
        MemorySegment size = cell();
        nvrtc("nvrtcGetProgramLogSize", pointer(program), size);
        MemorySegment log = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
        nvrtc("nvrtcGetProgramLog", pointer(program), log);
        nvrtc("nvrtcGetCUBINSize", pointer(program), size);
        MemorySegment image = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)), 16);
        nvrtc("nvrtcGetCUBIN", pointer(program), image);
        nvrtc("nvrtcDestroyProgram", program);
        return new Compiled(status, log.getString(0), image);
    }

    /** A module of a program. */
    public MemorySegment module(String source) {
        Compiled compiled = compile(source, "--gpu-architecture=sm_90");
        assertThat(compiled.status()).as(compiled.log()).isZero();
        MemorySegment module = cell();
        check("cuModuleLoadData", module, compiled.image());
        modules.add(pointer(module));
        return pointer(module);
    }

    /** A kernel of a module. */
    public MemorySegment function(MemorySegment module, String name) {
        MemorySegment function = cell();
        check("cuModuleGetFunction", function, module, arena.allocateFrom(name));
        return pointer(function);
    }

    MemorySegment kernel(String source, String name) {
        return function(module(source), name);
    }

    /** Launches with the arguments' values: {@code Long} a pointer or 64 bits, {@code Integer}, {@code Float}. */
    int launch(MemorySegment kernel, int grid, int block, int shared, MemorySegment stream, Object... arguments) {
        MemorySegment list = arena.allocate(8L * Math.max(1, arguments.length), 8);
        for (int i = 0; i < arguments.length; i++) {
            MemorySegment value = cell();
            switch (arguments[i]) {
                case Long l -> value.set(ValueLayout.JAVA_LONG, 0, l);
                case Integer n -> value.set(ValueLayout.JAVA_INT, 0, n);
                case Float f -> value.set(ValueLayout.JAVA_FLOAT, 0, f);
                default -> throw new IllegalArgumentException(String.valueOf(arguments[i]));
            }
            list.setAtIndex(ValueLayout.ADDRESS, i, value);
        }
        int status = call("cuLaunchKernel", kernel, grid, 1, 1, block, 1, 1, shared, stream, list, MemorySegment.NULL);
        list.fill((byte) 0x55); // the values were taken at the call
        return status;
    }

    /** Launches on the default stream and waits; the status of the wait. */
    public int run(MemorySegment kernel, int grid, int block, int shared, Object... arguments) {
        int status = launch(kernel, grid, block, shared, MemorySegment.NULL, arguments);
        return status != 0 ? status : call("cuCtxSynchronize");
    }

    /** A device array, freed with the session. */
    public long allocate(long bytes) {
        MemorySegment out = cell();
        check("cuMemAlloc_v2", out, bytes);
        arrays.add(out.get(ValueLayout.JAVA_LONG, 0));
        return out.get(ValueLayout.JAVA_LONG, 0);
    }

    void free(long address) {
        arrays.remove(address);
        check("cuMemFree_v2", address);
    }

    long upload(float... values) {
        long address = allocate(4L * values.length);
        check("cuMemcpyHtoD_v2", address, arena.allocateFrom(ValueLayout.JAVA_FLOAT, values), 4L * values.length);
        return address;
    }

    /** A device array with these values. */
    public long upload(double... values) {
        long address = allocate(8L * values.length);
        check("cuMemcpyHtoD_v2", address, arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values), 8L * values.length);
        return address;
    }

    /** The doubles of a device array. */
    public double[] downloadDoubles(long address, int count) {
        MemorySegment target = arena.allocate(8L * count, 8);
        check("cuMemcpyDtoH_v2", target, address, 8L * count);
        return target.toArray(ValueLayout.JAVA_DOUBLE);
    }

    /** The floats of a device array. */
    public float[] download(long address, int count) {
        MemorySegment target = arena.allocate(4L * count, 8);
        check("cuMemcpyDtoH_v2", target, address, 4L * count);
        return target.toArray(ValueLayout.JAVA_FLOAT);
    }

    MemorySegment pinned(long bytes) {
        MemorySegment out = cell();
        check("cuMemHostAlloc", out, bytes, 0);
        return pointer(out).reinterpret(bytes);
    }

    @Override
    public void close() {
        StandInDriver.reset();
        arrays.forEach(address -> call("cuMemFree_v2", address));
        modules.forEach(module -> call("cuModuleUnload", module));
        StandInDriver.reset();
        arena.close();
    }
}
