package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * Folds the middle axis of contiguous elements seen as (outer, n, inner) into (outer, inner), over the worker pool. The order of
 * the operations depends on the three sizes only, so the result is the same for any number of threads.
 */
final class Fold {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 15;

    /** Rows and tables of more elements than this are folded in parts, by several threads. A power of two. */
    static final long CHUNK = 1 << 17;

    /** The most columns folded at a time: their results stay in the first-level cache. */
    private static final int PANEL = 1024;

    /** With fewer columns than this, several rows count as one, to fill the vectors. */
    private static final int NARROW = 32;

    /** The columns that several rows then have together. */
    private static final int WIDENED = 256;

    private final FoldKernel kernel;
    private final long size;

    private Fold(FoldKernel kernel, long size) {
        this.kernel = kernel;
        this.size = size;
    }

    /**
     * Folds.
     *
     * @param fn the function
     * @param dtype the elements' type, not a narrow one
     * @param in the address of the operand's (outer, n, inner) elements
     * @param out the address of the result's (outer, inner) elements
     */
    static void fold(FoldFn fn, DType dtype, long in, long out, long outer, long n, long inner) {
        if (outer == 0 || inner == 0) {
            return;
        }
        if (n == 0) {
            fillIdentity(fn, dtype, out, outer * inner);
            return;
        }
        if (n == 1) {
            Ram.copy(in, out, outer * inner * dtype.bytes());
            return;
        }
        Fold fold = new Fold(FoldKernels.of(fn, WideType.of(dtype)), dtype.bytes());
        if (inner == 1) {
            fold.rows(in, out, outer, n);
        } else if (inner < NARROW && n >= 2 * WIDENED) {
            fold.narrow(in, out, outer, n, inner);
        } else {
            fold.columns(in, n * inner * fold.size, out, outer, n, inner);
        }
    }

    private static void fillIdentity(FoldFn fn, DType dtype, long out, long count) {
        for (long i = 0; i < count; i++) {
            switch (WideType.of(dtype)) {
                case F32 -> Ram.putFloat(out + 4 * i, (float) fn.floatingIdentity());
                case F64 -> Ram.putDouble(out + 8 * i, fn.floatingIdentity());
                case I64 -> Ram.putLong(out + 8 * i, fn.integerIdentity());
                case I32 ->
                    Ram.putInt(out + 4 * i, Math.clamp(fn.integerIdentity(), Integer.MIN_VALUE, Integer.MAX_VALUE));
                case U8 -> Ram.putByte(out + i, (byte) Math.clamp(fn.integerIdentity(), 0, 255));
                case BOOL -> Ram.putByte(out + i, (byte) Math.clamp(fn.integerIdentity(), 0, 1));
            }
        }
    }

    private void rows(long in, long out, long outer, long n) {
        if (n <= CHUNK) {
            WorkerPool.parallelFor(outer, Math.max(1, GRAIN / n), (from, to) -> {
                for (long o = from; o < to; o++) {
                    kernel.row(in + o * n * size, n, out + o * size);
                }
            });
            return;
        }
        long chunks = ceil(n, CHUNK);
        try (Scratch scratch = Scratch.open()) {
            long partials = scratch.allocate(outer * chunks * size);
            WorkerPool.parallelFor(outer * chunks, 1, (from, to) -> {
                for (long i = from; i < to; i++) {
                    long first = i % chunks * CHUNK;
                    kernel.row(in + (i / chunks * n + first) * size, Math.min(CHUNK, n - first), partials + i * size);
                }
            });
            rows(partials, out, outer, chunks);
        }
    }

    /** Takes as many rows for one as make it at least {@link #WIDENED} wide, and folds those last. */
    private void narrow(long in, long out, long outer, long n, long inner) {
        long group = ceil(WIDENED, inner);
        long wide = n / group;
        long rest = n % group;
        long row = inner * size;
        try (Scratch scratch = Scratch.open()) {
            long first = scratch.allocate(outer * group * row);
            long second = scratch.allocate(outer * (group + rest) * row);
            columns(in, n * row, first, outer, wide, group * inner);
            WorkerPool.parallelFor(outer, Math.max(1, GRAIN / ((group + rest) * inner)), (from, end) -> {
                for (long o = from; o < end; o++) {
                    long to = second + o * (group + rest) * row;
                    Ram.copy(first + o * group * row, to, group * row);
                    Ram.copy(in + (o * n + wide * group) * row, to + group * row, rest * row);
                }
            });
            columns(second, (group + rest) * row, out, outer, group + rest, inner);
        }
    }

    private void columns(long in, long outerStride, long out, long outer, long n, long inner) {
        if (n == 1) {
            for (long o = 0; o < outer; o++) {
                Ram.copy(in + o * outerStride, out + o * inner * size, inner * size);
            }
            return;
        }
        long chunkRows = n * inner <= CHUNK ? n : Math.max(FoldKernel.ROWS, Long.highestOneBit(CHUNK / inner));
        long chunks = ceil(n, chunkRows);
        if (chunks == 1) {
            tables(in, outerStride, out, outer, n, n, inner);
            return;
        }
        try (Scratch scratch = Scratch.open()) {
            long partials = scratch.allocate(outer * chunks * inner * size);
            tables(in, outerStride, partials, outer, n, chunkRows, inner);
            columns(partials, chunks * inner * size, out, outer, chunks, inner);
        }
    }

    /** Folds the columns of every table of {@code chunkRows} rows. */
    private void tables(long in, long outerStride, long out, long outer, long n, long chunkRows, long inner) {
        long chunks = ceil(n, chunkRows);
        int panel = (int) Math.min(inner, Math.clamp(GRAIN / chunkRows & -64, 64, PANEL));
        long panels = ceil(inner, panel);
        WorkerPool.parallelFor(outer * chunks * panels, Math.max(1, GRAIN / (chunkRows * panel)), (from, to) -> {
            int levels = 64 - Long.numberOfLeadingZeros((Math.min(chunkRows, n) - 1) / FoldKernel.ROWS);
            try (Scratch scratch = Scratch.open()) {
                long partial = scratch.allocate((long) levels * panel * size);
                for (long i = from; i < to; i++) {
                    long column = i % panels * panel;
                    long table = i / panels;
                    long firstRow = table % chunks * chunkRows;
                    table(
                            in + table / chunks * outerStride + (firstRow * inner + column) * size,
                            Math.min(chunkRows, n - firstRow),
                            inner * size,
                            (int) Math.min(panel, inner - column),
                            out + (table * inner + column) * size,
                            partial);
                }
            }
        });
    }

    /** Folds halves of the rows into {@code out} and into scratch memory, then both. */
    private void table(long in, long rows, long stride, int width, long out, long scratch) {
        if (rows <= FoldKernel.ROWS) {
            kernel.columns(in, (int) rows, stride, width, out);
            return;
        }
        long left = FoldKernel.split(rows, FoldKernel.ROWS);
        table(in, left, stride, width, out, scratch);
        table(in + left * stride, rows - left, stride, width, scratch, scratch + width * size);
        kernel.columns(out, 2, scratch - out, width, out);
    }

    private static long ceil(long a, long b) {
        return (a - 1) / b + 1;
    }
}
