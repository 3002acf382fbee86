package org.gatun.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Storage;

/**
 * A file mapped into memory for reading. It stays mapped until whoever made it and all storages that lie in it have given it up, on
 * whatever threads.
 */
final class Mapping implements Storage.Source {
    /** The bytes behind a tensor that kernels may read, though not use: some vectors' worth. */
    private static final long BEHIND = 256;

    /** The smallest page of any system: behind the file's end, the rest of its last page can be read. */
    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final AtomicInteger references = new AtomicInteger(1);
    private final MemorySegment memory;

    Mapping(FileChannel channel, long bytes) throws IOException {
        try {
            this.memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /** Whether a tensor at that place of the file can be used where it lies: aligned to its elements, and not too near the end of the last page. */
    boolean canHold(long position, long bytes, int element) {
        return bytes > 0
                && (memory.address() + position) % element == 0
                && position + bytes + BEHIND <= Math.ceilDiv(memory.byteSize(), PAGE) * PAGE;
    }

    /**
     * A read-only storage over a part of the file.
     *
     * @throws ClosedChannelException when the mapping was given up
     */
    Storage storage(long position, long bytes) throws ClosedChannelException {
        if (references.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
            throw new ClosedChannelException();
        }
        return Storage.readOnly(memory.address() + position, bytes, this);
    }

    /** Gives one claim up; the last one unmaps the file. */
    void release() {
        if (references.decrementAndGet() == 0) {
            arena.close();
        }
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public void reclaim(Storage storage) {
        release();
    }
}
