package org.gatun.tensor.memory;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Says where native memory was leaked: to the system logger {@code org.gatun.memory}, and counts. */
public final class LeakReports {
    private static final System.Logger LOGGER = System.getLogger("org.gatun.memory");
    private static final AtomicLong COUNT = new AtomicLong();

    private LeakReports() {}

    /**
     * How many leaks were found since the start, and how many writes to memory out of bounds or freed. Leaked memory is freed when it
     * is found.
     */
    public static long count() {
        return COUNT.get();
    }

    static void manualLease(long bytes, @Nullable Throwable allocated) {
        report(
                "LEAK: " + bytes
                        + " bytes of native memory were never closed by their holder (a manual lease); freed now",
                allocated);
    }

    static void scope(String scope, String thread, int leases, @Nullable Throwable opened) {
        report(
                "LEAK: " + scope + " with " + leases + " tensors was never closed, and its thread '" + thread
                        + "' has ended; freed now. Use try-with-resources",
                opened);
    }

    private static void report(String message, @Nullable Throwable site) {
        COUNT.incrementAndGet();
        if (site == null) {
            LOGGER.log(Level.ERROR, message + ". Run with -Dgatun.leak=paranoid to see where it was opened");
        } else {
            LOGGER.log(Level.ERROR, message, site);
        }
    }

    static void damaged(String message) {
        COUNT.incrementAndGet();
        LOGGER.log(Level.ERROR, message);
    }

    static void failure(Throwable thrown) {
        LOGGER.log(Level.ERROR, "the memory collector failed and goes on", thrown);
    }
}
