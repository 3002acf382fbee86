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
        long bytes = inner * dtype.bytes();
        WorkerPool.parallelFor(along.outer() * along.count(), Math.max(1, GRAIN / inner), (from, to) -> {
            if (inner == 1) {
                selectElements(dtype, x, index, out, from, to, along);
                return;
            }
            for (long row = from; row < to; row++) {
                long o = row / along.count();
                long place = along.place(Ram.getLong(index + 8 * (row - o * along.count())));
                Ram.copy(x + (o * along.size() + place) * bytes, out + row * bytes, bytes);
            }
        });
    }

    private static void selectElements(
            DType dtype, long x, long index, long out, long from, long to, IndexedAxis along) {
        long o = from / along.count();
        long i = from % along.count();
        for (long row = from; row < to; row++) {
            long place = o * along.size() + along.place(Ram.getLong(index + 8 * i));
            switch (dtype) {
                case F32, I32 -> Ram.putInt(out + 4 * row, Ram.getInt(x + 4 * place));
                case F64, I64 -> Ram.putLong(out + 8 * row, Ram.getLong(x + 8 * place));
                case U8, BOOL -> Ram.putByte(out + row, Ram.getByte(x + place));
            }
            if (++i == along.count()) {
                i = 0;
                o++;
            }
        }
    }

    /** {@code out[o, index[i], :] += src[o, i, :]}, in the order of i. */
    static void add(DType dtype, long src, long index, long out, IndexedAxis along) {
        BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        long inner = along.inner();
        long size = dtype.bytes();
        // Threads share the columns, not the indices, so that each sum is made in order by one thread.
        long panel = along.outer() * inner <= WIDE_PANEL * WorkerPool.threads() ? NARROW_PANEL : WIDE_PANEL;
        long panels = (inner - 1) / panel + 1;
        long grain = Math.max(1, GRAIN / (along.count() * Math.min(inner, panel)));
        WorkerPool.parallelFor(along.outer() * panels, grain, (from, to) -> {
            for (long p = from; p < to; p++) {
                long o = p / panels;
                long first = p % panels * panel;
                long width = Math.min(panel, inner - first);
                for (long i = 0; i < along.count(); i++) {
                    long place = along.place(Ram.getLong(index + 8 * i));
                    long sum = out + ((o * along.size() + place) * inner + first) * size;
                    add.apply(sum, src + ((o * along.count() + i) * inner + first) * size, sum, width);
                }
            }
        });
    }
}
