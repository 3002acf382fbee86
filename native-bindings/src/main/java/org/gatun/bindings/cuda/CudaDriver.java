package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.gatun.bindings.CudaGpu;
import org.gatun.bindings.NativeLibraries;
import org.gatun.bindings.cuda.generated.cuda_h;

/**
 * CUDA's driver: devices, contexts, and kernels. Its memory is in {@link CudaMemory}, streams and events are in
 * {@link CudaStreams}, captured graphs in {@link CudaGraphs}.
 *
 * <p>The library is found and loaded on first use, see {@link NativeLibraries}; each method throws
 * {@link org.gatun.bindings.NativeLibraryException} if there is none, and {@link CudaException} if the driver returns
 * anything but success. An error of work that runs asynchronously is reported by a later call, which may have nothing to do with
 * it. Handles and addresses are not checked: the caller vouches for them. Every call may be made from any thread; a thread has a
 * current context, which {@link #setContext} chooses.
 */
public final class CudaDriver {

    private static final int NAME_BYTES = 256;
    private static final int LOG_BYTES = 16 << 10;

    private static boolean ready;

    private CudaDriver() {}

    /** Starts the driver; before that only {@link #driverVersion} can be called. A second call does nothing. */
    public static void init() {
        ready();
        check("cuInit", cuda_h.cuInit(0));
    }

