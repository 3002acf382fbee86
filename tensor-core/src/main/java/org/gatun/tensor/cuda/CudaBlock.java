package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
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

    /** The captured steps that work on this memory, and keep it. */
    private final List<GraphMemory> graphs = new ArrayList<>(0);

    /** What tensors see of this memory. */
    private @Nullable Storage storage;

    /** The captured step that this memory was allocated for; null as a rule. */
    private volatile @Nullable GraphMemory maker;

    private boolean released;

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

    /** The storage over this memory, made once. */
    Storage storage() {
        Storage known = storage;
        if (known == null) {
            known = Storage.of(address, asked, this);
            storage = known;
        }
        return known;
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
    void beforeRead(CudaStream stream) {
        Recording recording = stream.recording();
        requireValues(recording);
        if (recording != null) {
            recording.memory().reads(this);
        } else {
            waitForWriter(stream);
        }
    }

    /** After work that reads was given to a stream. */
    void afterRead(CudaStream stream) {
        if (stream.recording() == null) {
            noteReader(stream);
        }
    }

    /** Before work that writes is given to a stream. */
    void beforeWrite(CudaStream stream) {
        Recording recording = stream.recording();
        requireValues(recording);
        if (recording != null) {
            recording.memory().writes(this);
        } else {
            waitForAll(stream);
        }
    }

    /** After work that writes was given to a stream. */
    void afterWrite(CudaStream stream) {
        if (stream.recording() == null) {
            noteWriter(stream);
        }
    }

    /** Refuses what other work than the captured step's own would do with memory that has no values yet, or never will. */
    private void requireValues(@Nullable Recording recording) {
        GraphMemory made = maker;
        if (made != null && !made.hasValues() && (recording == null || recording.memory() != made)) {
            throw new DeviceException(
                    "CudaGraph: the thread '" + Thread.currentThread().getName()
                            + "' uses a tensor of a step that another thread captures, or whose capture failed, so that nothing has"
                            + " computed its values: let the step's own thread do that work, or make the tensor anew, a gradient by"
                            + " zeroGrad()");
        }
    }

    private synchronized void waitForWriter(CudaStream stream) {
        if (stream != writer && !readers.contains(stream)) {
            stream.await(writer);
            CudaDevice.of((Device.Cuda) device()).reads(stream, writer);
        }
    }

    private synchronized void noteReader(CudaStream stream) {
        if (stream != writer && !readers.contains(stream)) {
            readers.add(stream);
        }
    }

    /** Lets a stream wait for all work on this memory, whether the stream is being captured or not. */
    synchronized void waitForAll(CudaStream stream) {
        stream.await(writer);
        readers.forEach(stream::await);
    }

    private synchronized void noteWriter(CudaStream stream) {
        writer = stream;
        readers.clear();
    }

    /** Lets the captured step that this memory was allocated for keep it. */
    void madeFor(GraphMemory graph) {
        maker = graph;
        join(graph);
    }

    /** Lets a captured step keep this memory. */
    synchronized void join(GraphMemory graph) {
        graphs.add(graph);
    }

    /** Notes that the last reference is gone; the captured steps that keep the memory nevertheless. */
    synchronized List<GraphMemory> release() {
        released = true;
        return List.copyOf(graphs);
    }

    /** Whether the last reference is gone and only this captured step keeps the memory. */
    synchronized boolean onlyFor(GraphMemory graph) {
        return released && graphs.size() == 1 && graphs.contains(graph);
    }

    /** Ends a captured step's hold on this memory; says whether nothing holds it any more. */
    synchronized boolean leave(GraphMemory graph) {
        graphs.remove(graph);
        return released && graphs.isEmpty();
    }
}
