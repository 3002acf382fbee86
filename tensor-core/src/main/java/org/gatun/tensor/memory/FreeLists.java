package org.gatun.tensor.memory;

/**
 * One stripe of a caching allocator: stacks of free small blocks, one for each size class, and the counts of what was allocated and freed
 * through it. All methods need the lock.
 */
final class FreeLists extends SpinLock {
    /** Bytes that a stack keeps at most before half of it goes back to the slabs. */
    private static final int STACK_BYTES = 1 << 16;

    /** Bytes that a refill brings. */
    private static final int BATCH_BYTES = 1 << 13;

    private static final int LEAST = 16;

    private final SlabHeap slabs;
    private final Usage usage;
    private final long[][] stacks = new long[SizeClass.COUNT][];
    private final int[] sizes = new int[SizeClass.COUNT];

    // What went through this stripe, in less out: a block may come back through another one.
    private long live;
    private long count;
    private long granted;
    private long allocations;

    private long reported;
    private long high;

    FreeLists(SlabHeap slabs, Usage usage) {
        this.slabs = slabs;
        this.usage = usage;
        for (int c = 0; c < stacks.length; c++) {
            stacks[c] = new long[LEAST];
        }
    }

    /** A block of the class, or 0 if there is none to be had. */
    long pop(int sizeClass) {
        int size = sizes[sizeClass];
        if (size == 0) {
            size = refill(sizeClass);
            if (size == 0) {
                return 0;
            }
        }
        sizes[sizeClass] = --size;
        return stacks[sizeClass][size];
    }

    /** Takes a block of the class back. */
    void push(int sizeClass, long address) {
        long[] stack = stacks[sizeClass];
        int size = sizes[sizeClass];
        if (size == stack.length) {
            stack = makeRoom(sizeClass);
            size = sizes[sizeClass];
        }
        stack[size] = address;
        sizes[sizeClass] = size + 1;
    }

    /** Counts an allocation of {@code asked} bytes in a block of {@code block} bytes. */
    void allocated(long asked, long block) {
        allocations++;
        count++;
        granted += block;
        live += asked;
        if (live > high) {
            high = live;
            if (live - reported >= Usage.STEP) {
                report();
            }
        }
    }

    /** Counts a release. */
    void released(long asked, long block) {
        count--;
        granted -= block;
        live -= asked;
        if (reported - live >= Usage.STEP) {
            report();
        }
    }

    /** Adds what has changed to the common count. */
    void report() {
        usage.add(live - reported, high - reported);
        reported = live;
        high = live;
    }

    /** Gives all free blocks to the slabs. */
    void flush() {
        for (int c = 0; c < stacks.length; c++) {
            slabs.give(stacks[c], 0, sizes[c]);
            sizes[c] = 0;
            stacks[c] = new long[LEAST];
        }
    }

    int cached(int sizeClass) {
        return sizes[sizeClass];
    }

    long count() {
        return count;
    }

    long granted() {
        return granted;
    }

    long allocations() {
        return allocations;
    }

    private int refill(int sizeClass) {
        int batch = Math.max(LEAST / 2, BATCH_BYTES / SizeClass.bytes(sizeClass));
        if (stacks[sizeClass].length < batch) {
            stacks[sizeClass] = new long[2 * batch];
        }
        return slabs.take(sizeClass, stacks[sizeClass], 0, batch);
    }

    /** Grows a full stack, or gives the older half, at the bottom, to the slabs. */
    private long[] makeRoom(int sizeClass) {
        long[] stack = stacks[sizeClass];
        int size = stack.length;
        if (size < STACK_BYTES / SizeClass.bytes(sizeClass)) {
            long[] larger = new long[2 * size];
            System.arraycopy(stack, 0, larger, 0, size);
            stacks[sizeClass] = larger;
            return larger;
        }
        int half = size / 2;
        slabs.give(stack, 0, half);
        System.arraycopy(stack, half, stack, 0, size - half);
        sizes[sizeClass] = size - half;
        return stack;
    }
}
