package org.gatun.tensor.memory;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns the tensors that its thread creates while it is the innermost open scope, and frees them at its end.
 *
 * <pre>{@code
 * try (var scope = MemoryScope.open()) {
 *     Tensor y = x.mul(2).add(1);     // two tensors, both freed at the end
 *     total += y.sum().item();
 * }
 * Tensor z = MemoryScope.tidy(() -> x.mul(2).add(1));   // x.mul(2) is freed, z is kept
 * }</pre>
 *
 * <p>Scopes nest, and are closed in the reverse order of opening, by the thread that opened them; try-with-resources sees to both. What is
 * created on another thread, by a parallel stream for example, belongs to that thread's scope, or to the garbage collector.
 *
 * <p>A tensor may be closed before its scope ends, by any thread; the scope forgets it. A tensor leaves the scope for the one around it
 * by {@link #keep}, or by being the result of {@link #tidy}. An operation that another thread runs on one of the scope's tensors
 * while the scope is closed finishes undisturbed: the memory is freed after it.
 */
public final class MemoryScope implements AutoCloseable {
    private static final Lease[] NONE = {};
    private static final int FIRST = 16;

    private final @Nullable String name;
    private final ScopeStack stack;
    private final long owner;
    private final @Nullable MemoryScope parent;
    private final @Nullable Site opened;

    /** What the scope owns, in no order; leases that another thread closed or took away are still listed until there is need of room. */
    private Lease[] leases = NONE;

    private int size;
    private volatile boolean closed;
    private @Nullable Site closedAt;

    private MemoryScope(@Nullable String name, ScopeStack stack) {
        this.name = name;
        this.stack = stack;
        this.owner = Thread.currentThread().threadId();
        this.parent = stack.current();
        this.opened = Settings.LEAK_LEVEL == LeakLevel.PARANOID ? new Site("opened here") : null;
    }

    /** Opens a scope inside the calling thread's current one. */
    public static MemoryScope open() {
        return open(null, ScopeStack.mine());
    }

    /**
     * Opens a scope inside the calling thread's current one.
     *
     * @param name what messages call it: "step", "epoch"
     */
    public static MemoryScope open(String name) {
        return open(name, ScopeStack.mine());
    }

    private static MemoryScope open(@Nullable String name, ScopeStack stack) {
        MemoryScope scope = new MemoryScope(name, stack);
        stack.current(scope);
        return scope;
    }

    /** The calling thread's innermost open scope, or null. */
    public static @Nullable MemoryScope current() {
        return ScopeStack.mine().current();
    }

    /**
     * Runs {@code body} in a scope of its own, frees what it created, and returns its result, kept.
     *
     * @param body computes a tensor, or a record, list, map or array of tensors, or anything else; see {@link #keep}
     * @return the result, which now belongs to the scope around the call or, without one, to the garbage collector
     */
    public static <T extends @Nullable Object> T tidy(Supplier<T> body) {
        try (MemoryScope scope = open("tidy", ScopeStack.mine())) {
            T result = body.get();
            scope.keep(result);
            return result;
        }
    }

    /** Runs {@code body} in a scope of its own and frees what it created. */
    public static void tidy(Runnable body) {
        try (MemoryScope scope = open("tidy", ScopeStack.mine())) {
            body.run();
        }
    }

    /**
     * Moves what this scope owns of {@code structure} to the scope around this one or, if there is none, to the garbage collector.
     *
     * @param structure a {@link Keepable} such as a tensor, or records, lists and other collections, maps, optionals and arrays of these,
     *     to any depth; anything else, and null, is left alone
     * @throws MemoryScopeException if the scope is closed or belongs to another thread
     */
    public void keep(@Nullable Object structure) {
        checkOwner("keep");
        if (closed) {
            throw new MemoryScopeException("keep: " + describe() + " is closed; what it owned is freed");
        }
        Structures.keep(structure, this);
    }

    /** The name given at opening, or null. */
    public @Nullable String name() {
        return name;
    }

    /** How many open leases this scope owns at most. */
    public int size() {
        return size;
    }

    /** Whether the scope has ended. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Frees everything that the scope owns. Closing a scope again does nothing.
     *
     * @throws MemoryScopeException if the calling thread is not the one that opened the scope: nothing is freed; or if a scope opened
     *     inside this one is still open: that one is closed with this one, so that nothing leaks, and the exception names it
     */
    @Override
    public void close() {
        checkOwner("close");
        if (closed) {
            return;
        }
        MemoryScope inner = stack.current();
        if (inner == this) {
            end();
            stack.current(parent);
            return;
        }
        StringBuilder open = new StringBuilder();
        while (inner != null && inner != this) {
            open.append(open.isEmpty() ? "" : ", ").append(inner.describe());
            inner.end();
            inner = inner.parent;
        }
        end();
        stack.current(parent);
        throw new MemoryScopeException("close: " + describe() + " was closed while scopes inside it were still open: "
                + open + "; they are closed too. Close scopes in the reverse order of opening: use try-with-resources");
    }

    private void end() {
        closed = true;
        if (Settings.LEAK_LEVEL == LeakLevel.PARANOID) {
            closedAt = new Site("closed here");
        }
        abandon();
    }

    /** Frees everything. */
    void abandon() {
        closed = true;
        Lease[] owned = leases;
        int count = size;
        leases = NONE;
        size = 0;
        // The last created first: the next allocations find the warmest memory first.
        for (int i = count - 1; i >= 0; i--) {
            owned[i].closeByScope();
            owned[i] = null;
        }
        if (owned.length > 0) {
            stack.giveSpare(owned);
        }
    }

    // For leases

    @Nullable
    MemoryScope parent() {
        return parent;
    }

    /** Takes a lease in; the owner's thread calls it. */
    void add(Lease lease) {
        if (size == leases.length) {
            makeRoom();
        }
        leases[size] = lease;
        lease.index(size++);
    }

    /** Drops leases that other threads closed; grows if that was not many. */
    private void makeRoom() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Lease lease = leases[i];
            if (lease.ownedBy(this)) {
                leases[kept] = lease;
                lease.index(kept++);
            }
        }
        Arrays.fill(leases, kept, size, null);
        size = kept;
        if (kept > leases.length / 2) {
            leases = Arrays.copyOf(leases, 2 * leases.length);
        } else if (leases.length == 0) {
            leases = stack.takeSpare(FIRST);
        }
    }

    /** Forgets the lease at {@code index} if the owner's thread calls; otherwise the lease is found closed later. */
    void remove(Lease lease, int index) {
        if (Thread.currentThread().threadId() == owner && index < size && leases[index] == lease) {
            Lease last = leases[--size];
            leases[index] = last;
            last.index(index);
            leases[size] = null;
        }
    }

    void checkOwner(String operation) {
        if (Thread.currentThread().threadId() != owner) {
            throw new MemoryScopeException(operation + ": " + describe() + " belongs to thread '" + stack.threadName()
                    + "' and was used by thread '" + Thread.currentThread().getName()
                    + "'; open, keep and close a scope on one thread");
        }
    }

    String describe() {
        return name == null ? "an unnamed memory scope" : "memory scope '" + name + "'";
    }

    @Nullable
    Site opened() {
        return opened;
    }

    ClosedTensorException closedException() {
        String message = "this tensor is closed: its memory was given up at the end of " + describe()
                + "; keep() what is needed longer, or return it from MemoryScope.tidy";
        Site site = closedAt;
        return site == null
                ? new ClosedTensorException(message + "; run with -Dgatun.leak=paranoid to see where it ended")
                : new ClosedTensorException(message, site);
    }

    @Override
    public String toString() {
        return "MemoryScope[" + (name == null ? "unnamed" : name) + ", " + (closed ? "closed" : size + " leases") + "]";
    }
}
