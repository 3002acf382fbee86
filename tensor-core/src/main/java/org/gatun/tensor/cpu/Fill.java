package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** Repeats one element: a few copies by hand, the rest as block copies of what is there already. */
final class Fill {
    /** Bytes written element by element, and then the unit of the copies: it stays in the L1 cache. */
    private static final long SEED_BYTES = 2048;

    private Fill() {}

    /** Writes {@code n} copies of the element at {@code value} to {@code out}, in memory apart from it. */
    static void fill(long value, long out, long n, DType dtype) {
        long total = n * dtype.bytes();
        switch (Word.of(dtype)) {
            case BYTE -> Ram.ALL.asSlice(out, total).fill(Ram.getByte(value));
            case SHORT -> shorts(Ram.getShort(value), out, total);
            case INT -> ints(Ram.getInt(value), out, total);
            case LONG -> longs(Ram.getLong(value), out, total);
        }
    }

    private static void shorts(short element, long out, long total) {
        long seed = Math.min(total, SEED_BYTES);
        for (long i = 0; i < seed; i += 2) {
            Ram.putShort(out + i, element);
        }
        repeat(out, seed, total);
    }

    private static void ints(int element, long out, long total) {
        long seed = Math.min(total, SEED_BYTES);
        for (long i = 0; i < seed; i += 4) {
            Ram.putInt(out + i, element);
        }
        repeat(out, seed, total);
    }

    private static void longs(long element, long out, long total) {
        long seed = Math.min(total, SEED_BYTES);
        for (long i = 0; i < seed; i += 8) {
            Ram.putLong(out + i, element);
        }
        repeat(out, seed, total);
    }

    private static void repeat(long out, long seed, long total) {
        for (long done = seed; done < total; done += seed) {
            Ram.copy(out, out + done, Math.min(seed, total - done));
        }
    }
}
