package org.gatun.tensor.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock for the few instructions of a free list's push or pop, striped: threads start at a stripe of their own and take the next
 * one that is free, so that they hardly ever wait. A lock and an unlock cost one atomic instruction and one store.
 */
abstract class SpinLock {
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int SPINS = 64;

    @SuppressWarnings("UnusedVariable") // accessed through HELD
    private int held;

    /** How many stripes suit this machine: a power of two, about four per processor. */
    static int stripes() {
        int wanted = Math.clamp(4L * Runtime.getRuntime().availableProcessors(), 4, 64);
        return Integer.highestOneBit(wanted);
    }

    /** Locks and returns one of {@code stripes} (a power of two of them), by preference the calling thread's own. */
    static <S extends SpinLock> S lockOne(S[] stripes) {
        int mask = stripes.length - 1;
        long id = Thread.currentThread().threadId();
        int start = (int) ((id * 0x9E3779B97F4A7C15L) >>> 40);
        S own = stripes[start & mask];
        return own.tryLock() ? own : lockAnother(stripes, start, mask);
    }

    private static <S extends SpinLock> S lockAnother(S[] stripes, int start, int mask) {
        for (int i = 1; ; i++) {
            S stripe = stripes[(start + i) & mask];
            if (stripe.tryLock()) {
                return stripe;
            }
            if ((i & mask) == mask) {
                Thread.yield(); // all are held: let a holder that lost its processor finish
            }
        }
    }

    final boolean tryLock() {
        return (int) HELD.getOpaque(this) == 0 && HELD.compareAndSet(this, 0, 1);
    }

    final void lock() {
        for (int i = 1; !tryLock(); i++) {
            if (i % SPINS == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    final void unlock() {
        HELD.setRelease(this, 0);
    }
}
