package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.jspecify.annotations.Nullable;

/** A large block: a piece of a chunk, in use or free; while in use, its storage's source. */
final class Block implements Storage.Source {
    final Chunk chunk;
    final long address;
    long size;
    boolean free;

    /** The neighbours in memory, within the chunk. */
    @Nullable
    Block before;

    @Nullable
    Block after;

    /** The neighbours in the list of free blocks of about the same size. */
    @Nullable
    Block previousFree;

    @Nullable
    Block nextFree;

    /** For the list of largest holders: the size asked for, the scope that was open, and in paranoid mode the place. */
    long asked;

    @Nullable
    String scope;

    @Nullable
    Site site;

    Block(Chunk chunk, long address, long size) {
        this.chunk = chunk;
        this.address = address;
        this.size = size;
    }

    @Override
    public Device device() {
        return chunk.allocator.device();
    }

    @Override
    public void reclaim(Storage storage) {
        chunk.allocator.reclaim(storage, this);
    }

    /** A region from the system that is cut into blocks. */
    static final class Chunk {
        final CachingAllocator allocator;
        final long size;
        final Block first;

        Chunk(CachingAllocator allocator, long address, long size) {
            this.allocator = allocator;
            this.size = size;
            this.first = new Block(this, address, size);
        }
    }
}
