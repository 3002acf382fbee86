package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.Indexing.IndexedAxis;

/** The loops of {@code gather} and {@code scatter}, with an index for every element. The indices have been checked. */
final class PlaceKernels {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 14;

    /** Lanes that one thread scatters into at a time: whole cache lines. */
    private static final long PANEL = 64;

    private PlaceKernels() {}

    /** {@code out[o, i, j] = x[o, index[o, i, j], j]}. */
    static void gather(DType dtype, long x, long index, long out, IndexedAxis along) {
        long inner = along.inner();
        WorkerPool.parallelFor(along.outer() * along.count(), Math.max(1, GRAIN / inner), (from, to) -> {
            for (long row = from; row < to; row++) {
                long table = row / along.count() * along.size() * inner;
                gatherRow(dtype, x, table, index, out, row * inner, along);
            }
        });
    }

    private static void gatherRow(
            DType dtype, long x, long table, long index, long out, long first, IndexedAxis along) {
        long inner = along.inner();
        switch (dtype) {
            case F32, I32 -> {
                for (long j = 0; j < inner; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putInt(out + 4 * (first + j), Ram.getInt(x + 4 * place));
                }
            }
            case F64, I64 -> {
                for (long j = 0; j < inner; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putLong(out + 8 * (first + j), Ram.getLong(x + 8 * place));
                }
            }
            case U8, BOOL -> {
                for (long j = 0; j < inner; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putByte(out + first + j, Ram.getByte(x + place));
                }
            }
        }
    }

    /** {@code out[o, index[o, i, j], j] += src[o, i, j]}, in the order of i. */
    static void scatterAdd(DType dtype, long src, long index, long out, IndexedAxis along) {
        panels(along, (table, first, begin, end) -> addRow(dtype, src, index, out, table, first, begin, end, along));
    }

    /** {@code out[o, index[o, i, j], j] = src[o, i, j]}, in the order of i. */
    static void scatter(DType dtype, long src, long index, long out, IndexedAxis along) {
        panels(along, (table, first, begin, end) -> putRow(dtype, src, index, out, table, first, begin, end, along));
    }

    /** What is done with the elements {@code first + begin} to {@code first + end - 1}, a part of one row. */
    @FunctionalInterface
    private interface RowBody {
        void run(long table, long first, long begin, long end);
    }

    /** Gives every thread lanes of its own, and each lane its elements in order. */
    private static void panels(IndexedAxis along, RowBody body) {
        long inner = along.inner();
        long panels = (inner - 1) / PANEL + 1;
        long grain = Math.max(1, GRAIN / (along.count() * Math.min(inner, PANEL)));
        WorkerPool.parallelFor(along.outer() * panels, grain, (from, to) -> {
            for (long p = from; p < to; p++) {
                long o = p / panels;
                long begin = p % panels * PANEL;
                long end = Math.min(begin + PANEL, inner);
                for (long i = 0; i < along.count(); i++) {
                    body.run(o * along.size() * inner, (o * along.count() + i) * inner, begin, end);
                }
            }
        });
    }

    private static void addRow(
            DType dtype,
            long src,
            long index,
            long out,
            long table,
            long first,
            long begin,
            long end,
            IndexedAxis along) {
        long inner = along.inner();
        switch (dtype) {
            case F32 -> {
                for (long j = begin; j < end; j++) {
                    long at = out + 4 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j);
                    Ram.putFloat(at, Ram.getFloat(at) + Ram.getFloat(src + 4 * (first + j)));
                }
            }
            case F64 -> {
                for (long j = begin; j < end; j++) {
                    long at = out + 8 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j);
                    Ram.putDouble(at, Ram.getDouble(at) + Ram.getDouble(src + 8 * (first + j)));
                }
            }
            case I64 -> {
                for (long j = begin; j < end; j++) {
                    long at = out + 8 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j);
                    Ram.putLong(at, Ram.getLong(at) + Ram.getLong(src + 8 * (first + j)));
                }
            }
            case I32, U8, BOOL ->
                throw new IllegalArgumentException("scatterAdd: elements of " + dtype.longName()
                        + " are not added: cast them to I64, which does not overflow early");
        }
    }

    private static void putRow(
            DType dtype,
            long src,
            long index,
            long out,
            long table,
            long first,
            long begin,
            long end,
            IndexedAxis along) {
        long inner = along.inner();
        switch (dtype) {
            case F32, I32 -> {
                for (long j = begin; j < end; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putInt(out + 4 * place, Ram.getInt(src + 4 * (first + j)));
                }
            }
            case F64, I64 -> {
                for (long j = begin; j < end; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putLong(out + 8 * place, Ram.getLong(src + 8 * (first + j)));
                }
            }
            case U8, BOOL -> {
                for (long j = begin; j < end; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j;
                    Ram.putByte(out + place, Ram.getByte(src + first + j));
                }
            }
        }
    }
}
