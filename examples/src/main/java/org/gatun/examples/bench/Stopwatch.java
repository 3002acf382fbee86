package org.gatun.examples.bench;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Times work that a device may do later than it is asked for: batches of runs, each followed by a wait for the device, and of their times
 * the median.
 */
final class Stopwatch {
    /** Batches of runs are this long at least, in seconds, so that neither the clock nor the wait counts. */
    private static final double BATCH = 0.01;

    private static final int BATCHES = 7;
    private static final double WARM_UP = 0.3;

    private final LongSupplier nanoseconds;

    Stopwatch() {
        this(System::nanoTime);
    }

    /** As above, by another clock. */
    Stopwatch(LongSupplier nanoseconds) {
        this.nanoseconds = nanoseconds;
    }

    /**
     * The seconds that one run takes once everything is compiled and warm.
     *
     * @param run does the work once, perhaps without waiting for it
     * @param wait waits until all work is done
     * @param allowance the seconds to spend on it, about; at least two runs are made
     */
    double seconds(Runnable run, Runnable wait, double allowance) {
        double start = now();
        timed(run, wait, 1); // compiles
        double once = timed(run, wait, 1);
        double warmUntil = now() + Math.min(WARM_UP, allowance / 4);
        while (now() + once < warmUntil) {
            once = Math.min(once, timed(run, wait, 1));
        }
        long count = Math.max(1, (long) Math.ceil(Math.min(BATCH, allowance / (4 * BATCHES)) / Math.max(once, 1e-9)));
        double[] batches = new double[BATCHES];
        int made = 0;
        do {
            batches[made++] = timed(run, wait, count) / count;
        } while (made < BATCHES && now() - start + batches[made - 1] * count < allowance);
        return median(Arrays.copyOf(batches, made));
    }

    private double timed(Runnable run, Runnable wait, long count) {
        double start = now();
        for (long i = 0; i < count; i++) {
            run.run();
        }
        wait.run();
        return now() - start;
    }

    private double now() {
        return nanoseconds.getAsLong() * 1e-9;
    }

    /** The middle value; of an even number of them the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
