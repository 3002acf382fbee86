package org.gatun.tensor.memory;

import java.lang.ref.PhantomReference;
import org.jspecify.annotations.Nullable;

/**
 * Learns that an object has become unreachable and then gives up what the object claimed. The {@link Collector} finds it by looking,
 * not by a reference queue: queueing costs more than a small allocation.
 */
abstract class Watch extends PhantomReference<Object> {
    /** Where the collector keeps it; guarded by the segment's stripe. It moves within the stripe only. */
    Collector.@Nullable Segment segment;

    /** The index in the segment, or -1 when it is no longer there. */
    int index = -1;

    @SuppressWarnings("NullAway") // the queue may be null: the referent's death is seen by refersTo(null)
    Watch(Object watched) {
        super(watched, null);
    }

    /** How many bytes of native memory the watched object claims, for the collector's pacing. */
    long weight() {
        return 0;
    }

    /** Called once, by any thread, after the watched object became unreachable. */
    abstract void unreachable();

    /** A tensor handle that no scope owns: its claim ends with it. Kept small, as it survives a collection. */
    static final class OfHandle extends Watch {
        private final Storage storage;

        OfHandle(Object holder, Storage storage) {
            super(holder);
            this.storage = storage;
        }

        @Override
        long weight() {
            return Math.max(64, storage.bytes());
        }

        @Override
        void unreachable() {
            storage.release();
        }
    }

    /** A manual lease: that it becomes unreachable while open is a leak. */
    static final class OfManualLease extends Watch {
        private final Storage storage;
        private final @Nullable Throwable allocated;

        OfManualLease(Lease lease, Storage storage, @Nullable Throwable allocated) {
            super(lease);
            this.storage = storage;
            this.allocated = allocated;
        }

        @Override
        void unreachable() {
            LeakReports.manualLease(storage.bytes(), allocated);
            storage.release();
        }
    }

    /** A thread's scopes: that the thread ends with one open is a leak. */
    static final class OfThread extends Watch {
        private final ScopeStack stack;

        OfThread(Object handle, ScopeStack stack) {
            super(handle);
            this.stack = stack;
        }

        @Override
        void unreachable() {
            stack.threadEnded();
        }
    }
}
