package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The fused kernels of {@link org.gatun.tensor.composite.Attention} and its gradient: block by block of queries and keys, so that the scores are
 * never all there (Dao 2023, FlashAttention-2). The maximum and the sum of a query's scores are carried along from block to block of keys.
 */
public final class AttentionKernels {
    /** The work, in multiplications, that is worth a thread. */
    private static final double GRAIN = 1 << 20;

    private AttentionKernels() {}

    /** The kernel of the function. */
    public static Composite.Kernel forward(boolean causal, double scale) {
        return Widening.around(1, in -> forward(causal, scale, in));
    }

    /** The kernel of the cotangents of queries, keys and values. */
    public static Composite.Kernel gradient(boolean causal, double scale) {
        return Widening.around(in -> new Gradient(causal, scale, in).run());
    }

    private static ConcreteTensor[] forward(boolean causal, double scale, ConcreteTensor[] in) {
        ConcreteTensor q = in[0];
        var blocks = new AttentionBlocks(causal, scale, q, in[1], in[2], in.length > 3 ? in[3] : null);
        int rank = q.shape().rank();
        Shape row = q.shape().withSize(rank - 1, 1);
        Shape[] shapes = {q.shape().withSize(rank - 1, in[2].shape().size(rank - 1)), row, row};
        ConcreteTensor[] out = Results.allocate(3, i -> ConcreteTensor.allocate(q.dtype(), shapes[i], q.device()));
        long[] at = {out[0].address(), out[1].address(), out[2].address()};
        long perHead = blocks.queryBlocks();
        return Results.filled(
                out,
                () -> WorkerPool.parallelFor(blocks.q.count() * perHead, grain(blocks), (begin, end) -> {
                    for (long unit = begin; unit < end; unit++) {
                        try (Scratch scratch = Scratch.open()) {
                            forward(blocks, unit / perHead, unit % perHead * AttentionBlocks.QUERIES, at, scratch);
                        }
                    }
                }));
    }

    private static long grain(AttentionBlocks blocks) {
        return (long) Math.max(1, GRAIN / Math.max(1, blocks.work()));
    }

    /** A block of queries with all keys: the results at the addresses of out, shift and logarithm. */
    private static void forward(AttentionBlocks blocks, long head, long first, long[] at, Scratch scratch) {
        AttentionRows rows = blocks.rows;
        int size = blocks.size;
        int count = (int) Math.min(AttentionBlocks.QUERIES, blocks.q.rows() - first);
        int width = (int) blocks.v.columns();
        long row = head * blocks.q.rows() + first;
        long out = at[0] + row * width * size;
        Matrix queries = blocks.queries(head, first, count, scratch);
        long scores = scratch.allocate(count * blocks.mostKeys() * size);
        double[] largest = new double[count];
        double[] sum = new double[count];
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        long keys = blocks.keysBefore(first + count);
        for (long key = 0; key < keys; key += AttentionBlocks.KEYS) {
            long n = Math.min(AttentionBlocks.KEYS, keys - key);
            blocks.scores(head, queries, first, key, n, scores);
            for (int r = 0; r < count; r++) {
                long x = scores + r * n * size;
                int seen = blocks.seen(first + r, key, n);
                double max = Math.max(largest[r], rows.max(x, seen));
                double part = rows.powers(x, seen, shift(max));
                Ram.zero(x + (long) seen * size, (n - seen) * size);
                if (key > 0) {
                    // Before the first key that is seen there is nothing to rescale.
                    double factor = sum[r] == 0 ? 0 : Math.exp(shift(largest[r]) - shift(max));
                    rows.scale(out + (long) r * width * size, width, factor, out + (long) r * width * size);
                    part += sum[r] * factor;
                }
                sum[r] = part;
                largest[r] = max;
            }
            Matrix powers = Matrix.contiguous(scores, count, n);
            Gemm.multiply(blocks.dtype, powers, blocks.v.rows(head, key, n), out, width, key > 0, null);
        }
        for (int r = 0; r < count; r++) {
            double divisor = sum[r] == 0 ? 1 : sum[r];
            rows.divide(out + (long) r * width * size, width, divisor);
            blocks.put(at[1] + (row + r) * size, shift(largest[r]));
            blocks.put(at[2] + (row + r) * size, Math.log(divisor));
        }
    }

    /** What is taken from scores before their exponentials: the largest, or 0 if that is infinite. */
    private static double shift(double largest) {
        return Double.isInfinite(largest) ? 0 : largest;
    }

    /** The derivative in reverse of one call. */
    private static final class Gradient {
        private final AttentionBlocks blocks;
        private final ConcreteTensor[] in;
        private final Heads shift;
        private final Heads log;
        private final Heads g;
        private final Heads delta;
        private final long keyBytes;
        private final long valueBytes;

        /** Operands are those of attention, its second and third results, and g and delta. */
        Gradient(boolean causal, double scale, ConcreteTensor[] in) {
            int n = in.length - 4;
            this.blocks = new AttentionBlocks(causal, scale, in[0], in[1], in[2], mask(in, n));
            this.in = in;
            this.shift = new Heads(in[n]);
            this.log = new Heads(in[n + 1]);
            this.g = new Heads(in[n + 2]);
            this.delta = new Heads(in[n + 3]);
            this.keyBytes = blocks.k.rows() * blocks.k.columns() * blocks.size;
            this.valueBytes = blocks.v.rows() * blocks.v.columns() * blocks.size;
        }

