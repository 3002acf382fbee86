package org.gatun.tensor.cpu;

/** Chooses between arrays of bytes, eight at a time in the bits of a {@code long}. */
final class ByteSelectLoop implements SelectKernel {
    @Override
    public void apply(long cond, long a, long b, long out, long n) {
        long i = 0;
        for (; i + 8 <= n; i += 8) {
            // 0xFF in every byte whose condition is 1
            long chosen = Ram.getLong(cond + i) * 0xFF;
            Ram.putLong(out + i, (Ram.getLong(a + i) & chosen) | (Ram.getLong(b + i) & ~chosen));
        }
        for (; i < n; i++) {
            Ram.putByte(out + i, Ram.getByte((Ram.getByte(cond + i) != 0 ? a : b) + i));
        }
    }
}
