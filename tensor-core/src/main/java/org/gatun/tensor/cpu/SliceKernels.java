package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.Indexing.IndexedAxis;
import org.gatun.tensor.ir.BinaryFn;

/** The loops of {@code indexSelect} and {@code indexAdd}, with an index for every slice. The indices have been checked. */
final class SliceKernels {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 14;

    /** The columns that one thread adds up at a time, for few lanes and for many. */
    private static final long NARROW_PANEL = 64;

    private static final long WIDE_PANEL = 1024;

    private SliceKernels() {}

    /** {@code out[o, i, :] = x[o, index[i], :]}. */
    static void select(DType dtype, long x, long index, long out, IndexedAxis along) {
        long inner = along.inner();
        long count = along.count();
        if (inner == 1) {
            WorkerPool.parallelFor(along.outer() * count, GRAIN, (from, to) -> {
                long o = from / count;
                for (long begin = from; begin < to; o++) {
                    long end = Math.min(to, (o + 1) * count);
                    // every lane has the same indices
                    long places = index - 8 * o * count;
                    PlaceKernels.getRun(dtype, x, o * along.size(), places, out, begin, end - begin, along);
                    begin = end;
                }
            });
            return;
        }
        long bytes = inner * dtype.bytes();
        WorkerPool.parallelFor(along.outer() * count, Math.max(1, GRAIN / inner), (from, to) -> {
            for (long row = from; row < to; row++) {
                long o = row / count;
                long place = along.place(Ram.getLong(index + 8 * (row - o * count)));
                Ram.copy(x + (o * along.size() + place) * bytes, out + row * bytes, bytes);
            }
        });
    }

    /** {@code out[o, index[i], :] += src[o, i, :]}, in the order of i. */
    static void add(DType dtype, long src, long index, long out, IndexedAxis along) {
        long inner = along.inner();
        long count = along.count();
        if (inner == 1) {
            WorkerPool.parallelFor(along.outer(), Math.max(1, GRAIN / count), (from, to) -> {
                for (long o = from; o < to; o++) {
                    long places = index - 8 * o * count;
                    PlaceKernels.addRun(SumType.of(dtype), src, places, out, o * along.size(), o * count, count, along);
                }
            });
            return;
        }
        BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        long size = dtype.bytes();
        // Threads share the columns, not the indices, so that each sum is made in order by one thread.
        long panel = along.outer() * inner <= WIDE_PANEL * WorkerPool.threads() ? NARROW_PANEL : WIDE_PANEL;
        long panels = (inner - 1) / panel + 1;
        long grain = Math.max(1, GRAIN / (count * Math.min(inner, panel)));
        WorkerPool.parallelFor(along.outer() * panels, grain, (from, to) -> {
            for (long p = from; p < to; p++) {
                long o = p / panels;
                long first = p % panels * panel;
                long width = Math.min(panel, inner - first);
                for (long i = 0; i < count; i++) {
                    long place = along.place(Ram.getLong(index + 8 * i));
                    long sum = out + ((o * along.size() + place) * inner + first) * size;
                    add.apply(sum, src + ((o * count + i) * inner + first) * size, sum, width);
                }
            }
        });
    }
}
