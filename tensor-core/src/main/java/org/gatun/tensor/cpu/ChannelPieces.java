package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;

/**
 * Channels in contiguous pieces, one channel at a time: a channel's sums read it in blocks; what is written then finds it in the cache.
 *
 * @param address of the first channel's first element
 * @param copied whether it is a copy with each channel in one piece
 * @param pieces of a channel
 * @param length elements of a piece
 * @param step bytes from one piece to the next
 */
record ChannelPieces(
        DType dtype,
        ChannelLoops loops,
        long address,
        boolean copied,
        long channels,
        long pieces,
        long length,
        long step)
        implements Channels {

    /** Channels in shorter pieces are copied together first. */
    private static final long SHORT = 8;

    private static final Axes CHANNELS_FIRST = Axes.listed("channels", 3, 1, 0, 2);

    static Channels of(ConcreteTensor x, Scratch scratch) {
        DType dtype = x.dtype();
        long n = x.shape().size(0);
        long channels = x.shape().size(1);
        long m = x.shape().size(2);
        boolean copied = m < SHORT && n > 1;
        Layout layout = copied ? x.layout().permuted(CHANNELS_FIRST) : x.layout();
        return new ChannelPieces(
                dtype,
                ChannelLoops.of(dtype),
                Rows.of(x.address(), layout, dtype, scratch),
                copied,
                channels,
                copied ? 1 : n,
                copied ? n * m : m,
                copied ? 0 : channels * m * dtype.bytes());
    }

    @Override
    public long size() {
        return pieces * length;
    }

    @Override
    public void forEach(Body body) {
        run(body, 0);
    }

    @Override
    public void write(ConcreteTensor out, Scratch scratch, Body body) {
        long to = copied ? scratch.allocate(channels * size() * dtype.bytes()) : out.address();
        run(body, to);
        if (copied) {
            Layout layout = out.layout().permuted(CHANNELS_FIRST);
            StridedCopy.copy(to, Layout.contiguous(layout.shape()), out.address(), layout, dtype);
        }
    }

    private void run(Body body, long to) {
        WorkerPool.parallelFor(channels, Math.max(1, GRAIN / Math.max(1, size())), (from, end) -> {
            for (long channel = from; channel < end; channel++) {
                body.run(channel, 1, to);
            }
        });
    }

    /** What is done for a block of a channel; {@code at} are bytes from the first channel's first element. */
    @FunctionalInterface
    private interface BlockBody {
        void run(long at, int n, int count);
    }

    /** Runs for all blocks of a channel, in order. */
    private void blocks(long channel, BlockBody body) {
        long first = channel * length * dtype.bytes();
        if (length >= ChannelLoops.BLOCK) {
            for (long p = 0; p < pieces; p++) {
                for (long i = 0; i < length; i += ChannelLoops.BLOCK) {
                    body.run(first + p * step + i * dtype.bytes(), (int) Math.min(ChannelLoops.BLOCK, length - i), 1);
                }
            }
            return;
        }
        long together = ChannelLoops.BLOCK / Math.max(1, length);
        for (long p = 0; p < pieces; p += together) {
            body.run(first + p * step, (int) length, (int) Math.min(together, pieces - p));
        }
    }

    @Override
    public void sum(long first, double[] sums) {
        for (int c = 0; c < sums.length; c++) {
            double[] sum = new double[1];
            blocks(first + c, (at, n, count) -> sum[0] += loops.sum(address + at, step, n, count));
            sums[c] += sum[0];
        }
    }

    @Override
    public void moments(long first, double[] shift, double[] sums, double[] squares) {
        for (int c = 0; c < sums.length; c++) {
            double s = shift[c];
            double[] both = new double[2];
            blocks(first + c, (at, n, count) -> loops.moments(address + at, step, n, count, s, both));
            sums[c] += both[0];
            squares[c] += both[1];
        }
    }

    @Override
    public void products(long first, long toX, double[] shift, double[] sums, double[] products) {
        for (int c = 0; c < sums.length; c++) {
            double s = shift[c];
            double[] both = new double[2];
            blocks(
                    first + c,
                    (at, n, count) -> loops.products(address + at, address + toX + at, step, n, count, s, both));
            sums[c] += both[0];
            products[c] += both[1];
        }
    }

    @Override
    public void affine(long first, long to, double[] shift, double[] factor, double[] term) {
        for (int c = 0; c < shift.length; c++) {
            double s = shift[c];
            double f = factor[c];
            double t = term[c];
            blocks(first + c, (at, n, count) -> loops.affine(address + at, to + at, step, n, count, s, f, t));
        }
    }

    @Override
    public void combine(long first, long toX, long to, double[] shift, double[] factor, double[] slope, double[] term) {
        for (int c = 0; c < shift.length; c++) {
            double s = shift[c];
            double f = factor[c];
            double l = slope[c];
            double t = term[c];
            blocks(
                    first + c,
                    (at, n, count) ->
                            loops.combine(address + at, address + toX + at, to + at, step, n, count, s, f, l, t));
        }
    }
}
