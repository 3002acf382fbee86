package org.gatun.tensor.memory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks above 16 MiB: each a region of its own from the system, on huge pages. A freed region is kept, and serves an allocation that
 * needs at least four fifths of it. Whenever more is taken from the system, what is kept unused is first brought down to 256 MiB or
 * what is in use, whichever is more; giving back alone frees nothing, since the next step will want it again.
 */
final class RegionHeap {
    private static final long GRAIN = 2L << 20;
    private static final long MOST_IDLE = 256L << 20;

    private final CachingAllocator allocator;
    private final SystemMemory system;

    /** Unused regions, the one unused longest first. */
    private final List<Block> idle = new ArrayList<>();

    private final Set<Block> used = new LinkedHashSet<>();
    private long idleBytes;
    private long usedBytes;

    RegionHeap(CachingAllocator allocator, SystemMemory system) {
        this.allocator = allocator;
        this.system = system;
    }

    /** A region of at least {@code bytes}, or null if the system gives no more. */
    synchronized @Nullable Block take(long bytes) {
        long size = (bytes + GRAIN - 1) & -GRAIN;
        Block best = null;
        for (Block block : idle) {
            if (block.size >= size && block.size <= size + size / 4 && (best == null || block.size <= best.size)) {
                best = block;
            }
        }
        if (best != null) {
            idle.remove(best);
            idleBytes -= best.size;
        } else {
            while (idleBytes > Math.max(MOST_IDLE, usedBytes)) {
                drop(idle.removeFirst());
            }
            long address = system.take(size, GRAIN);
            if (address == 0) {
                return null;
            }
            best = new Block.Chunk(allocator, address, size).first;
        }
        best.free = false;
        usedBytes += best.size;
        used.add(best);
        return best;
    }

    /** Takes a region back. */
    synchronized void give(Block block) {
        if (!used.remove(block)) {
            throw new IllegalStateException("native memory block freed twice: 0x" + Long.toHexString(block.address));
        }
        block.free = true;
        usedBytes -= block.size;
        idle.add(block);
        idleBytes += block.size;
    }

    /** Gives the unused regions back to the system. */
    synchronized void trim() {
        idle.forEach(this::drop);
        idle.clear();
    }

    /** Shows every region in use. */
    synchronized void forEachUsed(Consumer<Block> action) {
        used.forEach(action);
    }

    private void drop(Block block) {
        idleBytes -= block.size;
        system.give(block.address, block.size);
    }
}
