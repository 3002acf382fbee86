package org.gatun.tensor.cuda;

import java.lang.foreign.MemorySegment;
import org.gatun.bindings.Memory;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.bindings.cuda.CudaStreams;

/**
 * Pinned host memory in two halves, through which copies between host and device go: while one half is copied by the device the host fills
 * or empties the other. It grows to what copies need, up to {@link #LARGEST} bytes a half.
 */
final class Staging {
    private static final long SMALLEST = 1 << 12;
    private static final long LARGEST = 4 << 20;

    private final CudaStream stream;
    private final long[] events = new long[2];
    /** The half that is used next, so that a copy waits for the one before the last at most. */
    private int turn;

    private long memory;
    private long half;

    Staging(CudaStream stream) {
        this.stream = stream;
    }

    private void reserve(long bytes) {
        if (half < Math.min(bytes, LARGEST)) {
            if (memory != 0) {
                CudaStreams.synchronize(stream.handle());
                CudaMemory.freeHost(memory);
                memory = 0;
                half = 0;
            }
            long wanted = Math.max(SMALLEST, Math.min(LARGEST, Long.highestOneBit(bytes) << 1));
            memory = CudaMemory.allocateHost(2 * wanted);
            half = wanted;
            for (int i = 0; i < 2; i++) {
                events[i] = events[i] == 0 ? CudaStreams.createEvent(false) : events[i];
            }
        }
    }

    /** Copies host memory, of the heap or not, to the device. It may be written again when this returns; the copy goes on. */
    void upload(MemorySegment source, long target) {
        long bytes = source.byteSize();
        reserve(bytes);
        for (long at = 0; at < bytes; at += half, turn ^= 1) {
            long part = Math.min(half, bytes - at);
            long place = memory + turn * half;
            CudaStreams.synchronizeEvent(events[turn]);
            Memory.ALL.asSlice(place, part).copyFrom(source.asSlice(at, part));
            CudaMemory.copyToDevice(place, target + at, part, stream.handle());
            CudaStreams.record(events[turn], stream.handle());
        }
    }

    /** Copies device memory to the host, when all earlier work of the stream is done. */
    void download(long source, MemorySegment target) {
        long bytes = target.byteSize();
        reserve(bytes);
        for (long at = 0; at < bytes + half; at += half, turn ^= 1) {
            if (at < bytes) {
                CudaMemory.copyToHost(source + at, memory + turn * half, Math.min(half, bytes - at), stream.handle());
                CudaStreams.record(events[turn], stream.handle());
            }
            long before = at - half;
            if (before >= 0 && before < bytes) {
                int other = turn ^ 1;
                CudaStreams.synchronizeEvent(events[other]);
                long part = Math.min(half, bytes - before);
                target.asSlice(before, part).copyFrom(Memory.ALL.asSlice(memory + other * half, part));
            }
        }
    }
}
