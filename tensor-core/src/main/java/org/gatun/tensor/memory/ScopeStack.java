package org.gatun.tensor.memory;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes of one thread, as a chain from the innermost outwards.
 *
 * <p>The thread refers to it through a {@link Handle}; when the thread has ended, the handle is unreachable, and the collector calls
 * {@link #threadEnded}.
 */
final class ScopeStack {
    private static final ThreadLocal<Handle> OF_THREAD = ThreadLocal.withInitial(Handle::new);

    private final String threadName = Thread.currentThread().getName();
    private @Nullable MemoryScope current;

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
