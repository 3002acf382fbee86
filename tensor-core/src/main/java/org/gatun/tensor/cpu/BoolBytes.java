package org.gatun.tensor.cpu;

import java.nio.ByteOrder;

/** Truth values between their two forms: bytes of 0 or 1 in memory, and bits of a mask, the first element the lowest bit. */
final class BoolBytes {
    private static final boolean BIG_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    private static final long ONES = 0x0101010101010101L;
    /** Bit i in byte i. */
    private static final long DIAGONAL = 0x8040201008040201L;
    /** A product with this brings the lowest bit of each byte into the top byte. */
    private static final long GATHER = 0x0102040810204080L;

    private BoolBytes() {}

    /** Writes the low 8 bits as 8 bytes. */
    static void put8(long address, long bits) {
        // Byte i keeps bit i only; adding 0x7F to it carries into its top bit unless it is 0.
        long marked = ((bits & 0xFF) * ONES & DIAGONAL) + 0x7F7F7F7F7F7F7F7FL;
        long bytes = marked >>> 7 & ONES;
        Ram.putLong(address, BIG_ENDIAN ? Long.reverseBytes(bytes) : bytes);
    }

    /** Reads 8 bytes as 8 bits. */
    static long get8(long address) {
        long bytes = Ram.getLong(address);
        return ((BIG_ENDIAN ? Long.reverseBytes(bytes) : bytes) * GATHER) >>> 56;
    }

    /** Writes the low {@code n} bits, at most 64, as bytes. */
    static void put(long address, long bits, int n) {
        for (int i = 0; i < n; i++) {
            Ram.putByte(address + i, (byte) (bits >>> i & 1));
        }
    }

    /** Reads {@code n} bytes, at most 64, as bits. */
    static long get(long address, int n) {
        long bits = 0;
        for (int i = 0; i < n; i++) {
            bits |= (long) Ram.getByte(address + i) << i;
        }
        return bits;
    }
}
