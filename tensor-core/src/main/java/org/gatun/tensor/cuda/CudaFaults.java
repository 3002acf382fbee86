package org.gatun.tensor.cuda;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.bindings.Memory;
import org.gatun.bindings.cuda.CudaMemory;
import org.jspecify.annotations.Nullable;

/**
 * What a stream's kernels found wrong, such as an index out of range. A kernel writes the first fault into a record in pinned memory, the
 * {@code FaultRecord} of {@code faults.cuh}, and goes on harmlessly; the next wait for the stream throws the exception that was given for
 * the fault's site, or the next wait of another thread whose work read what the stream's work computed.
 */
final class CudaFaults {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int BYTES = 32;

    /** How many launches an exception is kept for: more than a driver's queue holds. */
    private static final int SITES = 1 << 14;

    /** What to throw for a fault. */
    @FunctionalInterface
    interface Fault {
        /**
         * The exception.
         *
         * @param value the value that was found, such as an index
         * @param place where it was found, as far as the kernel tells
         */
        RuntimeException exception(long value, long place);
    }

    private final long record;
    private final List<@Nullable Fault> exceptions = new ArrayList<>(Collections.nCopies(SITES, null));
    private long next;

    /** Places in captured steps, which may find something wrong at each replay. They are numbered downwards from -1. */
    private final Map<Long, Fault> lasting = new ConcurrentHashMap<>();

    private long nextLasting = -1;

    CudaFaults() {
        record = CudaMemory.allocateHost(BYTES);
        Memory.ALL.asSlice(record, BYTES).fill((byte) 0);
    }

    /** The record's address, on the host and on the device. */
    long address() {
        return record;
    }

    /** The number of a place where a kernel may find something wrong. */
    synchronized long site(Fault exception) {
        exceptions.set((int) (next % SITES), exception);
        return next++;
    }

    /** The number of a place as {@link #site}, which holds until it is {@linkplain #forget forgotten}. */
    long lastingSite(Fault exception) {
        lasting.put(nextLasting, exception);
        return nextLasting--;
    }

    /** Ends what {@link #lastingSite} began; from any thread. */
    void forget(long site) {
        lasting.remove(site);
    }

    /** Whether something was found wrong so far. */
    boolean found() {
        return Memory.ALL.get(LONG, record) != 0;
    }

    /** Throws what was found wrong, once; the stream was waited for. */
    synchronized void check() {
        if (found()) {
            long site = Memory.ALL.get(LONG, record + 8);
            long value = Memory.ALL.get(LONG, record + 16);
            Memory.ALL.set(LONG, record, 0);
            Fault exception = site < 0 ? lasting.get(site) : exceptions.get((int) (site % SITES));
            if (exception != null) {
                throw exception.exception(value, Memory.ALL.get(LONG, record + 24));
            }
        }
    }
}
