package org.gatun.tensor.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small blocks behind the threads' free lists: regions of 1 MiB from the system, in slabs of 64 KiB, each in blocks of one size.
 * Blocks come and go in batches. A slab that has become free serves any size; a region that has become free goes back to the system on
 * {@link #trim}.
 */
final class SlabHeap {
    private static final int REGION_BITS = 20;
    private static final int REGION = 1 << REGION_BITS;
    private static final int SLABS = REGION / Slab.BYTES;

    private final SystemMemory system;
    private final Map<Long, Slab[]> regions = new HashMap<>();
    private final List<List<Slab>> partial = new ArrayList<>();
    private final List<Slab> empty = new ArrayList<>();

    // The region looked up last: blocks that are freed together mostly lie together.
    private long lastKey = -1;
    private Slab[] lastRegion = {};

    SlabHeap(SystemMemory system) {
        this.system = system;
        for (int i = 0; i < SizeClass.COUNT; i++) {
            partial.add(new ArrayList<>());
        }
    }

    /** Takes up to {@code count} blocks; writes their addresses from {@code into[from]} on and returns how many, 0 if there are none. */
    synchronized int take(int sizeClass, long[] into, int from, int count) {
        List<Slab> slabs = partial.get(sizeClass);
        int taken = 0;
        while (taken < count) {
            if (slabs.isEmpty()) {
                Slab fresh = taken == 0 ? emptySlab() : null;
                if (fresh == null) {
                    break;
                }
                fresh.assign(sizeClass);
                list(fresh);
            }
            Slab slab = slabs.getLast();
            taken += slab.take(into, from + taken, count - taken);
            if (slab.free == 0) {
                unlist(slab);
            }
        }
        return taken;
    }

    /** Takes back the blocks at {@code addresses[from]} to {@code addresses[to - 1]}. */
    synchronized void give(long[] addresses, int from, int to) {
        for (int i = from; i < to; i++) {
            Slab slab = slabOf(addresses[i]);
            slab.give(addresses[i]);
            if (slab.free == slab.capacity) {
                if (slab.listed >= 0) {
                    unlist(slab);
                }
                empty.add(slab);
            } else if (slab.listed < 0) {
                list(slab);
            }
        }
    }

    /** Gives the regions that are wholly free back to the system. */
    synchronized void trim() {
        boolean any = false;
        for (Iterator<Slab[]> all = regions.values().iterator(); all.hasNext(); ) {
            Slab[] region = all.next();
            if (isFree(region)) {
                all.remove();
                for (Slab slab : region) {
                    slab.capacity = -1; // marks it for removal below
                }
                system.give(region[0].address, REGION);
                any = true;
            }
        }
        if (any) {
            lastKey = -1;
            empty.removeIf(slab -> slab.capacity < 0);
        }
    }

    /** How many blocks of the class are handed out. */
    synchronized long used(int sizeClass) {
        long used = 0;
        for (Slab[] region : regions.values()) {
            for (Slab slab : region) {
                if (slab.sizeClass == sizeClass) {
                    used += slab.capacity - slab.free;
                }
            }
        }
        return used;
    }

    private static boolean isFree(Slab[] region) {
        for (Slab slab : region) {
            if (slab.free < slab.capacity) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Slab emptySlab() {
        if (empty.isEmpty()) {
            long address = system.take(REGION, REGION);
            if (address == 0) {
                return null;
            }
            Slab[] region = new Slab[SLABS];
            for (int i = SLABS - 1; i >= 0; i--) {
                region[i] = new Slab(address + (long) i * Slab.BYTES);
                empty.add(region[i]);
            }
            regions.put(address >>> REGION_BITS, region);
        }
        return empty.removeLast();
    }

    private Slab slabOf(long address) {
        long key = address >>> REGION_BITS;
        if (key != lastKey) {
            Slab[] found = regions.get(key);
            if (found == null) {
                throw new IllegalStateException("no block of native memory lies at 0x" + Long.toHexString(address));
            }
            lastKey = key;
            lastRegion = found;
        }
        return lastRegion[(int) (address >>> 16) & (SLABS - 1)];
    }

    private void list(Slab slab) {
        List<Slab> slabs = partial.get(slab.sizeClass);
        slab.listed = slabs.size();
        slabs.add(slab);
    }

    private void unlist(Slab slab) {
        List<Slab> slabs = partial.get(slab.sizeClass);
        Slab last = slabs.removeLast();
        if (last != slab) {
            slabs.set(slab.listed, last);
            last.listed = slab.listed;
        }
        slab.listed = -1;
    }
}
