package org.gatun.tensor.memory;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How hard to look for leaks: set by {@code -Dgatun.leak=off|sampled|paranoid}; {@code sampled} unless set.
 *
 * <p>A tensor that no scope owns and the garbage collector frees is not a leak: that is its design. A leak is memory that
 * someone took it upon himself to close and did not: a {@linkplain Lease#manual manual lease}, or a scope still open when its
 * thread has ended.
 */
public enum LeakLevel {
    /** Watches scopes only. Costs nothing. */
    OFF,
    /** Watches scopes, and one manual lease in 128. */
    SAMPLED,
    /**
     * Watches everything, with the place of each allocation and close, and fills freed and fresh memory with NaN patterns. A
     * guard band behind each block finds writes past the end; writes after the free are found at the block's next use.
     */
    PARANOID;

    /** The level this JVM runs at. */
    public static LeakLevel current() {
        return Settings.LEAK_LEVEL;
    }

    static LeakLevel parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return SAMPLED;
        }
        for (LeakLevel level : values()) {
            if (level.name().equalsIgnoreCase(text.strip())) {
                return level;
            }
        }
        throw new IllegalArgumentException("-Dgatun.leak=" + text + ": expected one of "
                + Arrays.toString(values()).toLowerCase(Locale.ROOT));
    }
}
