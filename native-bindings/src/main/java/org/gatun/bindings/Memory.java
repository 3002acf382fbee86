package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Raw native memory: the segment that spans it all, and big blocks from the C library.
 *
 * <p>Nothing here is checked. Addresses are plain longs, and freeing a block that is in use, or using one that is
 * freed, is undefined; the tensor module's storage gives the safety.
 */
public final class Memory {

    /**
     * All of the process's memory as one segment that starts at address zero, so that an address is an offset into it.
     * Kernels read and write by it; its bounds check folds away.
     */
    public static final MemorySegment ALL =
            NativeAccess.restricted(() -> MemorySegment.NULL.reinterpret(Long.MAX_VALUE));

    private static final int MADV_HUGEPAGE = 14;
    private static final int MAX_ALIGNMENT = 1 << 30;
    private static final Platform.Os OS = Platform.current().os();

    private Memory() {}

    /**
     * Allocates a block from the C library. Its contents are undefined.
     *
     * @param bytes the size, at least 1
     * @param alignment the alignment in bytes: a power of two of 8 or more
     * @return the address, or 0 if the system has no such block to give
     * @throws IllegalArgumentException if the size or the alignment is not as above
     */
    public static long allocate(long bytes, long alignment) {
        if (bytes < 1 || bytes > Long.MAX_VALUE - MAX_ALIGNMENT) {
            throw new IllegalArgumentException("allocate: size must be 1 or more bytes, was " + bytes);
        }
        if (alignment < 8 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    "allocate: alignment must be a power of two of 8 or more, was " + alignment);
        }
        try {
            if (OS == Platform.Os.WINDOWS) {
                return (long) Heap.ALLOCATE.invokeExact(bytes, alignment);
            }
            // C11 asks for a size that is a multiple of the alignment
            return (long) Heap.ALLOCATE.invokeExact(alignment, (bytes + alignment - 1) & -alignment);
        } catch (Throwable impossible) {
            throw Downcalls.unexpected(impossible);
        }
    }

    /**
     * Frees a block of {@link #allocate}.
     *
     * @param address the block's address, or 0, which does nothing
     */
    public static void free(long address) {
        try {
            Heap.FREE.invokeExact(address);
        } catch (Throwable impossible) {
            throw Downcalls.unexpected(impossible);
        }
    }

    /**
     * Asks the system to back a range with huge pages, which spares address translation for large blocks. Only whole
     * pages inside the range are meant. It is advice: on Linux it calls {@code madvise}, elsewhere it does nothing.
     *
     * @param address the range's first byte
     * @param bytes the range's size
     * @return true if the system took the advice
     */
    public static boolean adviseHugePages(long address, long bytes) {
        if (OS != Platform.Os.LINUX) {
            return false;
        }
        long page = Pages.SIZE;
        long first = (address + page - 1) & -page;
        long end = (address + bytes) & -page;
        if (end <= first) {
            return false;
        }
        try {
            return (int) Pages.ADVISE.invokeExact(first, end - first, MADV_HUGEPAGE) == 0;
        } catch (Throwable impossible) {
            throw Downcalls.unexpected(impossible);
        }
    }

    /**
     * Copies bytes between addresses; the ranges may overlap.
     *
     * @param source the first byte to read
     * @param target the first byte to write
     * @param bytes how many
     */
    public static void copy(long source, long target, long bytes) {
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    /**
     * Sets every byte of a range.
     *
     * @param address the range's first byte
     * @param bytes the range's size
     * @param value the value
     */
    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    /** The C library's aligned blocks, linked on first use. */
    private static final class Heap {
        static final MethodHandle ALLOCATE = Downcalls.standard(
                OS == Platform.Os.WINDOWS ? "_aligned_malloc" : "aligned_alloc",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle FREE = Downcalls.standard(
                OS == Platform.Os.WINDOWS ? "_aligned_free" : "free", FunctionDescriptor.ofVoid(JAVA_LONG));
    }

    /** Linux's page calls, linked on first use. */
    private static final class Pages {
        static final MethodHandle ADVISE =
                Downcalls.standard("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        static final long SIZE = size();

        private static long size() {
            try {
                return (int) Downcalls.standard("getpagesize", FunctionDescriptor.of(JAVA_INT))
                        .invokeExact();
            } catch (Throwable impossible) {
                throw Downcalls.unexpected(impossible);
            }
        }
    }
}
