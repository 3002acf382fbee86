package org.gatun.tensor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks from 8 KiB to 16 MiB, cut from chunks of 4 to 32 MiB. Free blocks stand in lists by size, eight to each doubling; an allocation
 * takes the first block of the first list whose blocks all fit (a two-level segregated fit: constant time) and gives the rest back. A
 * freed block is joined with its free neighbours at once.
 */
final class BlockHeap {
    /** The largest block that is cut from a chunk; larger ones are regions of their own. */
    static final long LARGEST = 16L << 20;

    private static final long GRAIN = 512;
    private static final int GRAIN_BITS = 9;
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int BINS = (26 - GRAIN_BITS) * STEPS;
    private static final long LEAST_CHUNK = 4L << 20;
    private static final long MOST_CHUNK = 32L << 20;
    private static final long LEAST_REST = 4096;
    private static final int TRIES = 8;

    private final CachingAllocator allocator;
    private final SystemMemory system;
    private final List<Block.Chunk> chunks = new ArrayList<>();
    private final @Nullable Block[] bins = new @Nullable Block[BINS];
    private final long[] filled = new long[(BINS + Long.SIZE - 1) / Long.SIZE];
    private long held;

    BlockHeap(CachingAllocator allocator, SystemMemory system) {
        this.allocator = allocator;
        this.system = system;
    }

    /** A block of at least {@code bytes}, at most {@link #LARGEST}, or null if the system gives no more. */
    synchronized @Nullable Block take(long bytes) {
        long size = (bytes + GRAIN - 1) & -GRAIN;
        Block block = find(size);
        if (block == null) {
            block = grow(size);
            if (block == null) {
                return null;
            }
        }
        unlist(block);
        block.free = false;
        if (block.size - size >= LEAST_REST) {
            split(block, size);
        }
        return block;
    }

    /** Takes a block back. */
    synchronized void give(Block block) {
        if (block.free) {
            throw new IllegalStateException("native memory block freed twice: 0x" + Long.toHexString(block.address));
        }
        Block whole = block;
        Block after = block.after;
        if (after != null && after.free) {
            unlist(after);
            absorb(block, after);
        }
        Block before = block.before;
        if (before != null && before.free) {
            unlist(before);
            absorb(before, block);
            whole = before;
        }
        block.free = true; // also when absorbed: a second give is then recognised
        list(whole);
    }

    /** Gives the chunks that are wholly free back to the system. */
    synchronized void trim() {
        chunks.removeIf(chunk -> {
            Block first = chunk.first;
            if (!first.free || first.after != null) {
                return false;
            }
            unlist(first);
            held -= chunk.size;
            system.give(first.address, chunk.size);
            return true;
        });
    }

    /** Shows every block in use. */
    synchronized void forEachUsed(Consumer<Block> action) {
        for (Block.Chunk chunk : chunks) {
            for (Block block = chunk.first; block != null; block = block.after) {
                if (!block.free) {
                    action.accept(block);
                }
            }
        }
    }

    private @Nullable Block find(long size) {
        int own = bin(size);
        // Every block of a bin above fits; in its own bin, only some do.
        int tries = TRIES;
        for (Block block = bins[own]; block != null && tries > 0; block = block.nextFree, tries--) {
            if (block.size >= size) {
                return block;
            }
        }
        int word = (own + 1) / Long.SIZE;
        if (word >= filled.length) {
            return null;
        }
        long bits = filled[word] & (-1L << (own + 1));
        while (bits == 0) {
            if (++word == filled.length) {
                return null;
            }
            bits = filled[word];
        }
        return bins[word * Long.SIZE + Long.numberOfTrailingZeros(bits)];
    }

    /** A new chunk's block: as much again as is held, within bounds; less if that is too much for the limit. */
    private @Nullable Block grow(long size) {
        long least = Math.max(size, 1 << 16);
        long wanted = Math.clamp(Long.highestOneBit(Math.max(1, held)), LEAST_CHUNK, MOST_CHUNK);
        for (long bytes = Math.max(wanted, least); ; bytes = Math.max(bytes / 2, least)) {
            long rounded = (bytes + (1 << 16) - 1) & -(1 << 16);
            long address = system.take(rounded, GRAIN);
            if (address != 0) {
                var chunk = new Block.Chunk(allocator, address, rounded);
                chunks.add(chunk);
                held += rounded;
                chunk.first.free = true;
                list(chunk.first);
                return chunk.first;
            }
            if (bytes == least) {
                return null;
            }
        }
    }

    private void split(Block block, long size) {
        Block rest = new Block(block.chunk, block.address + size, block.size - size);
        rest.free = true;
        rest.before = block;
        rest.after = block.after;
        if (rest.after != null) {
            rest.after.before = rest;
        }
        block.after = rest;
        block.size = size;
        list(rest);
    }

    private static void absorb(Block block, Block next) {
        block.size += next.size;
        block.after = next.after;
        if (next.after != null) {
            next.after.before = block;
        }
    }

    private static int bin(long size) {
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(size);
        int step = (int) (size >>> (power - STEP_BITS)) & (STEPS - 1);
        return (power - GRAIN_BITS) * STEPS + step;
    }

    private void list(Block block) {
        int bin = bin(block.size);
        Block head = bins[bin];
        block.previousFree = null;
        block.nextFree = head;
        if (head != null) {
            head.previousFree = block;
        }
        bins[bin] = block;
        filled[bin / Long.SIZE] |= 1L << bin;
    }

    private void unlist(Block block) {
        int bin = bin(block.size);
        if (block.previousFree != null) {
            block.previousFree.nextFree = block.nextFree;
        } else {
            bins[bin] = block.nextFree;
            if (block.nextFree == null) {
                filled[bin / Long.SIZE] &= ~(1L << bin);
            }
        }
        if (block.nextFree != null) {
            block.nextFree.previousFree = block.previousFree;
        }
        block.previousFree = null;
        block.nextFree = null;
    }
}
