package org.gatun.tensor.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gatun.tensor.Device;
import org.jspecify.annotations.Nullable;

/** Who holds a device's memory: what an out-of-memory error says. Allocators {@link #add} what is in use. */
public final class Holders {
    private static final int SHOWN = 10;

    private final Map<Group, Long> groups = new HashMap<>();

    /** Without any. */
    public Holders() {}

    /** The line of the user's program that allocates now, at leak level paranoid; otherwise null. */
    public static @Nullable String place() {
        return Poison.ON ? new Site("allocated here").caller() : null;
    }

    /**
     * Adds a storage in use.
     *
     * @param bytes its size
     * @param scope the memory scope that was open when it was allocated, if known
     * @param place the line of the program that allocated it, if known
     */
    public void add(long bytes, @Nullable String scope, @Nullable String place) {
        groups.merge(new Group(bytes, false, scope, place), 1L, Long::sum);
    }

    /** Adds storages of up to {@code bytes} each. */
    void addUpTo(long bytes, long count) {
        if (count > 0) {
            groups.merge(new Group(bytes, true, null, null), count, Long::sum);
        }
    }

    /** Storages of one size that were allocated in one scope, at one place where that is known. */
    private record Group(
            long bytes,
            boolean upTo,
            @Nullable String scope,
            @Nullable String site) {
        String describe(long count) {
            return String.format(
                    Locale.ROOT,
                    "%12s  in %,d %s of %s%s%s%s",
                    size(count * bytes),
                    count,
                    count == 1 ? "storage" : "storages",
                    upTo ? "up to " : "",
                    size(bytes),
                    scope == null ? "" : ", memory scope '" + scope + "'",
                    site == null ? "" : ", allocated at " + site);
        }
    }

    /**
     * The message of an {@link OutOfNativeMemoryException}.
     *
     * @param asked how many bytes were asked for
     * @param stats the allocator's state
     * @param property the system property that sets the limit
     * @param tried what was done before giving up
     */
    public String shortage(long asked, MemoryStats stats, String property, String tried) {
        String limit = stats.limit() == Long.MAX_VALUE
                ? "there is no limit but the " + (stats.device().equals(Device.CPU) ? "system" : "GPU") + "'s memory"
                : "the limit is " + size(stats.limit()) + " (-D" + property + ", or Allocator.limit)";
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "out of native memory on %s: cannot allocate %s (%,d bytes). %s live in %,d storages (peak %s), %s held from the system, %s.",
                stats.device(),
                size(asked),
                asked,
                size(stats.liveBytes()),
                stats.liveCount(),
                size(stats.peakBytes()),
                size(stats.systemBytes()),
                limit));
        text.append(' ').append(tried);
        List<Map.Entry<Group, Long>> largest = largest();
        if (!largest.isEmpty()) {
            text.append("\nLargest holders:");
            for (Map.Entry<Group, Long> entry : largest) {
                text.append('\n').append(entry.getKey().describe(entry.getValue()));
            }
        }
        return text.append(
                        "\nFree tensors earlier: close them, or compute inside a MemoryScope; or use smaller batches.")
                .toString();
    }

    private List<Map.Entry<Group, Long>> largest() {
        List<Map.Entry<Group, Long>> sorted = new ArrayList<>(groups.entrySet());
        sorted.sort(Comparator.comparingLong(entry -> -entry.getKey().bytes() * entry.getValue()));
        return sorted.subList(0, Math.min(SHOWN, sorted.size()));
    }

    /** A size for people: three digits and a binary unit. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int power = (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) / 10;
        return String.format(
                Locale.ROOT, "%.1f %ciB", bytes / (double) (1L << (10 * power)), "KMGTPE".charAt(power - 1));
    }
}