    /**
     * The newest version of CUDA that the driver runs.
     *
     * @return 1000 times the major and 10 times the minor version, such as 13000 for CUDA 13.0
     */
    public static int driverVersion() {
        ready();
        var scratch = Scratch.memory();
        check("cuDriverGetVersion", cuda_h.cuDriverGetVersion(scratch));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * How many devices there are.
     *
     * @return the number
     */
    public static int deviceCount() {
        ready();
        var scratch = Scratch.memory();
        check("cuDeviceGetCount", cuda_h.cuDeviceGetCount(scratch));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * A device.
     *
     * @param ordinal its number, from 0
     * @return the device's handle
     */
    public static int device(int ordinal) {
        ready();
        var scratch = Scratch.memory();
        check("cuDeviceGet", cuda_h.cuDeviceGet(scratch, ordinal));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * What describes a device to people.
     *
     * @param ordinal its number, from 0
     * @return the description
     */
    public static CudaGpu gpu(int ordinal) {
        int device = device(ordinal);
        String name;
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(NAME_BYTES);
            check("cuDeviceGetName", cuda_h.cuDeviceGetName(text, NAME_BYTES, device));
            name = text.getString(0);
        }
        var scratch = Scratch.memory();
        check("cuDeviceTotalMem_v2", cuda_h.cuDeviceTotalMem_v2(scratch, device));
        long memory = scratch.get(JAVA_LONG, 0);
        return new CudaGpu(
                ordinal,
                name,
                attribute(device, DeviceAttribute.CAPABILITY_MAJOR),
                attribute(device, DeviceAttribute.CAPABILITY_MINOR),
                memory);
    }

    /**
     * A number that describes a device.
     *
     * @param device the device
     * @param attribute which one
     * @return the number
     */
    public static int attribute(int device, DeviceAttribute attribute) {
        ready();
        var scratch = Scratch.memory();
        check("cuDeviceGetAttribute", cuda_h.cuDeviceGetAttribute(scratch, attribute.code, device));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * What tells a device from every other.
     *
     * @param device the device
     * @return 32 hexadecimal digits
     */
    public static String uuid(int device) {
        ready();
        var scratch = Scratch.memory();
        check("cuDeviceGetUuid_v2", cuda_h.cuDeviceGetUuid_v2(scratch, device));
        return HexFormat.of().formatHex(scratch.asSlice(0, 16).toArray(JAVA_BYTE));
    }

    /**
     * A device's primary context, which other libraries in this process share, made if there is none.
     *
     * @param device the device
     * @return the context; each call needs one of {@link #releasePrimaryContext}
     */
    public static long retainPrimaryContext(int device) {
        ready();
        var scratch = Scratch.memory();
        check("cuDevicePrimaryCtxRetain", cuda_h.cuDevicePrimaryCtxRetain(scratch, device));
        return Scratch.handle(scratch);
    }

    /**
     * Gives a device's primary context back. With the last one that has it go all of its memory, streams and kernels.
     *
     * @param device the device
     */
    public static void releasePrimaryContext(int device) {
        ready();
        check("cuDevicePrimaryCtxRelease_v2", cuda_h.cuDevicePrimaryCtxRelease_v2(device));
    }

    /**
     * Makes a context the current one of this thread.
     *
     * @param context the context, or 0 for none
     */
    public static void setContext(long context) {
        ready();
        check("cuCtxSetCurrent", cuda_h.cuCtxSetCurrent(ofAddress(context)));
    }

    /**
     * The current context of this thread.
     *
     * @return the context, or 0 if there is none
     */
    public static long context() {
        ready();
        var scratch = Scratch.memory();
        check("cuCtxGetCurrent", cuda_h.cuCtxGetCurrent(scratch));
        return Scratch.handle(scratch);
    }

    /** Waits until all work of the current context is done. */
    public static void synchronize() {
        ready();
        check("cuCtxSynchronize", cuda_h.cuCtxSynchronize());
    }

    /**
     * Loads compiled kernels into the current context.
     *
     * @param image what NVRTC compiled: a cubin, or PTX, which the driver compiles
     * @return the module
     */
    public static long loadModule(byte[] image) {
        ready();
        try (var arena = Arena.ofConfined()) {
            // PTX is text, which the driver reads to a zero byte
            var code = arena.allocate(image.length + 1L, 16);
            MemorySegment.copy(image, 0, code, JAVA_BYTE, 0, image.length);
            var log = arena.allocate(LOG_BYTES);
            var options = arena.allocateFrom(
                    JAVA_INT, cuda_h.CU_JIT_ERROR_LOG_BUFFER(), cuda_h.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES());
            var values = arena.allocate(ADDRESS, 2);
            values.setAtIndex(ADDRESS, 0, log);
            values.setAtIndex(ADDRESS, 1, ofAddress(LOG_BYTES));
            var scratch = Scratch.memory();
            int status = cuda_h.cuModuleLoadDataEx(scratch, code, 2, options, values);
            if (status != 0) {
                throw error("cuModuleLoadDataEx", status, log.getString(0).strip());
            }
            return Scratch.handle(scratch);
        }
    }

    /**
     * Unloads a module; its functions are gone then.
     *
     * @param module the module
     */
    public static void unloadModule(long module) {
        ready();
        check("cuModuleUnload", cuda_h.cuModuleUnload(ofAddress(module)));
    }

    /**
     * A kernel of a module.
     *
     * @param module the module
     * @param name the kernel's name as compiled
     * @return the function
     */
    public static long function(long module, String name) {
        ready();
        try (var arena = Arena.ofConfined()) {
            var scratch = Scratch.memory();
            int status = cuda_h.cuModuleGetFunction(scratch, ofAddress(module), arena.allocateFrom(name));
            if (status != 0) {
                throw error("cuModuleGetFunction", status, "kernel " + name);
            }
            return Scratch.handle(scratch);
        }
    }

    /**
     * The address of a module's variable.
     *
     * @param module the module
     * @param name the variable's name as compiled
     * @return its address in the device's memory
     */
    public static long variable(long module, String name) {
        ready();
        try (var arena = Arena.ofConfined()) {
            var scratch = Scratch.memory();
            int status = cuda_h.cuModuleGetGlobal_v2(scratch, NULL, ofAddress(module), arena.allocateFrom(name));
            if (status != 0) {
                throw error("cuModuleGetGlobal_v2", status, "variable " + name);
            }
            return scratch.get(JAVA_LONG, 0);
        }
    }

    /**
     * A number that describes a kernel.
     *
     * @param function the kernel
     * @param attribute which one
     * @return the number
     */
    public static int attribute(long function, FunctionAttribute attribute) {
        ready();
        var scratch = Scratch.memory();
        check("cuFuncGetAttribute", cuda_h.cuFuncGetAttribute(scratch, attribute.code, ofAddress(function)));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * Lets launches of a kernel ask for more shared memory than {@link DeviceAttribute#SHARED_MEMORY_PER_BLOCK}.
     *
     * @param function the kernel
     * @param bytes the most that a launch asks for
     */
    public static void allowDynamicShared(long function, int bytes) {
        ready();
        check(
                "cuFuncSetAttribute",
                cuda_h.cuFuncSetAttribute(ofAddress(function), FunctionAttribute.DYNAMIC_SHARED_BYTES.code, bytes));
    }

    /**
     * How many blocks of a kernel fit on a multiprocessor at once.
     *
     * @param function the kernel
     * @param threads the threads of a block
     * @param sharedBytes the shared memory that a launch asks for
     * @return the number of blocks
     */
    public static int blocksPerMultiprocessor(long function, int threads, long sharedBytes) {
        ready();
        var scratch = Scratch.memory();
        check(
                "cuOccupancyMaxActiveBlocksPerMultiprocessor",
                cuda_h.cuOccupancyMaxActiveBlocksPerMultiprocessor(scratch, ofAddress(function), threads, sharedBytes));
        return scratch.get(JAVA_INT, 0);
    }

    /**
     * The threads of a block with which a kernel occupies the device best.
     *
     * @param function the kernel
     * @param sharedBytes the shared memory that a launch asks for
     * @param limit the most threads to consider, or 0 for no limit
     * @return the threads of a block
     */
    public static int bestBlock(long function, long sharedBytes, int limit) {
        ready();
        var scratch = Scratch.memory();
        check(
                "cuOccupancyMaxPotentialBlockSize",
                cuda_h.cuOccupancyMaxPotentialBlockSize(
                        scratch, scratch.asSlice(4), ofAddress(function), NULL, sharedBytes, limit));
        return scratch.get(JAVA_INT, 4);
    }

    /**
     * Starts a kernel. The arguments are copied before this returns.
     *
     * @param function the kernel
     * @param gridX blocks along x
     * @param gridY blocks along y
     * @param gridZ blocks along z
     * @param blockX threads of a block along x
     * @param blockY threads of a block along y
     * @param blockZ threads of a block along z
     * @param sharedBytes shared memory of a block on top of what the kernel declares
     * @param stream the stream
     * @param arguments the kernel's arguments
     */
    public static void launch(
            long function,
            int gridX,
            int gridY,
            int gridZ,
            int blockX,
            int blockY,
            int blockZ,
            int sharedBytes,
            long stream,
            KernelArguments arguments) {
        ready();
        int status = cuda_h.cuLaunchKernel(
                ofAddress(function),
                gridX,
                gridY,
                gridZ,
                blockX,
                blockY,
                blockZ,
                sharedBytes,
                ofAddress(stream),
                arguments.pointers(),
                NULL);
        if (status != 0) {
            throw badLaunch("cuLaunchKernel", status, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes);
        }
    }

    /**
     * Starts a kernel whose blocks synchronise with each other, so that all must reside on the device at once.
     *
     * @param function the kernel
     * @param blocks blocks of the grid
     * @param threads threads of a block
     * @param sharedBytes shared memory of a block on top of what the kernel declares
     * @param stream the stream
     * @param arguments the kernel's arguments
     */
    public static void launchCooperative(
            long function, int blocks, int threads, int sharedBytes, long stream, KernelArguments arguments) {
        ready();
        int status = cuda_h.cuLaunchCooperativeKernel(
                ofAddress(function), blocks, 1, 1, threads, 1, 1, sharedBytes, ofAddress(stream), arguments.pointers());
        if (status != 0) {
            throw badLaunch("cuLaunchCooperativeKernel", status, blocks, 1, 1, threads, 1, 1, sharedBytes);
        }
    }

    private static CudaException badLaunch(
            String call, int status, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int shared) {
        var launch = "grid " + gridX + " x " + gridY + " x " + gridZ + ", block " + blockX + " x " + blockY + " x "
                + blockZ + ", " + shared + " bytes of shared memory";
        return error(call, status, launch);
    }

    /**
     * Loads the library on the first call, for the reason that {@link org.gatun.bindings.OpenBlas} gives. The field needs no
     * fence: at worst a thread asks again.
     */
    static void ready() {
        if (!ready) {
            NativeLibraries.cudaDriverSymbols();
            ready = true;
        }
    }

    /** Throws if a status tells of a failure. */
    static void check(String call, int status) {
        if (status != 0) {
            throw error(call, status, "");
        }
    }

    /** The exception for a status, with the driver's own name and text of it and what else is known. */
    static CudaException error(String call, int status, String more) {
        var scratch = Scratch.memory();
        var name = cuda_h.cuGetErrorName(status, scratch) == 0 ? text(scratch) : "an error without a name";
        var text = cuda_h.cuGetErrorString(status, scratch) == 0 ? text(scratch) : "";
        return new CudaException(
                call, status, name, more.isEmpty() ? text : text.isEmpty() ? more : text + "; " + more);
    }

    private static String text(MemorySegment pointer) {
        return org.gatun.bindings.Memory.ALL.getString(Scratch.handle(pointer));
    }
}
