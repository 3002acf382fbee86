package org.gatun.tensor.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** Who holds the memory: what an out-of-memory error says. */
final class Holders {
    private static final int SHOWN = 10;

    private final BlockHeap blocks;
    private final RegionHeap regions;
    private final IntToLongFunction smallInUse;

    /** Over an allocator's heaps; {@code smallInUse} gives how many small blocks of a size class are in use. */
    Holders(BlockHeap blocks, RegionHeap regions, IntToLongFunction smallInUse) {
        this.blocks = blocks;
        this.regions = regions;
        this.smallInUse = smallInUse;
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
     * @param tried what was done before giving up
     */
    String shortage(long asked, MemoryStats stats, String tried) {
        String limit = stats.limit() == Long.MAX_VALUE
                ? "there is no limit but the system's memory"
                : "the limit is " + size(stats.limit()) + " (-Dgatun.memory.limit, or Allocator.limit)";
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
        Map<Group, Long> groups = new HashMap<>();
        for (int c = 0; c < SizeClass.COUNT; c++) {
            long count = smallInUse.applyAsLong(c);
            if (count > 0) {
                groups.put(new Group(SizeClass.bytes(c), true, null, null), count);
            }
        }
        blocks.forEachUsed(block -> count(block, groups));
        regions.forEachUsed(block -> count(block, groups));
        List<Map.Entry<Group, Long>> sorted = new ArrayList<>(groups.entrySet());
        sorted.sort(Comparator.comparingLong(entry -> -entry.getKey().bytes() * entry.getValue()));
        return sorted.subList(0, Math.min(SHOWN, sorted.size()));
    }

    private static void count(Block block, Map<Group, Long> groups) {
        Site site = block.site;
        groups.merge(new Group(block.asked, false, block.scope, site == null ? null : site.caller()), 1L, Long::sum);
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
