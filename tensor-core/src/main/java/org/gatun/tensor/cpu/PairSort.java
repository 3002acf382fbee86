package org.gatun.tensor.cpu;

/**
 * Sorts pairs of a key and an index by the keys as unsigned numbers, stably. Keys and indices are longs in two arrays at raw
 * addresses. Few pairs are merged, many are sorted by radix: a pass over the pairs for every byte in which keys differ.
 */
final class PairSort {
    /** Runs of so many pairs are sorted by insertion. */
    private static final int RUN = 16;

    /** From here on radix passes are faster than merging. */
    static final long RADIX = 192;

    private static final int BUCKETS = 256;

    private PairSort() {}

    /** Sorts {@code n} pairs in place by keys of so many bytes, with scratch memory for as many. */
    static void sort(long keys, long indices, long n, int bytes, Scratch scratch) {
        if (n <= RUN) {
            insertion(keys, indices, 0, n);
            return;
        }
        long otherKeys = scratch.allocate(8 * n);
        long otherIndices = scratch.allocate(8 * n);
        if (n < RADIX) {
            merge(keys, indices, otherKeys, otherIndices, n);
        } else {
            radix(keys, indices, otherKeys, otherIndices, n, bytes);
        }
    }

    private static void insertion(long keys, long indices, long from, long to) {
        for (long i = from + 1; i < to; i++) {
            long key = Ram.getLong(keys + 8 * i);
            long index = Ram.getLong(indices + 8 * i);
            long j = i;
            while (j > from && Long.compareUnsigned(Ram.getLong(keys + 8 * (j - 1)), key) > 0) {
                Ram.putLong(keys + 8 * j, Ram.getLong(keys + 8 * (j - 1)));
                Ram.putLong(indices + 8 * j, Ram.getLong(indices + 8 * (j - 1)));
                j--;
            }
            Ram.putLong(keys + 8 * j, key);
            Ram.putLong(indices + 8 * j, index);
        }
    }

    private static void merge(long keys, long indices, long otherKeys, long otherIndices, long n) {
        for (long from = 0; from < n; from += RUN) {
            insertion(keys, indices, from, Math.min(from + RUN, n));
        }
        long k = keys;
        long x = indices;
        long toK = otherKeys;
        long toX = otherIndices;
        for (long width = RUN; width < n; width *= 2) {
            for (long from = 0; from < n; from += 2 * width) {
                mergeRuns(k, x, toK, toX, from, Math.min(from + width, n), Math.min(from + 2 * width, n));
            }
            long t = k;
            k = toK;
            toK = t;
            t = x;
            x = toX;
            toX = t;
        }
        back(k, x, keys, indices, n);
    }

    private static void mergeRuns(long k, long x, long toK, long toX, long from, long middle, long end) {
        long a = from;
        long b = middle;
        for (long i = from; i < end; i++) {
            boolean left = b == end
                    || (a < middle && Long.compareUnsigned(Ram.getLong(k + 8 * a), Ram.getLong(k + 8 * b)) <= 0);
            long source = left ? a++ : b++;
            Ram.putLong(toK + 8 * i, Ram.getLong(k + 8 * source));
            Ram.putLong(toX + 8 * i, Ram.getLong(x + 8 * source));
        }
    }

    private static void radix(long keys, long indices, long otherKeys, long otherIndices, long n, int bytes) {
        long[][] counts = new long[bytes][BUCKETS];
        count(keys, n, counts);
        long k = keys;
        long x = indices;
        long toK = otherKeys;
        long toX = otherIndices;
        for (int digit = 0; digit < bytes; digit++) {
            int shift = 8 * digit;
            long[] count = counts[digit];
            if (count[(int) (Ram.getLong(k) >>> shift) & (BUCKETS - 1)] == n) {
                continue;
            }
            long place = 0;
            for (int b = 0; b < BUCKETS; b++) {
                long c = count[b];
                count[b] = place;
                place += c;
            }
            distribute(k, x, toK, toX, n, shift, count);
            long t = k;
            k = toK;
            toK = t;
            t = x;
            x = toX;
            toX = t;
        }
        back(k, x, keys, indices, n);
    }

    private static void count(long keys, long n, long[][] counts) {
        for (long i = 0; i < n; i++) {
            long key = Ram.getLong(keys + 8 * i);
            for (int digit = 0; digit < counts.length; digit++) {
                counts[digit][(int) (key >>> (8 * digit)) & (BUCKETS - 1)]++;
            }
        }
    }

    private static void distribute(long k, long x, long toK, long toX, long n, int shift, long[] places) {
        for (long i = 0; i < n; i++) {
            long key = Ram.getLong(k + 8 * i);
            long to = places[(int) (key >>> shift) & (BUCKETS - 1)]++;
            Ram.putLong(toK + 8 * to, key);
            Ram.putLong(toX + 8 * to, Ram.getLong(x + 8 * i));
        }
    }

    /** Moves the result to where the caller looks for it, unless it is there. */
    private static void back(long k, long x, long keys, long indices, long n) {
        if (k != keys) {
            Ram.copy(k, keys, 8 * n);
            Ram.copy(x, indices, 8 * n);
        }
    }
}
