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

    /** Rows longer than this are searched by several threads. */
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
        if (inner > 1) {
            long panels = (inner - 1) / PANEL + 1;
            WorkerPool.parallelFor(outer * panels, Math.max(1, GRAIN / (n * Math.min(inner, PANEL))), (from, to) -> {
                for (long i = from; i < to; i++) {
                    long first = i % panels * PANEL;
                    long table = i / panels;
                    kernel.columns(
                            in + (table * n * inner + first) * size,
                            n,
                            inner * size,
                            (int) Math.min(PANEL, inner - first),
                            out + (table * inner + first) * 8);
                }
            });
        } else if (n <= CHUNK) {
            WorkerPool.parallelFor(outer, Math.max(1, GRAIN / n), (from, to) -> {
                for (long o = from; o < to; o++) {
                    Ram.putLong(out + o * 8, kernel.row(in + o * n * size, n));
                }
            });
        } else {
            longRows(kernel, in, out, outer, n, size);
        }
    }

    /** Finds the best of each part of a row, then the first best of those. */
    private static void longRows(ArgKernel kernel, long in, long out, long outer, long n, long size) {
        long chunks = (n - 1) / CHUNK + 1;
        try (Scratch scratch = Scratch.open()) {
            long places = scratch.allocate(8 * outer * chunks);
            WorkerPool.parallelFor(outer * chunks, 1, (from, to) -> {
                for (long i = from; i < to; i++) {
                    long first = i % chunks * CHUNK;
                    long found = kernel.row(in + (i / chunks * n + first) * size, Math.min(CHUNK, n - first));
                    Ram.putLong(places + 8 * i, first + found);
                }
            });
            for (long o = 0; o < outer; o++) {
                long row = in + o * n * size;
                long best = Ram.getLong(places + 8 * o * chunks);
                for (long c = 1; c < chunks; c++) {
                    long other = Ram.getLong(places + 8 * (o * chunks + c));
                    best = kernel.key(row + other * size) > kernel.key(row + best * size) ? other : best;
                }
                Ram.putLong(out + 8 * o, best);
            }
        }
    }

    private static ArgKernel kernel(ExtremumFn fn, DType dtype) {
        int index = fn.ordinal() * DType.values().length + dtype.ordinal();
        ArgKernel kernel = KERNELS[index];
        if (kernel == null) {
            LongUnaryOperator key = switch (fn) {
                case MAX -> OrderKeys.ascending(dtype);
                case MIN -> OrderKeys.descendingNanFirst(dtype);
            };
            kernel = KernelTemplate.specialise(ArgLoop.class, ArgKernel.class, new ArgLoop.Of(key, dtype.bytes()));
            KERNELS[index] = kernel;
        }
        return kernel;
    }
}
