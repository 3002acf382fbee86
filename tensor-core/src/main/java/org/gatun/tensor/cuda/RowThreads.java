package org.gatun.tensor.cuda;

import org.gatun.tensor.DType;

/**
 * How the rows of a matrix are divided among threads, for kernels that go through each row by itself: blocks of {@link #THREADS}.
 *
 * @param lanes the threads of a row: a power of two within a warp, or a whole block
 * @param vector whether a row is read in steps of 16 bytes
 * @param blocks the blocks of the launch
 */
record RowThreads(long lanes, boolean vector, long blocks) {
    static final int THREADS = 256;

    private static final int WARP = 32;
    private static final long MOST_BLOCKS = 1 << 20;
    private static final int ACCESS = 16;

    /** Rows of at least so many elements have a block each. */
    private static final long LONG = 2048;

    /**
     * For rows that lie one after the other.
     *
     * @param addresses of the rows in all tensors of the dtype, joined by "or"
     */
    static RowThreads of(DType dtype, long addresses, long rows, long n) {
        long width = ACCESS / dtype.bytes();
        boolean vector = addresses % ACCESS == 0 && n % width == 0;
        long lanes = n >= LONG ? THREADS : Math.clamp(powerOfTwo(vector ? n / width : n), 1, WARP);
        return new RowThreads(lanes, vector, blocks(Math.ceilDiv(rows, THREADS / lanes)));
    }

    /** So many blocks, or the most that a grid is given; kernels walk over the rest. */
    static long blocks(long wanted) {
        return Math.min(wanted, MOST_BLOCKS);
    }

    /** Whether a row is read in steps of 16 bytes, as kernels take it. */
    long vectorFlag() {
        return vector ? 1 : 0;
    }

    /** The least power of two that is not less. */
    static long powerOfTwo(long n) {
        return n <= 1 ? 1 : Long.highestOneBit(n - 1) << 1;
    }
}
