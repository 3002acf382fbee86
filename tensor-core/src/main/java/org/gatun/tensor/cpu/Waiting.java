package org.gatun.tensor.cpu;

import java.util.function.BooleanSupplier;

/**
 * How long to watch for an event before parking. Parking and being woken costs tens of microseconds, as much as a whole
 * small operation; watching costs a processor. So: watch closely for a moment, then for a while longer yield the processor
 * to whoever else wants it after each look, then give up.
 *
 * @param closeNanos how long to watch without yielding
 * @param totalNanos how long to watch in all
 */
record Waiting(long closeNanos, long totalNanos) {

    /** With a processor for each thread. The gaps between the operations of a training step are mostly shorter than this. */
    static final Waiting SPIN_THEN_PARK = new Waiting(20_000, 300_000);

    /** With fewer processors than threads: spinning would take time from the thread that is waited for. */
    static final Waiting PARK = new Waiting(0, 0);

    /** Looks at the clock once in so many looks at the event. */
    private static final int LOOKS_PER_CLOCK = 16;

    /** Watches for {@code event}; returns whether it came in time. */
    boolean until(BooleanSupplier event) {
        if (totalNanos == 0) {
            return event.getAsBoolean();
        }
        long start = System.nanoTime();
        long elapsed = 0;
        while (elapsed < totalNanos) {
            if (elapsed < closeNanos) {
                for (int i = 0; i < LOOKS_PER_CLOCK; i++) {
                    if (event.getAsBoolean()) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
            } else {
                if (event.getAsBoolean()) {
                    return true;
                }
                Thread.yield();
            }
            elapsed = System.nanoTime() - start;
        }
        return false;
    }
}
