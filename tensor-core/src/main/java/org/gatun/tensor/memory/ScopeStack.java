package org.gatun.tensor.memory;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes of one thread, as a chain from the innermost outwards.
 *
 * <p>The thread refers to it through a {@link Handle}; when the thread has ended, the handle is unreachable, and the collector calls
 * {@link #threadEnded}.
 */
final class ScopeStack {
    /** As many as the scopes that commonly lie in each other. */
    private static final int SPARES = 4;

    /** The longest array that is kept: in a longer one a small scope would hold what other threads have closed. */
    private static final int LONGEST_SPARE = 32;

    private static final ThreadLocal<Handle> OF_THREAD = ThreadLocal.withInitial(Handle::new);

    private final String threadName = Thread.currentThread().getName();
    private @Nullable MemoryScope current;

    /** Empty arrays that scopes have left, for the next ones. */
    private final Lease[][] spares = new Lease[SPARES][];

    private int spareCount;

    private ScopeStack() {}

    /** The calling thread's. */
    static ScopeStack mine() {
        return OF_THREAD.get().stack;
    }

    @Nullable
    MemoryScope current() {
        return current;
    }

    void current(@Nullable MemoryScope scope) {
        current = scope;
    }

    /** An array for a scope's first leases. */
    Lease[] takeSpare(int least) {
        return spareCount == 0 ? new Lease[least] : spares[--spareCount];
    }

    /** Takes the array of a scope that has ended, all entries of it null. */
    void giveSpare(Lease[] empty) {
        if (spareCount < SPARES && empty.length <= LONGEST_SPARE) {
            spares[spareCount++] = empty;
        }
    }

    String threadName() {
        return threadName;
    }

    /** Reports and frees the scopes that the thread left open. Nobody else can: they belonged to it. */
    void threadEnded() {
        for (MemoryScope scope = current; scope != null; scope = scope.parent()) {
            LeakReports.scope(scope.describe(), threadName, scope.size(), scope.opened());
            scope.abandon();
        }
        current = null;
    }

    /** What a thread holds of its stack. */
    private static final class Handle {
        final ScopeStack stack = new ScopeStack();

        Handle() {
            Collector.INSTANCE.add(new Watch.OfThread(this, stack));
        }
    }
}
