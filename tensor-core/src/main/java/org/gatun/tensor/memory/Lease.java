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
 * scoped in the enclosing scope, or to collected when there is none, by {@link #keep}, and to collected by {@link #unscope}. Each
 * transition is one compare-and-set, so that of two threads that close, or of a close and the garbage collector, one wins and the
 * reference is given up once.
 *
 * <p>A storage that an operation has {@linkplain #acquire acquired} stays until the operation releases it, whoever closes the lease
 * meanwhile.
 */
public final class Lease {
    private static final int SCOPED = 0;
    private static final int COLLECTED = 1;
    private static final int MANUAL = 2;
    private static final int CLOSED = 3;
    private static final int CLOSED_BY_SCOPE = 4;

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
    private volatile int state;

    /** The index in the scope's array; the scope's thread alone uses it. */
    private int index;

    /** By state: the {@link MemoryScope}, the {@link Watch}, nothing, or when closed what there is to say of where. */
    private @Nullable Object context;

    private Lease(Storage storage, int state) {
        this.storage = storage;
        this.state = state;
    }

    /**
     * A lease owned by the calling thread's current scope or, if it has none open, by the garbage collector.
     *
     * @param holder the object whose reachability counts: the tensor. The lease does not refer to it
     * @param storage the storage, of which the lease takes over one reference
     */
    public static Lease of(Object holder, Storage storage) {
        MemoryScope scope = MemoryScope.current();
        if (scope == null) {
            Lease lease = new Lease(storage, COLLECTED);
            lease.watch(new Watch.OfHandle(holder, lease));
            return lease;
        }
        Lease lease = new Lease(storage, SCOPED);
        lease.context = scope;
        scope.add(lease);
        return lease;
    }

    /**
     * A lease that neither a scope nor the garbage collector gives up: whoever holds it closes it.
     *
     * @param storage the storage, of which the lease takes over one reference
     */
    public static Lease manual(Storage storage) {
        Lease lease = new Lease(storage, MANUAL);
        if (LEVEL != LeakLevel.OFF) {
            lease.watchForLeak();
        }
        return lease;
    }

    private void watchForLeak() {
        if (LEVEL == LeakLevel.PARANOID) {
            watch(new Watch.OfManualLease(this, storage, new Site("allocated here")));
        } else if (ThreadLocalRandom.current().nextInt(SAMPLE) == 0) {
            watch(new Watch.OfManualLease(this, storage, null));
        }
    }

    private void watch(Watch watch) {
        context = watch;
        Collector.INSTANCE.add(watch);
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
            int found = (int) STATE.compareAndExchange(this, seen, CLOSED);
            if (found == seen) {
                leave();
                if (LEVEL == LeakLevel.PARANOID) {
                    context = new Site("closed here");
                }
                storage.release();
                return;
            }
            seen = found;
        }
    }

    /** Takes this off its scope's or the collector's books. */
    private void leave() {
        Object owner = context;
        if (owner instanceof MemoryScope scope) {
            scope.remove(this, index);
        } else if (owner instanceof Watch watch) {
            Collector.INSTANCE.remove(watch);
            context = null;
            Reference.reachabilityFence(this); // till here: else a watch on this could take the close for a leak
        }
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
        if (state == SCOPED && context instanceof MemoryScope scope) {
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
        if (state == SCOPED && context == scope) {
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
        context = parent;
        parent.add(this);
    }

    /**
     * Takes a scoped lease out of all scopes: from then on it is given up after {@code holder} has become unreachable. Other leases
     * stay as they are. May be called from any thread.
     *
     * @param holder the object whose reachability counts from then on: the tensor
     * @throws ClosedTensorException if the lease is closed
     */
    public void unscope(Object holder) {
        Object owner = context;
        if (state == SCOPED && STATE.compareAndSet(this, SCOPED, COLLECTED)) {
            if (owner instanceof MemoryScope scope) {
                scope.remove(this, index);
            }
            watch(new Watch.OfHandle(holder, this));
        } else if (state >= CLOSED) {
            throw closedException();
        }
    }

    // For the scope

    void index(int position) {
        index = position;
    }

    /** Whether the scope that lists this still owns it. */
    boolean ownedBy(MemoryScope scope) {
        return state == SCOPED && context == scope;
    }

    /** Gives the claim up at a scope's end, unless it has left the scope. */
    void closeByScope() {
        if (STATE.compareAndSet(this, SCOPED, CLOSED_BY_SCOPE)) {
            storage.release();
        }
    }

    // For the collector

    long claimedBytes() {
        return storage.bytes();
    }

    /** Gives the claim up after the holder has become unreachable. */
    void reclaim() {
        if (STATE.compareAndSet(this, COLLECTED, CLOSED)) {
            storage.release();
        }
    }

    private ClosedTensorException closedException() {
        Object where = context;
        if (state == CLOSED_BY_SCOPE && where instanceof MemoryScope scope) {
            return scope.closedException();
        }
        String message = "this tensor is closed: its memory was given up by close()";
        if (where instanceof Site site) {
            return new ClosedTensorException(message, site);
        }
        return new ClosedTensorException(message + "; run with -Dgatun.leak=paranoid to see where");
    }
}
