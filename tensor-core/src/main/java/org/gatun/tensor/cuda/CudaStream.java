package org.gatun.tensor.cuda;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.CudaStreams;

/** A stream of work on a device, with an event to let other streams wait for it, and the free memory that its work left. */
final class CudaStream {
    private final long handle;
    private final long event;

    /** Free blocks by size: work that this stream gets from now on may use them at once. */
    private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();

    private long cached;

    /** A new stream of the current context. */
    CudaStream() {
        handle = CudaStreams.create(0);
        event = CudaStreams.createEvent(false);
    }

    /** The driver's handle. */
    long handle() {
        return handle;
    }

    /** Lets the later work of this stream wait for all that {@code other} has been given so far. */
    void await(CudaStream other) {
        if (other != this) {
            synchronized (other.free) {
                CudaStreams.record(other.event, other.handle);
                CudaStreams.await(handle, other.event);
            }
        }
    }

    /** Takes a free block of exactly {@code size} bytes; 0 if there is none. */
    long take(long size) {
        synchronized (free) {
            ArrayDeque<Long> blocks = free.get(size);
            if (blocks == null || blocks.isEmpty()) {
                return 0;
            }
            cached -= size;
            return blocks.pop();
        }
    }

    /** Keeps a block that this stream's earlier work may use. */
    void keep(long address, long size) {
        synchronized (free) {
            free.computeIfAbsent(size, s -> new ArrayDeque<>()).push(address);
            cached += size;
        }
    }

    /** How many bytes the free blocks have. */
    long cached() {
        synchronized (free) {
            return cached;
        }
    }

    /** Gives all free blocks back to the driver's pool; returns how many bytes those were. */
    long trim() {
        synchronized (free) {
            free.forEach((size, blocks) -> blocks.forEach(address -> CudaMemory.freeAsync(address, handle)));
            free.clear();
            long given = cached;
            cached = 0;
            return given;
        }
    }
}
