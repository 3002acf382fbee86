package org.gatun.tensor.memory;

import org.jspecify.annotations.Nullable;

/** A large block: a piece of a chunk, in use or free. */
final class Block {
    final Chunk chunk;
    final long address;
    long size;
    boolean free;

    /** The neighbours in memory, within the chunk. */
    @Nullable Block before;

    @Nullable Block after;

    /** The neighbours in the list of free blocks of about the same size. */
    @Nullable Block previousFree;

    @Nullable Block nextFree;

    /** For the list of largest holders: the size asked for, the scope that was open, and in paranoid mode the place. */
    long asked;

    @Nullable String scope;

    @Nullable Site site;

    Block(Chunk chunk, long address, long size) {
        this.chunk = chunk;
        this.address = address;
        this.size = size;
    }

    /** A region from the system that is cut into blocks. */
    static final class Chunk {
        final long size;
        final Block first;

        Chunk(long address, long size) {
            this.size = size;
            this.first = new Block(this, address, size);
        }
    }
}
