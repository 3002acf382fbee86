package org.gatun.tensor.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.LeakLevel;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.memory.Storage;
import org.jspecify.annotations.Nullable;

/**
 * Temporary memory of the current thread, used as a stack: kernels open a frame, take what they need and close it. Small
 * pieces come from memory that the thread keeps; what does not fit in there comes from the allocator, within its limit and in
 * its statistics, and goes back when the frame closes. The allocator keeps it for the next time, so steady work takes nothing
 * from the system.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open()) {
 *     long buffer = scratch.allocate(bytes);
 * }
 * }</pre>
 */
final class Scratch implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    /** What a thread keeps, little for there may be thousands; it is freed when the thread is gone. */
    private static final long KEPT = 64 << 10;

    /** Whether every piece comes from the allocator, whose guard bands find writes past an end, and which fills it with NaNs. */
    private static final boolean GUARDED = LeakLevel.current() == LeakLevel.PARANOID;

    private static final ThreadLocal<Stack> STACK = ThreadLocal.withInitial(Stack::new);

    private final Stack stack;
    private final long used;
    private @Nullable List<Storage> large;

    private Scratch(Stack stack) {
        this.stack = stack;
        this.used = stack.used;
    }

    /** Opens a frame; frames of a thread close in the reverse order. */
    static Scratch open() {
        return new Scratch(STACK.get());
    }

    /**
     * The address of {@code bytes} bytes of undefined content, aligned to 64, valid until this frame closes.
     *
     * @throws OutOfNativeMemoryException if the memory is not to be had
     */
    long allocate(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("scratch: " + bytes + " bytes: a size was computed beyond the longs");
        }
        long start = (stack.used + ALIGNMENT - 1) & -ALIGNMENT;
        if (GUARDED || bytes > KEPT - start) {
            return allocateLarge(bytes);
        }
        stack.used = start + bytes;
        return stack.memory().address() + start;
    }

    private long allocateLarge(long bytes) {
        if (large == null) {
            large = new ArrayList<>();
        }
        Storage storage = Allocators.of(Device.CPU).allocate(bytes);
        large.add(storage);
        return storage.address();
    }

    @Override
    public void close() {
        stack.used = used;
        if (large != null) {
            large.forEach(Storage::release);
            large = null;
        }
    }

    /** The memory that one thread keeps. */
    private static final class Stack {
        private @Nullable MemorySegment memory;
        private long used;

        MemorySegment memory() {
            if (memory == null) {
                // with room for a masked vector load at the end (see VectorSupport)
                memory = Arena.ofAuto().allocate(KEPT + ALIGNMENT, ALIGNMENT);
            }
            return memory;
        }
    }
}
