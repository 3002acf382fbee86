package org.gatun.tensor.memory;

import java.util.Arrays;

/** 64 KiB of blocks of one size class, and a bit for each that says whether it is free. */
final class Slab {
    static final int BYTES = 1 << 16;

    final long address;
    int sizeClass;
    int free;
    int capacity;

    /** The index among its class's slabs with free blocks, or -1. */
    int listed = -1;

    private final long[] bits = new long[BYTES / 64 / Long.SIZE];

    Slab(long address) {
        this.address = address;
    }

    /** Divides the slab, all of it free, into blocks of a class. */
    void assign(int sizeClass) {
        this.sizeClass = sizeClass;
        capacity = BYTES / SizeClass.bytes(sizeClass);
        free = capacity;
        Arrays.fill(bits, 0);
        for (int i = 0; i < capacity; i++) {
            bits[i >>> 6] |= 1L << i;
        }
    }

    /** Takes up to {@code count} blocks; writes their addresses from {@code into[from]} on and returns how many. */
    int take(long[] into, int from, int count) {
        int taken = 0;
        int blockBytes = SizeClass.bytes(sizeClass);
        for (int w = 0; w < bits.length && taken < count; w++) {
            long word = bits[w];
            while (word != 0 && taken < count) {
                int block = w * Long.SIZE + Long.numberOfTrailingZeros(word);
                word &= word - 1;
                into[from + taken++] = address + (long) block * blockBytes;
            }
            bits[w] = word;
        }
        free -= taken;
        return taken;
    }

    /** Takes a block back. */
    void give(long block) {
        int index = (int) (block - address) / SizeClass.bytes(sizeClass);
        long bit = 1L << index;
        if ((bits[index >>> 6] & bit) != 0) {
            throw new IllegalStateException("native memory block freed twice: 0x" + Long.toHexString(block));
        }
        bits[index >>> 6] |= bit;
        free++;
    }
}
