package org.gatun.bindings.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A thread's few bytes of native memory, through which calls return their results. */
final class Scratch {

    /** How many bytes there are. */
    static final int BYTES = 64;

    private static final ThreadLocal<MemorySegment> MEMORY =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, 16));

    private Scratch() {}

    /** This thread's, with whatever was last in it; the next call of any wrapper on this thread writes over it. */
    static MemorySegment memory() {
        return MEMORY.get();
    }

    /** The pointer or handle that was returned at the start of scratch memory. */
    static long handle(MemorySegment memory) {
        return memory.get(ADDRESS, 0).address();
    }
}
