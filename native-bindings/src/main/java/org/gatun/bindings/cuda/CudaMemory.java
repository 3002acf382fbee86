package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.gatun.bindings.cuda.generated.cuda_h;

/**
 * The device's memory, pinned host memory, and copies, by CUDA's driver; see {@link CudaDriver} for what holds for all calls.
 * Addresses are longs, and sizes are in bytes. Copies and fills are asynchronous: they run in the order of their stream.
 */
public final class CudaMemory {

    /**
     * A device's memory.
     *
     * @param free bytes that are free
     * @param total bytes in all
     */
    public record Capacity(long free, long total) {}

    private CudaMemory() {}

    /**
     * The memory of the current context's device.
     *
     * @return what is free, over all processes, and what there is
     */
    public static Capacity capacity() {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check("cuMemGetInfo_v2", cuda_h.cuMemGetInfo_v2(scratch, scratch.asSlice(8)));
        return new Capacity(scratch.get(JAVA_LONG, 0), scratch.get(JAVA_LONG, 8));
    }

    /**
     * Allocates memory at once.
     *
     * @param bytes the size, at least 1
     * @return the address
     */
    public static long allocate(long bytes) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        check("cuMemAlloc_v2", cuda_h.cuMemAlloc_v2(scratch, bytes), bytes);
        return scratch.get(JAVA_LONG, 0);
    }

    /**
     * Frees memory of {@link #allocate} at once; it waits for work that is in flight.
     *
     * @param address the address
     */
    public static void free(long address) {
        CudaDriver.ready();
        CudaDriver.check("cuMemFree_v2", cuda_h.cuMemFree_v2(address));
    }

    /**
     * Allocates memory from the device's pool in the order of a stream.
     *
     * @param bytes the size, at least 1
     * @param stream the stream, whose later work may use it
     * @return the address
     */
    public static long allocateAsync(long bytes, long stream) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        check("cuMemAllocAsync", cuda_h.cuMemAllocAsync(scratch, bytes, ofAddress(stream)), bytes);
        return scratch.get(JAVA_LONG, 0);
    }

    /**
     * Gives memory of {@link #allocateAsync} back to its pool in the order of a stream.
     *
     * @param address the address
     * @param stream the stream, whose earlier work may use it
     */
    public static void freeAsync(long address, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuMemFreeAsync", cuda_h.cuMemFreeAsync(address, ofAddress(stream)));
    }

    /**
     * The pool that {@link #allocateAsync} takes memory from.
     *
     * @param device the device
     * @return the pool
     */
    public static long defaultPool(int device) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check("cuDeviceGetDefaultMemPool", cuda_h.cuDeviceGetDefaultMemPool(scratch, device));
        return Scratch.handle(scratch);
    }

    /**
     * A number of a pool.
     *
     * @param pool the pool
     * @param attribute which one
     * @return the number of bytes
     */
    public static long poolAttribute(long pool, PoolAttribute attribute) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check(
                "cuMemPoolGetAttribute", cuda_h.cuMemPoolGetAttribute(ofAddress(pool), attribute.code, scratch));
        return scratch.get(JAVA_LONG, 0);
    }

    /**
     * Sets a number of a pool: {@link PoolAttribute#RELEASE_THRESHOLD} to any, a peak to 0.
     *
     * @param pool the pool
     * @param attribute which one
     * @param bytes the number of bytes; -1 is the most there is
     */
    public static void setPoolAttribute(long pool, PoolAttribute attribute, long bytes) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        scratch.set(JAVA_LONG, 0, bytes);
        CudaDriver.check(
                "cuMemPoolSetAttribute", cuda_h.cuMemPoolSetAttribute(ofAddress(pool), attribute.code, scratch));
    }

    /**
     * Gives a pool's unused memory back to the system.
     *
     * @param pool the pool
     * @param keep how many bytes it may keep
     */
    public static void trimPool(long pool, long keep) {
        CudaDriver.ready();
        CudaDriver.check("cuMemPoolTrimTo", cuda_h.cuMemPoolTrimTo(ofAddress(pool), keep));
    }

    /**
     * Allocates pinned host memory, which every context can copy from and to asynchronously.
     *
     * @param bytes the size, at least 1
     * @return the host's address
     */
    public static long allocateHost(long bytes) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        check("cuMemHostAlloc", cuda_h.cuMemHostAlloc(scratch, bytes, cuda_h.CU_MEMHOSTALLOC_PORTABLE()), bytes);
        return Scratch.handle(scratch);
    }

    /**
     * Frees memory of {@link #allocateHost}.
     *
     * @param address the host's address
     */
    public static void freeHost(long address) {
        CudaDriver.ready();
        CudaDriver.check("cuMemFreeHost", cuda_h.cuMemFreeHost(ofAddress(address)));
    }

    /**
     * Pins host memory that is there.
     *
     * @param address the host's address
     * @param bytes the size
     */
    public static void pinHost(long address, long bytes) {
        CudaDriver.ready();
        check(
                "cuMemHostRegister_v2",
                cuda_h.cuMemHostRegister_v2(ofAddress(address), bytes, cuda_h.CU_MEMHOSTREGISTER_PORTABLE()),
                bytes);
    }

    /**
     * Undoes {@link #pinHost}.
     *
     * @param address the host's address
     */
    public static void unpinHost(long address) {
        CudaDriver.ready();
        CudaDriver.check("cuMemHostUnregister", cuda_h.cuMemHostUnregister(ofAddress(address)));
    }

    /**
     * Copies from the host to the device. Memory that is not pinned is copied elsewhere before this returns, and may be written
     * again then.
     *
     * @param source the host's address
     * @param target the device's address
     * @param bytes how many
     * @param stream the stream
     */
    public static void copyToDevice(long source, long target, long bytes, long stream) {
        CudaDriver.ready();
        CudaDriver.check(
                "cuMemcpyHtoDAsync_v2",
                cuda_h.cuMemcpyHtoDAsync_v2(target, ofAddress(source), bytes, ofAddress(stream)));
    }

    /**
     * Copies from the device to the host; the stream must be waited for before the host reads it.
     *
     * @param source the device's address
     * @param target the host's address
     * @param bytes how many
     * @param stream the stream
     */
    public static void copyToHost(long source, long target, long bytes, long stream) {
        CudaDriver.ready();
        CudaDriver.check(
                "cuMemcpyDtoHAsync_v2",
                cuda_h.cuMemcpyDtoHAsync_v2(ofAddress(target), source, bytes, ofAddress(stream)));
    }

    /**
     * Copies between ranges of the device's memory that do not overlap.
     *
     * @param source the address to read
     * @param target the address to write
     * @param bytes how many
     * @param stream the stream
     */
    public static void copy(long source, long target, long bytes, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuMemcpyDtoDAsync_v2", cuda_h.cuMemcpyDtoDAsync_v2(target, source, bytes, ofAddress(stream)));
    }

    /**
     * Sets bytes of the device's memory.
     *
     * @param target the address
     * @param value the value
     * @param count how many bytes
     * @param stream the stream
     */
    public static void fill(long target, byte value, long count, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuMemsetD8Async", cuda_h.cuMemsetD8Async(target, value, count, ofAddress(stream)));
    }

    /**
     * Sets 16-bit words of the device's memory.
     *
     * @param target the address, a multiple of 2
     * @param value the value
     * @param count how many words
     * @param stream the stream
     */
    public static void fill(long target, short value, long count, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuMemsetD16Async", cuda_h.cuMemsetD16Async(target, value, count, ofAddress(stream)));
    }

    /**
     * Sets 32-bit words of the device's memory.
     *
     * @param target the address, a multiple of 4
     * @param value the value
     * @param count how many words
     * @param stream the stream
     */
    public static void fill(long target, int value, long count, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuMemsetD32Async", cuda_h.cuMemsetD32Async(target, value, count, ofAddress(stream)));
    }

    private static void check(String call, int status, long bytes) {
        if (status != 0) {
            throw CudaDriver.error(call, status, bytes + " bytes were asked for");
        }
    }
}
