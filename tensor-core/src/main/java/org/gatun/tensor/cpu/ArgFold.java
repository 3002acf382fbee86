package org.gatun.tensor.cpu;

import java.util.function.LongUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.ExtremumFn;
import org.jspecify.annotations.Nullable;

/**
 * The index of the first largest or smallest element along the middle axis of contiguous elements seen as (outer, n, inner). The
 * first NaN wins both ways.
 */
final class ArgFold {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 14;

    /** Rows of more elements, and panels of columns, are searched in parts, by several threads. */
    private static final long CHUNK = 1 << 16;

    /** Columns searched at a time. */
    private static final int PANEL = 512;

    // Filled without a lock: a kernel that two threads make at once is the same twice, and has no state.
    private static final @Nullable ArgKernel[] KERNELS =
            new ArgKernel[ExtremumFn.values().length * DType.values().length];

    private ArgFold() {}

    /**
     * Writes the index, I64, for each of the (outer, inner) lanes.
     *
     * @param in the address of the elements
     * @param out the address of the indices
     * @param n the size of the axis, at least 1
     */
    static void fold(ExtremumFn fn, DType dtype, long in, long out, long outer, long n, long inner) {
        if (outer == 0 || inner == 0) {
            return;
        }
        ArgKernel kernel = kernel(fn, dtype);
        long size = dtype.bytes();
        long chunkRows = Math.max(1, CHUNK / Math.min(inner, PANEL));
        if (n <= chunkRows) {
            search(kernel, in, out, outer, n, n, inner, size);
            return;
        }
        long chunks = (n - 1) / chunkRows + 1;
        try (Scratch scratch = Scratch.open()) {
            long places = scratch.allocate(8 * outer * chunks * inner);
            search(kernel, in, places, outer, n, chunkRows, inner, size);
            WorkerPool.parallelFor(outer * inner, Math.max(1, GRAIN / chunks), (from, to) -> {
                for (long lane = from; lane < to; lane++) {
                    long o = lane / inner;
                    long j = lane % inner;
                    long first = in + (o * n * inner + j) * size;
                    long best = Ram.getLong(places + 8 * (o * chunks * inner + j));
                    for (long c = 1; c < chunks; c++) {
                        long other = c * chunkRows + Ram.getLong(places + 8 * ((o * chunks + c) * inner + j));
                        boolean better =
                                kernel.key(first + other * inner * size) > kernel.key(first + best * inner * size);
                        best = better ? other : best;
                    }
                    Ram.putLong(out + 8 * lane, best);
                }
            });
        }
    }

    /** Writes the indices, counted from the beginning of each chunk of {@code chunkRows} along the axis, as (outer, chunks, inner). */
    private static void search(
            ArgKernel kernel, long in, long out, long outer, long n, long chunkRows, long inner, long size) {
        long chunks = (n - 1) / chunkRows + 1;
        long panels = (inner - 1) / PANEL + 1;
        long grain = Math.max(1, GRAIN / (chunkRows * Math.min(inner, PANEL)));
        WorkerPool.parallelFor(outer * chunks * panels, grain, (from, to) -> {
            for (long i = from; i < to; i++) {
                long column = i % panels * PANEL;
                long table = i / panels;
                long firstRow = table % chunks * chunkRows;
                long rows = Math.min(chunkRows, n - firstRow);
                long start = in + ((table / chunks * n + firstRow) * inner + column) * size;
                long places = out + (table * inner + column) * 8;
                if (inner == 1) {
                    Ram.putLong(places, kernel.row(start, rows));
                } else {
                    kernel.columns(start, rows, inner * size, (int) Math.min(PANEL, inner - column), places);
                }
            }
        });
    }

    private static ArgKernel kernel(ExtremumFn fn, DType dtype) {
        int index = fn.ordinal() * DType.values().length + dtype.ordinal();
        ArgKernel kernel = KERNELS[index];
        if (kernel == null) {
            kernel = make(fn, dtype);
            KERNELS[index] = kernel;
        }
        return kernel;
    }

    private static ArgKernel make(ExtremumFn fn, DType dtype) {
        LongUnaryOperator key = switch (fn) {
            case MAX -> OrderKeys.ascending(dtype);
            case MIN -> OrderKeys.descendingNanFirst(dtype);
        };
        ArgKernel keys = KernelTemplate.specialise(ArgLoop.class, ArgKernel.class, new ArgLoop.Of(key, dtype.bytes()));
        return VectorSupport.ENABLED && dtype == DType.F32 ? VectorFolds.arg(fn, keys) : keys;
    }
}
