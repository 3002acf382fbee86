package org.gatun.tensor.cpu;

/**
 * The one way in which the CPU backend runs loops in parallel: a fixed crew of daemon threads, in whose work the calling
 * thread takes part.
 *
 * <p><b>Partition.</b> A loop over {@code count} iterations is cut into parts that depend only on {@code count}, the grain
 * and the number of threads, never on timing or on which thread runs what. A computation whose parts are themselves
 * deterministic, and that combines their results in the order of the parts, is deterministic for a given number of threads.
 *
 * <p><b>Who runs.</b> Parts are claimed one after the other by the caller and by whichever workers are awake, so a worker
 * that the operating system wakes late costs nothing but its help. A loop started inside another loop's body runs on the
 * thread it is on, over the same partition. Several threads may call at once; they share the crew.
 *
 * <p><b>Waiting.</b> A worker out of work looks for more for a short time (see {@code Waiting}), then parks. With more threads
 * than processors it parks at once.
 *
 * <p>The number of threads is the number of available processors, or {@code -Dgatun.threads=N}, or what {@link #setThreads}
 * was last given.
 */
public final class WorkerPool {

    /** Iterations per grain from which on part boundaries fall on multiples of this, which keeps vector loops aligned. */
    private static final int ALIGNMENT = 64;

    /** Parts per thread of {@link #parallelFor}: several, so that a thread that is interrupted holds up only one part. */
    private static final int PARTS_PER_THREAD = 4;

    /** The most threads that may be asked for: a bound against mistyped numbers, far above any machine. */
    private static final int MAX_THREADS = 4096;

    private static volatile Crew crew = new Crew(initialThreads());

    private WorkerPool() {}

    private static int initialThreads() {
        int processors = Runtime.getRuntime().availableProcessors();
        String text = System.getProperty("gatun.threads");
        if (text == null || text.isBlank()) {
            return processors;
        }
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MAX_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // Reported below, with the range, like a number outside of it.
        }
        System.getLogger(WorkerPool.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "-Dgatun.threads={0} is not a number from 1 to {1,number,#}; using {2} threads, one per processor",
                        text,
                        MAX_THREADS,
                        processors);
        return processors;
    }

    /** The number of threads that a parallel loop uses at most, the caller included. */
    public static int threads() {
        return crew.threads();
    }

    /**
     * Changes the number of threads, as {@code torch.set_num_threads}. Loops that are running finish as they began.
     *
     * @param threads the number of threads, the caller of a loop included; 1 turns parallelism off
     * @throws IllegalArgumentException if {@code threads} is less than 1 or more than 4096
     */
    public static synchronized void setThreads(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("setThreads: threads = " + threads + " is outside 1 to " + MAX_THREADS
                    + "; 1 turns parallelism off");
        }
        Crew old = crew;
        if (old.threads() != threads) {
            crew = new Crew(threads);
            old.retire();
        }
    }

    /** Whether the current thread is inside the body of a parallel loop, so that further loops run on it alone. */
    public static boolean insideLoop() {
        return Crew.insideLoop();
    }

    /**
     * Runs {@code body} over the iterations 0 to {@code count - 1}, in parallel if there are at least two grains of them.
     * Returns when all have run. What the bodies wrote is visible to the caller.
     *
     * @param count the number of iterations; nothing runs if it is 0
     * @param grain the fewest iterations worth a hand-over to another thread
     * @param body the loop over a range; it may run on several threads at once
     * @throws RuntimeException whatever {@code body} threw first (with what other parts threw as suppressed exceptions); parts
     *     that have not begun by then do not run
     */
    public static void parallelFor(long count, long grain, RangeBody body) {
        Crew current = crew;
        long grains = grains(count, grain);
        int parts = (int) Math.min(grains, (long) current.threads() * PARTS_PER_THREAD);
        if (parts <= 1 || current.threads() == 1) {
            if (count > 0) {
                body.run(0, count);
            }
            return;
        }
        current.run(
                new Job(parts, count, grain >= ALIGNMENT ? ALIGNMENT : 1, (part, begin, end) -> body.run(begin, end)));
    }

    /**
     * The number of parts for {@link #forParts} that suits {@code count} iterations: one per thread, but none smaller than a
     * grain; 0 if {@code count} is 0.
     *
     * @param count the number of iterations
     * @param grain the fewest iterations worth a hand-over to another thread
     */
    public static int parts(long count, long grain) {
        return (int) Math.min(grains(count, grain), crew.threads());
    }

    /**
     * Runs {@code body} once for each of {@code parts} consecutive, nearly equal ranges of the iterations 0 to
     * {@code count - 1}, in parallel, telling it the number of the part: for loops with an accumulator per part. Returns when
     * all have run. Part {@code p} is the range from {@code count * p / parts} to {@code count * (p + 1) / parts}; where that
     * is empty the body is not called.
     *
     * @param parts the number of parts, as from {@link #parts}, or fixed by the caller for results that do not depend on the
     *     number of threads
     * @param count the number of iterations
     * @param body the loop over a part; it may run on several threads at once
     * @throws RuntimeException whatever {@code body} threw first (with what other parts threw as suppressed exceptions); parts
     *     that have not begun by then do not run
     */
    public static void forParts(int parts, long count, PartBody body) {
        if (count < 0 || parts < 0 || (parts == 0 && count > 0)) {
            throw new IllegalArgumentException("forParts: " + parts + " parts of " + count + " iterations");
        }
        if (count == 0) {
            return;
        }
        Crew current = crew;
        Job job = new Job(parts, count, 1, body);
        if (parts == 1 || current.threads() == 1) {
            job.runAllHere();
        } else {
            current.run(job);
        }
    }

    private static long grains(long count, long grain) {
        if (count < 0 || grain < 1) {
            throw new IllegalArgumentException(
                    "parallel loop: count = " + count + ", grain = " + grain + "; they must be at least 0 and 1");
        }
        return count == 0 ? 0 : (count - 1) / grain + 1;
    }
}