        private static @Nullable ConcreteTensor mask(ConcreteTensor[] in, int n) {
            return n > 3 ? in[3] : null;
        }

        /**
         * Where there are too few heads for all threads, the blocks of queries of each head are dealt out in several parts, each with cotangents
         * of keys and values of its own, which are added at the end.
         */
        ConcreteTensor[] run() {
            ConcreteTensor[] out =
                    Results.allocate(3, i -> ConcreteTensor.allocate(in[i].dtype(), in[i].shape(), in[i].device()));
            return Results.filled(out, () -> fill(out));
        }

        private void fill(ConcreteTensor[] out) {
            long heads = blocks.q.count();
            long threads = WorkerPool.insideLoop() ? 1 : WorkerPool.threads();
            long parts =
                    heads == 0 ? 1 : Math.clamp((threads + heads - 1) / heads, 1, Math.max(1, blocks.queryBlocks()));
            long toQueries = out[0].address();
            long toKeys = out[1].address();
            long toValues = out[2].address();
            try (Scratch scratch = Scratch.open()) {
                long moreKeys = scratch.allocate((parts - 1) * heads * keyBytes);
                long moreValues = scratch.allocate((parts - 1) * heads * valueBytes);
                long grain = Math.max(1, grain(blocks) * parts / Math.max(1, blocks.queryBlocks()));
                WorkerPool.parallelFor(heads * parts, grain, (begin, end) -> {
                    for (long unit = begin; unit < end; unit++) {
                        long part = unit / heads;
                        long head = unit % heads;
                        long keys = part == 0 ? toKeys + head * keyBytes : moreKeys + (unit - heads) * keyBytes;
                        long values =
                                part == 0 ? toValues + head * valueBytes : moreValues + (unit - heads) * valueBytes;
                        part(head, part, parts, toQueries, keys, values);
                    }
                });
                for (long part = 1; part < parts; part++) {
                    add(toKeys, moreKeys + (part - 1) * heads * keyBytes, heads * keyBytes);
                    add(toValues, moreValues + (part - 1) * heads * valueBytes, heads * valueBytes);
                }
            }
        }

        private void add(long to, long from, long bytes) {
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, blocks.dtype);
            int size = blocks.size;
            WorkerPool.parallelFor(
                    bytes / size,
                    Cost.grain(2),
                    (begin, end) -> add.apply(to + begin * size, from + begin * size, to + begin * size, end - begin));
        }

        /** Blocks {@code part}, {@code part + parts}, ... of the queries of a head: causal ones differ in work. */
        private void part(long head, long part, long parts, long toQueries, long toKeys, long toValues) {
            Ram.zero(toKeys, keyBytes);
            Ram.zero(toValues, valueBytes);
            for (long block = part; block < blocks.queryBlocks(); block += parts) {
                try (Scratch scratch = Scratch.open()) {
                    block(head, block * AttentionBlocks.QUERIES, toQueries, toKeys, toValues, scratch);
                }
            }
        }

        private void block(long head, long first, long toQueries, long toKeys, long toValues, Scratch scratch) {
            int size = blocks.size;
            long count = Math.min(AttentionBlocks.QUERIES, blocks.q.rows() - first);
            long width = blocks.q.columns();
            long out = toQueries + (head * blocks.q.rows() + first) * width * size;
            Matrix queries = blocks.queries(head, first, count, scratch);
            Matrix cotangents = g.rows(head, first, count);
            long keys = blocks.keysBefore(first + count);
            long scores = scratch.allocate(count * blocks.mostKeys() * size);
            long flows = scratch.allocate(count * blocks.mostKeys() * size);
            for (long key = 0; key < keys; key += AttentionBlocks.KEYS) {
                long n = Math.min(AttentionBlocks.KEYS, keys - key);
                blocks.scores(head, queries, first, key, n, scores);
                Matrix values = blocks.v.rows(head, key, n);
                Gemm.multiply(blocks.dtype, cotangents, values.transposed(), flows, n, false, null);
                rows(head, first, count, key, n, scores, flows);
                Matrix softmax = Matrix.contiguous(scores, count, n);
                Matrix flow = Matrix.contiguous(flows, count, n);
                long columns = blocks.v.columns();
                Gemm.multiply(
                        blocks.dtype,
                        softmax.transposed(),
                        cotangents,
                        toValues + key * columns * size,
                        columns,
                        true,
                        null);
                Gemm.multiply(blocks.dtype, flow, blocks.k.rows(head, key, n), out, width, key > 0, null);
                Gemm.multiply(blocks.dtype, flow.transposed(), queries, toKeys + key * width * size, width, true, null);
            }
            blocks.scale(out, count);
        }

        private void rows(long head, long first, long count, long key, long n, long scores, long flows) {
            int size = blocks.size;
            Matrix shifts = shift.rows(head, first, count);
            Matrix logs = log.rows(head, first, count);
            Matrix deltas = delta.rows(head, first, count);
            for (long r = 0; r < count; r++) {
                int seen = blocks.seen(first + r, key, n);
                long row = scores + r * n * size;
                long flow = flows + r * n * size;
                blocks.rows.flow(row, flow, seen, element(shifts, r), element(logs, r), element(deltas, r));
                Ram.zero(row + (long) seen * size, (n - seen) * size);
                Ram.zero(flow + (long) seen * size, (n - seen) * size);
            }
        }

        private double element(Matrix column, long r) {
            return blocks.get(column.address() + r * column.rowStride() * blocks.size);
        }
    }
}
