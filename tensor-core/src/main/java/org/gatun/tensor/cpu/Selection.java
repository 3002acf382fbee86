package org.gatun.tensor.cpu;

/** Picks the few smallest of many keys without sorting all of them. */
final class Selection {
    private Selection() {}

    /**
     * Writes the indices of the {@code k} smallest keys, as unsigned numbers, in ascending order; of equal keys the earlier come first.
     *
     * <p>A heap holds the best so far with the worst on top. Keys arrive in the order of their indices, so that one equal to the worst
     * never replaces it.
     *
     * @param keys the address of the keys
     * @param n how many
     * @param places where the indices go
     * @param k how many to pick, from 1 to {@code n}
     */
    static void first(long keys, long n, long places, long k, Scratch scratch) {
        long heapKeys = scratch.allocate(8 * k);
        for (long i = 0; i < k; i++) {
            Ram.putLong(heapKeys + 8 * i, Ram.getLong(keys + 8 * i));
            Ram.putLong(places + 8 * i, i);
        }
        for (long i = k / 2 - 1; i >= 0; i--) {
            sink(heapKeys, places, k, i);
        }
        long worst = Ram.getLong(heapKeys);
        for (long i = k; i < n; i++) {
            long key = Ram.getLong(keys + 8 * i);
            if (Long.compareUnsigned(key, worst) < 0) {
                Ram.putLong(heapKeys, key);
                Ram.putLong(places, i);
                sink(heapKeys, places, k, 0);
                worst = Ram.getLong(heapKeys);
            }
        }
        // The top of the heap goes last, again and again.
        for (long size = k; size > 1; size--) {
            swap(heapKeys, places, 0, size - 1);
            sink(heapKeys, places, size - 1, 0);
        }
    }

    private static void sink(long keys, long places, long size, long from) {
        long i = from;
        while (2 * i + 1 < size) {
            long child = 2 * i + 1;
            if (child + 1 < size && isWorse(keys, places, child + 1, child)) {
                child++;
            }
            if (!isWorse(keys, places, child, i)) {
                return;
            }
            swap(keys, places, i, child);
            i = child;
        }
    }

    private static boolean isWorse(long keys, long places, long a, long b) {
        int order = Long.compareUnsigned(Ram.getLong(keys + 8 * a), Ram.getLong(keys + 8 * b));
        return order > 0 || (order == 0 && Ram.getLong(places + 8 * a) > Ram.getLong(places + 8 * b));
    }

    private static void swap(long keys, long places, long a, long b) {
        long key = Ram.getLong(keys + 8 * a);
        Ram.putLong(keys + 8 * a, Ram.getLong(keys + 8 * b));
        Ram.putLong(keys + 8 * b, key);
        long place = Ram.getLong(places + 8 * a);
        Ram.putLong(places + 8 * a, Ram.getLong(places + 8 * b));
        Ram.putLong(places + 8 * b, place);
    }
}
