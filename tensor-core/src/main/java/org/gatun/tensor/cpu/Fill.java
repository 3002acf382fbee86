package org.gatun.tensor.cpu;

/** Repeats one element: a few copies by hand, the rest as block copies of what is there already. */
final class Fill {
    /** Bytes written element by element, and then the unit of the copies: it stays in the L1 cache. */
    private static final long SEED_BYTES = 2048;

    private Fill() {}

    static void fill(long value, long out, long n, int bytes) {
        long total = n * bytes;
        long seed = Math.min(total, SEED_BYTES);
        if (bytes == 1) {
            Ram.ALL.asSlice(out, total).fill(Ram.getByte(value));
            return;
        }
        if (bytes == 4) {
            int element = Ram.getInt(value);
            for (long i = 0; i < seed; i += 4) {
                Ram.putInt(out + i, element);
            }
        } else {
            long element = Ram.getLong(value);
            for (long i = 0; i < seed; i += 8) {
                Ram.putLong(out + i, element);
            }
        }
        for (long done = seed; done < total; done += seed) {
            Ram.copy(out, out + done, Math.min(seed, total - done));
        }
    }
}
