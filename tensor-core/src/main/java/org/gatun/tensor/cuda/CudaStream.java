package org.gatun.tensor.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gatun.bindings.cuda.CudaGraphs;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.CudaStreams;
import org.jspecify.annotations.Nullable;

/** A stream of work on a device, with an event to let other streams wait for it, and the free memory that its work left. */
final class CudaStream {
    private final long handle;
    private final long event;

    /** Free blocks by size: work that this stream gets from now on may use them at once. */
    private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();

    private long cached;

    /** What this stream's work goes into, instead of running; null as a rule. */
    private volatile @Nullable Recording recording;

    /** What other threads want of this stream, until a capture has ended. */
    private final List<Runnable> deferred = new ArrayList<>(0);

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
                CudaStreams.await(handle, other.mark());
            }
        }
    }

    /** The event that comes when all that this stream has been given so far is done. What is captured runs later and isn't waited for. */
    private long mark() {
        if (recording == null) {
            CudaStreams.record(event, handle);
        }
        return event;
    }

    /** Waits on the host until all that this stream has been given so far is done. */
    void drain() {
        synchronized (free) {
            mark();
        }
        CudaStreams.synchronizeEvent(event);
    }

    /** Lets the work of this stream, from now on, go into a recording. */
    void begin(Recording into) {
        synchronized (free) {
            CudaStreams.record(event, handle);
            CudaGraphs.begin(handle, CudaGraphs.Scope.RELAXED);
            recording = into;
        }
    }

    /**
     * Ends the capture, and does what was put off.
     *
     * @return the driver's graph
     */
    long end() {
        List<Runnable> now;
        try {
            return CudaGraphs.end(handle);
        } finally {
            synchronized (free) {
                recording = null;
                now = List.copyOf(deferred);
                deferred.clear();
            }
            now.forEach(Runnable::run);
        }
    }

    /** What this stream's work goes into; null when it runs. */
    @Nullable
    Recording recording() {
        return recording;
    }

    /** Puts some work off if this stream is being captured; says whether it did. */
    boolean later(Runnable work) {
        synchronized (free) {
            return recording != null && deferred.add(work);
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
            if (recording != null) {
                return 0;
            }
            free.forEach((size, blocks) -> blocks.forEach(address -> CudaMemory.freeAsync(address, handle)));
            free.clear();
            long given = cached;
            cached = 0;
            return given;
        }
    }
}
