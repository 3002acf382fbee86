package org.gatun.tensor.memory;

/**
 * The sizes of small blocks: multiples of 64 bytes up to 1 KiB, then four sizes to each doubling up to 8 KiB, so that at most a fifth
 * of a block beyond 1 KiB is lost to rounding.
 */
final class SizeClass {
    /** The largest small block. */
    static final int LARGEST = 8192;

    static final int COUNT = 28;

    private static final int GRAIN = 64;
    private static final int GRAIN_BITS = 6;
    private static final int STEPS_FROM = 1024;
    private static final int[] BYTES = new int[COUNT];
    private static final byte[] OF_GRAINS = new byte[LARGEST / GRAIN + 1];

    static {
        int sizeClass = 0;
        for (int bytes = GRAIN; bytes <= LARGEST; sizeClass++) {
            BYTES[sizeClass] = bytes;
            bytes += bytes < STEPS_FROM ? GRAIN : Integer.highestOneBit(bytes) / 4;
        }
        int smallest = 0;
        for (int grains = 0; grains < OF_GRAINS.length; grains++) {
            if (grains * GRAIN > BYTES[smallest]) {
                smallest++;
            }
            OF_GRAINS[grains] = (byte) smallest;
        }
    }

    private SizeClass() {}

    /** The smallest class that holds {@code bytes}, 0 to {@link #LARGEST}. */
    static int of(long bytes) {
        return OF_GRAINS[(int) ((bytes + GRAIN - 1) >>> GRAIN_BITS)];
    }

    /** The size of the class's blocks. */
    static int bytes(int sizeClass) {
        return BYTES[sizeClass];
    }
}
