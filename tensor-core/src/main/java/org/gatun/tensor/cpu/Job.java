package org.gatun.tensor.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One parallel loop in progress: parts that threads claim by number, and the count of those that are not finished. */
final class Job {

    private final int parts;
    private final long count;
    private final int unit;
    private final long units;
    private final PartBody body;

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unfinished;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread waiting;

    /**
     * A loop of {@code count > 0} iterations cut into {@code parts} ranges, whose boundaries are multiples of {@code unit}.
     */
    Job(int parts, long count, int unit, PartBody body) {
        this.parts = parts;
        this.count = count;
        this.unit = unit;
        this.units = (count - 1) / unit + 1;
        this.body = body;
        this.unfinished = new AtomicInteger(parts);
    }

    int parts() {
        return parts;
    }

    /** Whether some part has been claimed by nobody yet. */
    boolean hasUnclaimed() {
        return next.get() < parts;
    }

    /** Claims and runs parts until none is left to claim. */
    void work() {
        while (hasUnclaimed()) {
            int part = next.getAndIncrement();
            if (part >= parts) {
                return;
            }
            if (failure == null) {
                try {
                    runPart(part);
                } catch (Throwable t) {
                    recordFailure(t);
                }
            }
            if (unfinished.decrementAndGet() == 0) {
                Thread caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    /** Runs all parts in order on the calling thread; what the body throws passes through. */
    void runAllHere() {
        for (int part = 0; part < parts; part++) {
            runPart(part);
        }
    }

    private void runPart(int part) {
        long begin = boundary(part);
        long end = boundary(part + 1);
        if (begin < end) {
            body.run(part, begin, end);
        }
    }

    private long boundary(int part) {
        // Not units * part / parts, which overflows for counts near 2^63.
        long whole = units / parts * part;
        long rest = units % parts * part / parts;
        return Math.min(count, (whole + rest) * unit);
    }

    private synchronized void recordFailure(Throwable t) {
        Throwable first = failure;
        if (first == null) {
            failure = t;
        } else if (first != t) {
            first.addSuppressed(t);
        }
    }

    /**
     * Waits until every part has run, then throws what a part threw, if one did. An interrupt does not cut the wait short,
     * because bodies use the caller's memory; it is kept for the caller.
     */
    void await(Waiting pace) {
        if (unfinished.get() != 0 && !pace.until(() -> unfinished.get() == 0)) {
            waiting = Thread.currentThread();
            boolean interrupted = false;
            while (unfinished.get() != 0) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        Throwable thrown = failure;
        if (thrown != null) {
            throw Job.<RuntimeException>unchecked(thrown);
        }
    }

    /** Passes any throwable on as it is; bodies declare no checked exceptions, so only sneaked ones can be checked. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T unchecked(Throwable t) throws T {
        throw (T) t;
    }
}
