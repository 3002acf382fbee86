package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;

/**
 * Channels of F32 side by side, the columns of a matrix: strips of them are read row by row, so that nothing is transposed. A strip is as
 * wide as its sums fit in the first-level cache: long rows matter more than what stays in a cache from one pass over a strip to the next.
 *
 * @param address of the matrix
 * @param rows elements of a channel
 * @param channels how many columns there are
 */
record ChannelColumns(long address, long rows, long channels) implements Channels {
    /** Rows whose sums are kept as floats; sums over more are added up in double precision. */
    private static final int BLOCK = 64;

    /** Fewer columns than this leave vectors empty. */
    private static final int FEWEST = 8;

    /** What threads divide the columns by, so that they share no cache line. */
    private static final int UNIT = 64;

    /** Columns of a strip: the sums and parameters of as many stay in the first-level cache. */
    private static final int WIDEST = 1024;

    /** Whether a tensor's channels are such columns, and vectors compute them. */
    static boolean suits(ConcreteTensor x) {
        return VectorSupport.ENABLED
                && x.dtype() == DType.F32
                && x.shape().size(2) == 1
                && x.shape().size(0) > 1
                && x.shape().size(1) >= FEWEST;
    }

    static Channels of(ConcreteTensor x, Scratch scratch) {
        return new ChannelColumns(
                Rows.of(x, scratch), x.shape().size(0), x.shape().size(1));
    }

    @Override
    public long size() {
        return rows;
    }

    @Override
    public void forEach(Body body) {
        run(body, 0);
    }

    @Override
    public void write(ConcreteTensor out, Scratch scratch, Body body) {
        run(body, out.address());
    }

    private void run(Body body, long to) {
        long grain = (Math.max(1, GRAIN / rows) + UNIT - 1) / UNIT;
        WorkerPool.parallelFor((channels + UNIT - 1) / UNIT, grain, (from, end) -> {
            long last = Math.min(channels, end * UNIT);
            for (long c = from * UNIT; c < last; c += WIDEST) {
                body.run(c, (int) Math.min(WIDEST, last - c), to);
            }
        });
    }

    /** What is done for a block of rows of a strip; {@code at} are bytes from the matrix's first element. */
    @FunctionalInterface
    private interface RowsBody {
        void run(long at, int count);
    }

    private long step() {
        return Float.BYTES * channels;
    }

    private void blocks(long first, RowsBody body) {
        for (long r = 0; r < rows; r += BLOCK) {
            body.run(Float.BYTES * first + r * step(), (int) Math.min(BLOCK, rows - r));
        }
    }

    @Override
    public void sum(long first, double[] sums) {
        int n = sums.length;
        try (Scratch scratch = Scratch.open()) {
            long block = zeros(n, scratch);
            blocks(first, (at, count) -> {
                F32ColumnLoops.sum(address + at, step(), count, n, block);
                flush(block, sums);
            });
        }
    }

    @Override
    public void moments(long first, double[] shift, double[] sums, double[] squares) {
        int n = sums.length;
        try (Scratch scratch = Scratch.open()) {
            long s = floats(shift, scratch);
            long block = zeros(n, scratch);
            long blockOfSquares = zeros(n, scratch);
            blocks(first, (at, count) -> {
                F32ColumnLoops.moments(address + at, step(), count, n, s, block, blockOfSquares);
                flush(block, sums);
                flush(blockOfSquares, squares);
            });
        }
    }

    @Override
    public void products(long first, long toX, double[] shift, double[] sums, double[] products) {
        int n = sums.length;
        try (Scratch scratch = Scratch.open()) {
            long s = floats(shift, scratch);
            long block = zeros(n, scratch);
            long blockOfProducts = zeros(n, scratch);
            blocks(first, (at, count) -> {
                F32ColumnLoops.products(address + at, toX, step(), count, n, s, block, blockOfProducts);
                flush(block, sums);
                flush(blockOfProducts, products);
            });
        }
    }

    @Override
    public void affine(long first, long to, double[] shift, double[] factor, double[] term) {
        try (Scratch scratch = Scratch.open()) {
            long s = floats(shift, scratch);
            long f = floats(factor, scratch);
            long t = floats(term, scratch);
            blocks(
                    first,
                    (at, count) -> F32ColumnLoops.affine(address + at, to + at, step(), count, shift.length, s, f, t));
        }
    }

    @Override
    public void combine(long first, long toX, long to, double[] shift, double[] factor, double[] slope, double[] term) {
        try (Scratch scratch = Scratch.open()) {
            long s = floats(shift, scratch);
            long f = floats(factor, scratch);
            long l = floats(slope, scratch);
            long t = floats(term, scratch);
            blocks(
                    first,
                    (at, count) -> F32ColumnLoops.combine(
                            address + at, toX, to + at, step(), count, shift.length, s, f, l, t));
        }
    }

    private static long zeros(int n, Scratch scratch) {
        return floats(new double[n], scratch);
    }

    private static long floats(double[] values, Scratch scratch) {
        long at = scratch.allocate((long) Float.BYTES * values.length);
        for (int i = 0; i < values.length; i++) {
            Ram.putFloat(at + (long) Float.BYTES * i, (float) values[i]);
        }
        return at;
    }

    /** Adds what a block of rows came to, and begins anew. */
    private static void flush(long block, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            long at = block + (long) Float.BYTES * i;
            sums[i] += Ram.getFloat(at);
            Ram.putFloat(at, 0);
        }
    }
}
