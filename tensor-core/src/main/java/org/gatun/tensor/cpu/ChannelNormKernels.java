package org.gatun.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The fused kernels of {@link org.gatun.tensor.composite.ChannelNorm}, of its gradient, and of the same with given statistics: a channel at
 * a time, where it lies. A channel's sums read it in blocks; what is written then finds it in the cache.
 */
public final class ChannelNormKernels {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 13;

    /** Channels in shorter pieces are copied together first. */
    private static final long SHORT = 8;

    private ChannelNormKernels() {}

    /** The kernel of the function, with or without a weight in front of the bias. */
    public static Composite.Kernel forward(double epsilon, boolean weighted) {
        return in -> {
            ConcreteTensor bias = in.length > (weighted ? 2 : 1) ? in[in.length - 1] : null;
            return normalize(epsilon, in[0], weighted ? in[1] : null, bias);
        };
    }

    /** The kernel of the cotangents that are wanted. */
    public static Composite.Kernel gradient(boolean ofInput, boolean ofWeight, boolean ofBias) {
        return in -> gradient(ofInput, ofWeight, ofBias, in[0], in[1], in[2], in.length > 3 ? in[3] : null);
    }

    /** The kernel of {@code (x - shift) factor + term} for x (n, channels, m) and the others (channels). */
    public static ConcreteTensor affine(
            ConcreteTensor x, ConcreteTensor shift, ConcreteTensor factor, ConcreteTensor term) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            long shifts = Rows.of(shift, scratch);
            long factors = Rows.of(factor, scratch);
            long terms = Rows.of(term, scratch);
            ConcreteTensor out = ConcreteTensor.allocate(dtype, x.shape(), x.device());
            from.write(
                    out,
                    scratch,
                    (channel, to) -> from.blocks(
                            channel,
                            (at, step, n, count) -> from.loops.affine(
                                    from.address + at,
                                    to + at,
                                    step,
                                    n,
                                    count,
                                    get(dtype, shifts, channel),
                                    get(dtype, factors, channel),
                                    get(dtype, terms, channel))));
            return out;
        }
    }

    private static ConcreteTensor[] normalize(
            double epsilon, ConcreteTensor x, @Nullable ConcreteTensor weight, @Nullable ConcreteTensor bias) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            long terms = bias == null ? 0 : Rows.of(bias, scratch);
            Shape[] shapes = {x.shape(), Shape.of(from.channels, 3)};
            ConcreteTensor[] out = Results.allocate(2, i -> ConcreteTensor.allocate(dtype, shapes[i], x.device()));
            long statistics = out[1].address();
            from.write(out[0], scratch, (channel, to) -> {
                double[] sums = new double[2];
                from.blocks(
                        channel, (at, step, n, count) -> sums[0] += from.loops.sum(from.address + at, step, n, count));
                double shift = rounded(dtype, sums[0] / from.size());
                sums[0] = 0;
                from.blocks(
                        channel,
                        (at, step, n, count) -> from.loops.moments(from.address + at, step, n, count, shift, sums));
                double offset = sums[0] / from.size();
                // Nothing cancels: the differences' mean is a rounding error beside them.
                double variance = Math.max(0, sums[1] / from.size() - offset * offset);
                double scale = 1 / Math.sqrt(variance + epsilon);
                put(dtype, statistics, 3 * channel, shift);
                put(dtype, statistics, 3 * channel + 1, offset);
                put(dtype, statistics, 3 * channel + 2, scale);
                double factor = weights == 0 ? scale : scale * get(dtype, weights, channel);
                double term = (terms == 0 ? 0 : get(dtype, terms, channel)) - offset * factor;
                from.blocks(
                        channel,
                        (at, step, n, count) ->
                                from.loops.affine(from.address + at, to + at, step, n, count, shift, factor, term));
            });
            return out;
        }
    }

    private static ConcreteTensor[] gradient(
            boolean ofInput,
            boolean ofWeight,
            boolean ofBias,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            @Nullable ConcreteTensor weight) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            Channels cotangents = Channels.of(g, scratch);
            long toX = from.address - cotangents.address;
            long parts = Rows.of(statistics, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            List<Shape> shapes = new ArrayList<>();
            if (ofInput) {
                shapes.add(x.shape());
            }
            int count = (ofWeight ? 1 : 0) + (ofBias ? 1 : 0);
            for (int i = 0; i < count; i++) {
                shapes.add(Shape.of(from.channels));
            }
            ConcreteTensor[] out =
                    Results.allocate(shapes.size(), i -> ConcreteTensor.allocate(dtype, shapes.get(i), x.device()));
            long toWeight = ofWeight ? out[ofInput ? 1 : 0].address() : 0;
            long toBias = ofBias ? out[out.length - 1].address() : 0;
            ChannelBody body = (channel, to) -> {
                double shift = get(dtype, parts, 3 * channel);
                double offset = get(dtype, parts, 3 * channel + 1);
                double scale = get(dtype, parts, 3 * channel + 2);
                double[] sums = new double[2];
                cotangents.blocks(channel, (at, step, n, pieces) -> {
                    long address = cotangents.address + at;
                    cotangents.loops.products(address, address + toX, step, n, pieces, shift, sums);
                });
                double along = scale * (sums[1] - offset * sums[0]);
                if (ofWeight) {
                    put(dtype, toWeight, channel, along);
                }
                if (ofBias) {
                    put(dtype, toBias, channel, sums[0]);
                }
                if (ofInput) {
                    double factor = weights == 0 ? scale : scale * get(dtype, weights, channel);
                    double slope = -factor * scale * along / from.size();
                    double term = -factor * sums[0] / from.size() - slope * offset;
                    cotangents.blocks(channel, (at, step, n, pieces) -> {
                        long address = cotangents.address + at;
                        cotangents.loops.combine(
                                address, address + toX, to + at, step, n, pieces, shift, factor, slope, term);
                    });
                }
            };
            if (ofInput) {
                from.write(out[0], scratch, body);
            } else {
                from.forEach(channel -> body.run(channel, 0));
            }
            return out;
        }
    }

    /** What is done for one channel. */
    @FunctionalInterface
    private interface ChannelBody {
        /** Runs. {@code to} is where the first channel's results begin, which lie as the operand does. */
        void run(long channel, long to);
    }

    /** What is done for a block of a channel; {@code at} are bytes from the first channel's first element. */
    @FunctionalInterface
    private interface BlockBody {
        void run(long at, long step, int n, int count);
    }

    /**
     * The elements of a tensor (n, channels, m): where they lie, or a copy of them with each channel in one piece.
     *
     * @param copied whether it is a copy
     * @param pieces of a channel
     * @param length elements of a piece
     * @param step bytes from one piece to the next
     */
    private record Channels(
            DType dtype,
            ChannelLoops loops,
            long address,
            boolean copied,
            long channels,
            long pieces,
            long length,
            long step) {

        private static final Axes CHANNELS_FIRST = Axes.listed("channels", 3, 1, 0, 2);

        static Channels of(ConcreteTensor x, Scratch scratch) {
            DType dtype = x.dtype();
            long n = x.shape().size(0);
            long channels = x.shape().size(1);
            long m = x.shape().size(2);
            boolean copied = m < SHORT && n > 1;
            Layout layout = copied ? x.layout().permuted(CHANNELS_FIRST) : x.layout();
            return new Channels(
                    dtype,
                    ChannelLoops.of(dtype),
                    Rows.of(x.address(), layout, dtype, scratch),
                    copied,
                    channels,
                    copied ? 1 : n,
                    copied ? n * m : m,
                    copied ? 0 : channels * m * dtype.bytes());
        }

        /** The elements of a channel. */
        long size() {
            return pieces * length;
        }

        /** Runs for all channels, in parallel. */
        void forEach(LongConsumer body) {
            WorkerPool.parallelFor(channels, Math.max(1, GRAIN / Math.max(1, size())), (from, end) -> {
                for (long channel = from; channel < end; channel++) {
                    body.accept(channel);
                }
            });
        }

        /** Runs for all channels, in parallel, and sees to it that results which lie as these elements do get into a tensor. */
        void write(ConcreteTensor out, Scratch scratch, ChannelBody body) {
            long to = copied ? scratch.allocate(channels * size() * dtype.bytes()) : out.address();
            forEach(channel -> body.run(channel, to));
            if (copied) {
                Layout layout = out.layout().permuted(CHANNELS_FIRST);
                StridedCopy.copy(to, Layout.contiguous(layout.shape()), out.address(), layout, dtype);
            }
        }

        /** Runs for all blocks of a channel, in order. */
        void blocks(long channel, BlockBody body) {
            long first = channel * length * dtype.bytes();
            if (length >= ChannelLoops.BLOCK) {
                for (long p = 0; p < pieces; p++) {
                    for (long i = 0; i < length; i += ChannelLoops.BLOCK) {
                        int n = (int) Math.min(ChannelLoops.BLOCK, length - i);
                        body.run(first + p * step + i * dtype.bytes(), 0, n, 1);
                    }
                }
                return;
            }
            long together = ChannelLoops.BLOCK / Math.max(1, length);
            for (long p = 0; p < pieces; p += together) {
                body.run(first + p * step, step, (int) length, (int) Math.min(together, pieces - p));
            }
        }
    }

    private static double rounded(DType dtype, double value) {
        return dtype == DType.F32 ? (float) value : value;
    }

    private static double get(DType dtype, long address, long index) {
        return dtype == DType.F32 ? Ram.getFloat(address + 4 * index) : Ram.getDouble(address + 8 * index);
    }

    private static void put(DType dtype, long address, long index, double value) {
        if (dtype == DType.F32) {
            Ram.putFloat(address + 4 * index, (float) value);
        } else {
            Ram.putDouble(address + 8 * index, value);
        }
    }
}
