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
        long run = along.run();
        long runs = along.runs();
        WorkerPool.parallelFor(along.tables() * runs * run, GRAIN, (from, to) -> {
            long r = from / run;
            for (long begin = from; begin < to; ) {
                long end = Math.min(to, (r + 1) * run);
                long table = r / runs * along.size() * along.inner() + (begin - r * run) * along.step();
                getRun(dtype, x, table, index, out, begin, end - begin, along);
                begin = end;
                r++;
            }
        });
    }

    /** Reads {@code n} elements of a run from the table that begins at element {@code table}. */
    static void getRun(DType dtype, long x, long table, long index, long out, long first, long n, IndexedAxis along) {
        long inner = along.inner();
        long step = along.step();
        switch (Word.of(dtype)) {
            case SHORT -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putShort(out + 2 * (first + j), Ram.getShort(x + 2 * place));
                }
            }
            case INT -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putInt(out + 4 * (first + j), Ram.getInt(x + 4 * place));
                }
            }
            case LONG -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putLong(out + 8 * (first + j), Ram.getLong(x + 8 * place));
                }
            }
            case BYTE -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putByte(out + first + j, Ram.getByte(x + place));
                }
            }
        }
    }

    /** {@code out[o, index[o, i, j], j] += src[o, i, j]}, in the order of i. */
    static void scatterAdd(SumType type, long src, long index, long out, IndexedAxis along) {
        runs(along, (table, first, n) -> addRun(type, src, index, out, table, first, n, along));
    }

    /** {@code out[o, index[o, i, j], j] = src[o, i, j]}, in the order of i. */
    static void scatter(DType dtype, long src, long index, long out, IndexedAxis along) {
        runs(along, (table, first, n) -> putRun(dtype, src, index, out, table, first, n, along));
    }

    /** What is done with the {@code n} elements from {@code first} on, a part of a run. */
    @FunctionalInterface
    private interface RunBody {
        void apply(long table, long first, long n);
    }

    /** Gives every thread lanes of its own, and each lane its elements in order. */
    private static void runs(IndexedAxis along, RunBody body) {
        long inner = along.inner();
        long run = along.run();
        long runs = along.runs();
        // the elements of a lane, which lie in one run if rows have one element, stay with one thread
        long panel = Math.min(run, inner > 1 ? PANEL : Math.max(along.count(), GRAIN));
        long panels = (run - 1) / panel + 1;
        WorkerPool.parallelFor(along.tables() * panels, Math.max(1, GRAIN / (runs * panel)), (from, to) -> {
            for (long p = from; p < to; p++) {
                long o = p / panels;
                long begin = p % panels * panel;
                long n = Math.min(panel, run - begin);
                for (long i = 0; i < runs; i++) {
                    body.apply(o * along.size() * inner + begin * along.step(), (o * runs + i) * run + begin, n);
                }
            }
        });
    }

    /** Adds {@code n} elements of a run to the table that begins at element {@code table}. */
    static void addRun(
            SumType type, long src, long index, long out, long table, long first, long n, IndexedAxis along) {
        long inner = along.inner();
        long step = along.step();
        switch (type) {
            case F32 -> {
                for (long j = 0; j < n; j++) {
                    long at = out + 4 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step);
                    Ram.putFloat(at, Ram.getFloat(at) + Ram.getFloat(src + 4 * (first + j)));
                }
            }
            case F64 -> {
                for (long j = 0; j < n; j++) {
                    long at = out + 8 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step);
                    Ram.putDouble(at, Ram.getDouble(at) + Ram.getDouble(src + 8 * (first + j)));
                }
            }
            case I64 -> {
                for (long j = 0; j < n; j++) {
                    long at = out + 8 * (table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step);
                    Ram.putLong(at, Ram.getLong(at) + Ram.getLong(src + 8 * (first + j)));
                }
            }
        }
    }

    private static void putRun(
            DType dtype, long src, long index, long out, long table, long first, long n, IndexedAxis along) {
        long inner = along.inner();
        long step = along.step();
        switch (Word.of(dtype)) {
            case SHORT -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putShort(out + 2 * place, Ram.getShort(src + 2 * (first + j)));
                }
            }
            case INT -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putInt(out + 4 * place, Ram.getInt(src + 4 * (first + j)));
                }
            }
            case LONG -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putLong(out + 8 * place, Ram.getLong(src + 8 * (first + j)));
                }
            }
            case BYTE -> {
                for (long j = 0; j < n; j++) {
                    long place = table + along.place(Ram.getLong(index + 8 * (first + j))) * inner + j * step;
                    Ram.putByte(out + place, Ram.getByte(src + first + j));
                }
            }
        }
    }
}
