package org.gatun.tensor.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One tensor handle's claim on a storage: one reference, given up exactly once.
 *
 * <p>A lease is in one of four states. It is
 *
 * <ul>
 *   <li><i>scoped</i>: a {@link MemoryScope} gives it up at its end;
 *   <li><i>collected</i>: it is given up after its holder has become unreachable;
 *   <li><i>manual</i>: its holder gives it up;
 *   <li><i>closed</i>: given up, for good.
 * </ul>
 *
 * Any state goes to closed by {@link #close}, from any thread; closing again is harmless, as {@link AutoCloseable} asks. Scoped goes to
 * scoped in the enclosing scope, or to collected when there is none, by {@link #keep}; scoped and manual go to collected by {@link #unscope}. Each
 * transition is one compare-and-set, so that of two threads that close, or of a close and the garbage collector, one wins and the
 * reference is given up once.
 *
 * <p>A storage that an operation has {@linkplain #acquire acquired} stays until the operation releases it, whoever closes the lease
 * meanwhile.
 */
public final class Lease {
    /** Being made, and a field's value before anything is stored in it; seen only by a thread that got the lease through a data race. */
    private static final int NEW = 0;

    private static final int SCOPED = 1;
    private static final int COLLECTED = 2;
    private static final int MANUAL = 3;
    private static final int CLOSED = 4;
    private static final int CLOSED_BY_SCOPE = 5;

    private static final int SAMPLE = 128;
    private static final LeakLevel LEVEL = Settings.LEAK_LEVEL;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Lease.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Storage storage;

    // Written through STATE only: an initialiser would cost a memory fence for each lease.
    private volatile int state;

    /** The index in the scope's array; the scope's thread alone uses it. */
    private int index;

    /** The scope that owns this or did last; at leak level paranoid, once closed, the place where. Its thread alone changes it. */
    private @Nullable Object place;

    /** By which the collector knows this, if it does. */
    private @Nullable Watch watch;

    private Lease(Storage storage) {
        this.storage = storage;
    }

    /**
     * A lease owned by the calling thread's current scope or, if it has none open, by the garbage collector.
     *
     * @param holder the object whose reachability counts: the tensor. The lease does not refer to it
     * @param storage the storage, of which the lease takes over one reference
     */
    public static Lease of(Object holder, Storage storage) {
        Lease lease = new Lease(storage);
        MemoryScope scope = MemoryScope.current();
        if (scope == null) {
            Watch watch = new Watch.OfHandle(holder, storage);
            lease.watch = watch;
            lease.start(COLLECTED);
            Collector.INSTANCE.add(watch);
        } else {
            lease.place = scope;
            lease.start(SCOPED);
            scope.add(lease);
        }
        return lease;
    }

    /**
     * A lease that neither a scope nor the garbage collector gives up: whoever holds it closes it.
     *
     * @param storage the storage, of which the lease takes over one reference
     */
    public static Lease manual(Storage storage) {
        Lease lease = new Lease(storage);
        Watch watch = leakWatch(lease);
        lease.watch = watch;
        lease.start(MANUAL);
        if (watch != null) {
            Collector.INSTANCE.add(watch);
        }
        return lease;
    }

    private static @Nullable Watch leakWatch(Lease lease) {
        return switch (LEVEL) {
            case OFF -> null;
            case SAMPLED ->
                ThreadLocalRandom.current().nextInt(SAMPLE) == 0
                        ? new Watch.OfManualLease(lease, lease.storage, null)
                        : null;
            case PARANOID -> new Watch.OfManualLease(lease, lease.storage, new Site("allocated here"));
        };
    }

    /** Makes the fields visible to other threads together with the first state. */
    private void start(int first) {
        STATE.setRelease(this, first);
    }

    /**
     * The storage, for looking at. To read or write its memory, {@link #acquire} it.
     *
     * @throws ClosedTensorException if the lease is closed; the message says by what
     */
    public Storage storage() {
        if (state >= CLOSED) {
            throw closedException();
        }
        return storage;
    }

    /**
     * The storage, retained for the time of an operation: {@link Storage#release} it in a finally block. Until then its memory stays
     * valid even if another thread closes this lease.
     *
     * @throws ClosedTensorException if the lease is closed; the message says by what
     */
    public Storage acquire() {
        if (state >= CLOSED || !storage.tryRetain()) {
            throw closedException();
        }
        return storage;
    }

    /** Whether the claim was given up. */
    public boolean isClosed() {
        return state >= CLOSED;
    }

    /** Gives the claim up. The second and later calls do nothing. May be called from any thread. */
    public void close() {
        int seen = state;
        while (seen < CLOSED) {
            int found = seen == NEW ? state : (int) STATE.compareAndExchange(this, seen, CLOSED);
            if (found == seen && seen != NEW) {
                if (leave(seen)) {
                    storage.release();
                }
                return;
            }
            seen = found;
        }
    }

    /** Takes this off its scope's or the collector's books; says whether the claim is still there to be given up. */
    private boolean leave(int before) {
        boolean claimed = true;
        Watch watched = watch;
        if (before == SCOPED) {
            if (place instanceof MemoryScope scope) {
                scope.remove(this, index);
            }
        } else if (watched != null) {
            try {
                claimed = Collector.INSTANCE.remove(watched);
            } finally {
                Reference.reachabilityFence(this); // till here: else a watch on this could take the close for a leak
            }
            watch = null;
        }
        if (LEVEL == LeakLevel.PARANOID) {
            place = new Site("closed here");
        }
        return claimed;
    }

    /**
     * Moves a scoped lease to the scope around its own or, if there is none, to the garbage collector. Other leases stay as they are.
     *
     * @param holder the object whose reachability counts from then on: the tensor
     * @throws ClosedTensorException if the lease is closed
     * @throws MemoryScopeException if the calling thread is not the scope's
     */
    public void keep(Object holder) {
        if (state >= CLOSED) {
            throw closedException();
        }
        if (state == SCOPED && place instanceof MemoryScope scope) {
            moveOut(scope, holder);
        }
    }

    /**
     * Does as {@link #keep} if {@code scope} owns this lease, else nothing.
     *
     * @param scope the scope to leave
     * @param holder the object whose reachability counts from then on: the tensor
     * @throws MemoryScopeException if the calling thread is not the scope's
     */
    public void keepFrom(MemoryScope scope, Object holder) {
        if (state == SCOPED && place == scope) {
            moveOut(scope, holder);
        }
    }

    private void moveOut(MemoryScope scope, Object holder) {
        scope.checkOwner("keep");
        MemoryScope parent = scope.parent();
        if (parent == null) {
            unscope(holder);
            return;
        }
        scope.remove(this, index);
        place = parent;
        parent.add(this);
    }

    /**
     * Takes a lease out of all scopes and from its holder's care: from then on it is given up after {@code holder} has become
     * unreachable. May be called from any thread; but who gives a manual lease away must not close it meanwhile.
     *
     * @param holder the object whose reachability counts from then on: the tensor
     * @throws ClosedTensorException if the lease is closed
     */
    public void unscope(Object holder) {
        int before = state;
        if (before != SCOPED && before != MANUAL) {
            if (before >= CLOSED) {
                throw closedException();
            }
            return;
        }
        Watch leak = before == MANUAL ? watch : null;
        Watch mine = new Watch.OfHandle(holder, storage);
        watch = mine; // before the state says so: whoever closes from then on asks for it
        try {
            Collector.INSTANCE.add(mine);
            if (STATE.compareAndSet(this, before, COLLECTED)) {
                watch = mine; // another thread that tried the same may have put its own, which is void
                if (before == SCOPED && place instanceof MemoryScope left) {
                    left.remove(this, index);
                }
            } else {
                // Another thread closed or unscoped it meanwhile: this watch must not give the reference up again.
                Collector.INSTANCE.remove(mine);
            }
            if (leak != null) {
                Collector.INSTANCE.remove(leak);
            }
        } finally {
            // Till here: else the collector could give the reference up before the scope lost it.
            Reference.reachabilityFence(holder);
            Reference.reachabilityFence(this);
        }
        if (state >= CLOSED) {
            // Who closed it may have found another thread's watch in the place of this one.
            Collector.INSTANCE.remove(mine);
            throw closedException();
        }
    }

    // For the scope

    void index(int position) {
        index = position;
    }

    /** Whether the scope that lists this still owns it. */
    boolean ownedBy(MemoryScope scope) {
        return state == SCOPED && place == scope;
    }

    /** Gives the claim up at a scope's end, unless it has left the scope. */
    void closeByScope() {
        if (STATE.compareAndSet(this, SCOPED, CLOSED_BY_SCOPE)) {
            storage.release();
        }
    }

    private ClosedTensorException closedException() {
        Object where = place;
        if (state == CLOSED_BY_SCOPE && where instanceof MemoryScope scope) {
            return scope.closedException();
        }
        if (state < CLOSED) {
            return new ClosedTensorException(
                    "this tensor's memory was given up: the object that held it became unreachable while"
                            + " its lease was still in use; keep the tensor itself reachable");
        }
        String message = "this tensor is closed: its memory was given up by close(); close it after its last use, or"
                + " close a copy()";
        if (where instanceof Site site) {
            return new ClosedTensorException(message, site);
        }
        return new ClosedTensorException(message + "; run with -Dgatun.leak=paranoid to see where");
    }
}
