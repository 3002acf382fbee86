package org.gatun.tensor.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gatun.bindings.cuda.CudaStreams;

/**
 * The memory that a captured step works on, whose addresses are in its graph: blocks of its own, which serve nothing else until it is
 * closed, and others' blocks, which are kept that long.
 */
final class GraphMemory {
    private final CudaAllocator allocator;
    private final CudaStream stream;

    /** A stream that isn't captured, for memory that the driver has to give. */
    private long side;

    /** Own memory that the rest of the step may use, by size. */
    private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();

    /** Blocks of own memory that tensors lie in. */
    private final Set<CudaBlock> own = new HashSet<>();

    /** Others' blocks that the step reads. */
    private final Set<CudaBlock> read = new HashSet<>();

    /** Others' blocks that the step writes. */
    private final Set<CudaBlock> written = new HashSet<>();

    private boolean recording = true;

    /** Whether the graph was given to a stream. */
    private volatile boolean launched;

    private boolean closed;

    GraphMemory(CudaAllocator allocator, CudaStream stream) {
        this.allocator = allocator;
        this.stream = stream;
        side = CudaStreams.create(0);
    }

    /** The stream on which the driver gives memory for the step. */
    long side() {
        return side;
    }

    /** Takes own memory of exactly {@code size} bytes that the step needs no more; 0 if there is none. */
    synchronized long take(long size) {
        ArrayDeque<Long> known = free.get(size);
        return known == null || known.isEmpty() ? 0 : known.pop();
    }

    /** Makes a block that was allocated for the step its own. */
    synchronized void own(CudaBlock block) {
        own.add(block);
        block.madeFor(this);
    }

    /** Whether the step's own memory has values: not while it is captured, nor if that failed. */
    boolean hasValues() {
        return launched;
    }

    /** Notes that the step reads a block. */
    synchronized void reads(CudaBlock block) {
        if (!own.contains(block) && !written.contains(block) && read.add(block)) {
            block.join(this);
        }
    }

    /** Notes that the step writes a block. */
    synchronized void writes(CudaBlock block) {
        if (!own.contains(block) && written.add(block) && !read.remove(block)) {
            block.join(this);
        }
    }

    /** Notes that a block's last reference is gone: later work of the step may use its own memory. */
    synchronized void released(CudaBlock block) {
        if (recording && own.contains(block) && block.onlyFor(this)) {
            own.remove(block);
            free.computeIfAbsent(block.size, s -> new ArrayDeque<>()).push(block.address);
        }
    }

    /** Ends the step; all its memory is there from now on. */
    synchronized void complete() {
        recording = false;
        CudaStreams.synchronize(side);
        CudaStreams.destroy(side);
        side = 0;
    }

    /** Before a launch: lets a stream wait for others' work on the blocks. */
    synchronized void before(CudaStream to) {
        launched = true;
        read.forEach(block -> block.beforeRead(to));
        written.forEach(block -> block.beforeWrite(to));
        own.forEach(block -> block.beforeWrite(to));
    }

    /** Notes on the blocks that the step writes that their contents changed, for tapes that saved them. */
    synchronized void changed() {
        written.forEach(block -> block.storage().bumpVersion());
        own.forEach(block -> block.storage().bumpVersion());
    }

    /** Notes a stream's work on the blocks. */
    synchronized void after(CudaStream to) {
        read.forEach(block -> block.afterRead(to));
        written.forEach(block -> block.afterWrite(to));
        own.forEach(block -> block.afterWrite(to));
    }

    /** Lets all memory go: tensors that lie in it keep theirs. */
    void close() {
        List<CudaBlock> unused = new ArrayList<>();
        Map<Long, ArrayDeque<Long>> pieces;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (recording) { // the capture couldn't even begin
                complete();
            }
            for (Set<CudaBlock> blocks : List.of(own, read, written)) {
                for (CudaBlock block : blocks) {
                    if (block.leave(this)) {
                        unused.add(block);
                    }
                }
                blocks.clear();
            }
            pieces = Map.copyOf(free);
            free.clear();
        }
        unused.forEach(allocator::giveBack);
        pieces.forEach((size, addresses) -> addresses.forEach(address -> allocator.giveBack(address, size, stream)));
    }
}
