package org.gatun.tensor.memory;

import java.lang.foreign.ValueLayout;
import org.gatun.bindings.Memory;

/**
 * The contents of memory that nobody owns, at leak level {@code paranoid}: 0x7FF7 in every two bytes, which reads as NaN in F64, F32,
 * BF16 and F16 alike.
 */
final class Poison {
    /** Whether memory is poisoned. */
    static final boolean ON = Settings.LEAK_LEVEL == LeakLevel.PARANOID;

    /** How many poisoned bytes lie behind a block at least, to find writes past its end. */
    static final int GUARD = ON ? 64 : 0;

    private static final long PATTERN = 0x7FF7_7FF7_7FF7_7FF7L;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private Poison() {}

    /** Poisons a block whose address and size are multiples of 8. */
    static void fill(long address, long bytes) {
        for (long at = address; at < address + bytes; at += Long.BYTES) {
            Memory.ALL.set(LONG, at, PATTERN);
        }
    }

    /**
     * Looks for a byte that was changed.
     *
     * @param address the first byte's address
     * @param end the address behind the last byte, a multiple of 8
     * @return the first changed byte's address, or -1
     */
    static long firstChanged(long address, long end) {
        long at = address;
        for (; at < end && at % Long.BYTES != 0; at++) {
            if (changed(at)) {
                return at;
            }
        }
        for (; at < end; at += Long.BYTES) {
            if (Memory.ALL.get(LONG, at) != PATTERN) {
                while (!changed(at)) {
                    at++;
                }
                return at;
            }
        }
        return -1;
    }

    private static boolean changed(long at) {
        int shift = Byte.SIZE * (int) (at % Long.BYTES);
        long word = Memory.ALL.get(LONG, at - at % Long.BYTES);
        return (byte) (word >>> shift) != (byte) (PATTERN >>> shift);
    }
}
