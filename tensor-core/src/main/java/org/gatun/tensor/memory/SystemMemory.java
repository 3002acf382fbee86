package org.gatun.tensor.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.gatun.bindings.Memory;

/** Regions from the operating system, within a limit. */
final class SystemMemory {
    private static final long HUGE_PAGE = 2L << 20;
    private static final long PAGE = 4096;

    /**
     * Readable bytes behind every region, which are never handed out. Where the processor has no masked loads (NEON), the Vector API
     * loads whole vectors and drops the lanes outside the mask, so the last elements of a region are read together with what follows.
     */
    private static final int TAIL = 64;

    private final AtomicLong held = new AtomicLong();
    private final AtomicLong takes = new AtomicLong();
    private volatile long limit;

    SystemMemory(long limit) {
        this.limit = limit;
    }

    /**
     * Takes a region from the system; large ones on huge pages where the system has them.
     *
     * @param bytes its size, a multiple of the page size
     * @param alignment a power of two
     * @return its address, or 0 if that would exceed the limit or the system has no more
     */
    long take(long bytes, long alignment) {
        // Only what fits is ever counted: another thread's request must not be refused for the sake of one that fails.
        long before;
        do {
            before = held.get();
            if (bytes > limit - before) {
                return 0;
            }
        } while (!held.compareAndSet(before, before + bytes));
        boolean huge = bytes >= 2 * HUGE_PAGE;
        long address = Memory.allocate(bytes + TAIL, Math.max(alignment, huge ? HUGE_PAGE : PAGE));
        if (address == 0) {
            held.getAndAdd(-bytes);
            return 0;
        }
        if (huge) {
            Memory.adviseHugePages(address, bytes);
        }
        takes.getAndIncrement();
        if (Poison.ON) {
            Poison.fill(address, bytes);
        }
        return address;
    }

    /** Gives a region back. */
    void give(long address, long bytes) {
        Memory.free(address);
        held.getAndAdd(-bytes);
    }

    long held() {
        return held.get();
    }

    long takes() {
        return takes.get();
    }

    long limit() {
        return limit;
    }

    void limit(long bytes) {
        limit = bytes;
    }
}
