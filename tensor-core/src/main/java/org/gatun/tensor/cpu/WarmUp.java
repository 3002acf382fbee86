package org.gatun.tensor.cpu;

/**
 * When a loop changes from plain Java to vectors. Until the JVM has compiled it, a vector loop takes microseconds for each vector, a
 * hundred times as long as a plain loop, and the compiler is kept busy with what stands in for the vectors meanwhile. So a loop that many
 * programs need only a little of is plain at first; later a few single vectors of each call bring the vector loop to be compiled; when that
 * has become the faster of the two, it takes over.
 *
 * <p>For loops whose two forms give the same bits only: results depend neither on whether nor on when the change is made.
 */
final class WarmUp {
    /** Calls of a vector loop from which on it may have been compiled. */
    private static final int ENOUGH = 4_000;

    /** Of so many vectors one is done by the vector loop, but never fewer than {@link #FEWEST} in a call. */
    private static final int SHARE = 32;

    private static final int FEWEST = 4;

    /** What a look at the clock may be wrong by. */
    private static final long CLOCK_NANOS = 100;

    private final int vector;

    // Without a lock: threads that run the loop at the same time may miss each other's counts.
    private long plain;
    private int calls;
    private boolean over;

    /**
     * The start of a loop that has not run yet.
     *
     * @param vector the iterations that the vector loop does at a time
     * @param plain the iterations that are done in plain Java before anything else
     */
    WarmUp(int vector, long plain) {
        this.vector = vector;
        this.plain = plain;
    }

    /** Whether the vector loop has taken over. */
    boolean isOver() {
        return over;
    }

    /** Does the iterations from 0 to {@code n - 1}, before the vector loop has taken over. */
    void run(long n, RangeBody plainLoop, RangeBody vectorLoop) {
        long done = 0;
        if (plain > 0) {
            plain -= n;
        } else {
            long most = Math.max(FEWEST, n / vector / SHARE);
            for (long k = 0; k < most && done < n; k++) {
                done = one(done, n, vectorLoop);
            }
            calls += (int) Math.min(most, ENOUGH);
            if (calls >= ENOUGH && n - done >= 2L * vector) {
                calls = ENOUGH;
                done = compare(done, n, plainLoop, vectorLoop);
            }
        }
        if (done < n) {
            plainLoop.run(done, n);
        }
    }

    private long compare(long from, long n, RangeBody plainLoop, RangeBody vectorLoop) {
        long start = System.nanoTime();
        long middle = one(from, n, vectorLoop);
        long between = System.nanoTime();
        long end = one(middle, n, plainLoop);
        over = between - start <= System.nanoTime() - between + CLOCK_NANOS;
        return end;
    }

    private long one(long from, long n, RangeBody loop) {
        long to = Math.min(from + vector, n);
        loop.run(from, to);
        return to;
    }
}
