package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Storage;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one storage, and which streams have work on it: each thread has a stream of its own, so an operation waits for the
 * stream that wrote its operand, and one that writes waits for all streams that read.
 */
final class CudaBlock implements Storage.Source {
    final long address;
    final long size;
    final long asked;
    final CudaStream home;

    /** For the list of largest holders. */
    final @Nullable String scope;

    final @Nullable String place;

    private final CudaAllocator allocator;
    private CudaStream writer;
    private final List<CudaStream> readers = new ArrayList<>(0);

    CudaBlock(
            CudaAllocator allocator,
            long address,
            long size,
            long asked,
            CudaStream home,
            @Nullable String scope,
            @Nullable String place) {
        this.allocator = allocator;
        this.address = address;
        this.size = size;
        this.asked = asked;
        this.home = home;
        this.writer = home;
        this.scope = scope;
        this.place = place;
    }

    /** The block behind a storage on a GPU. */
    static CudaBlock of(Storage storage) {
        return (CudaBlock) storage.source();
    }

    @Override
    public Device device() {
        return allocator.device();
    }

    @Override
    public void reclaim(Storage storage) {
        allocator.reclaim(this);
    }

    /** Before work that reads is given to a stream. */
    synchronized void beforeRead(CudaStream stream) {
        if (stream != writer && !readers.contains(stream)) {
            stream.await(writer);
        }
    }

    /** After work that reads was given to a stream. */
    synchronized void afterRead(CudaStream stream) {
        if (stream != writer && !readers.contains(stream)) {
            readers.add(stream);
        }
    }

    /** Before work that writes is given to a stream. */
    synchronized void beforeWrite(CudaStream stream) {
        stream.await(writer);
        readers.forEach(stream::await);
    }

    /** After work that writes was given to a stream. */
    synchronized void afterWrite(CudaStream stream) {
        writer = stream;
        readers.clear();
    }
}
