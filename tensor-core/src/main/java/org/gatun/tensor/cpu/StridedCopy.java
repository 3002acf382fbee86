package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Copies a whole tensor from one layout to another of the same shape, in parallel. Planes are chosen so that both sides are
 * walked where their elements lie close together, and transposed in tiles.
 */
final class StridedCopy {
    /** Elements worth handing to another thread. */
    private static final long GRAIN = 32 * 1024;
    /** Rows of a plane that make one unit of work. */
    private static final long UNIT_ROWS = 64;

    private final DType dtype;
    private int rank;
    private final long[] sizes;
    private final long[] from;
    private final long[] to;

    private StridedCopy(Layout source, Layout target, DType dtype) {
        Shape shape = source.shape();
        int bytes = dtype.bytes();
        this.dtype = dtype;
        this.sizes = new long[Math.max(2, shape.rank())];
        this.from = new long[sizes.length];
        this.to = new long[sizes.length];
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.size(i) != 1) {
                insert(shape.size(i), source.stride(i) * bytes, target.stride(i) * bytes);
            }
        }
        merge();
        while (rank < 2) {
            insert(1, Long.MAX_VALUE, Long.MAX_VALUE);
        }
        pairWithNearest();
    }

    /**
     * Copies all elements.
     *
     * @param x the address of the first element to copy
     * @param source their layout, whose offset is in {@code x} already
     * @param out the address of the first element to write, in memory apart from the source's
     * @param target where to write them, with the shape of {@code source} and no two at one place
     * @param dtype the dtype of both
     */
    static void copy(long x, Layout source, long out, Layout target, DType dtype) {
        if (source.shape().isEmpty()) {
            return;
        }
        long n = source.shape().elements();
        int bytes = dtype.bytes();
        if (source.isContiguous() && target.isContiguous()) {
            WorkerPool.parallelFor(
                    n,
                    GRAIN * 4,
                    (begin, end) -> Ram.copy(x + begin * bytes, out + begin * bytes, (end - begin) * bytes));
            return;
        }
        new StridedCopy(source, target, dtype).run(x, out);
    }

    /** Adds an axis, in the order of falling distances at the destination. */
    private void insert(long size, long fromStride, long toStride) {
        int i = rank++;
        while (i > 0 && Math.abs(to[i - 1]) < Math.abs(toStride)) {
            sizes[i] = sizes[i - 1];
            from[i] = from[i - 1];
            to[i] = to[i - 1];
            i--;
        }
        sizes[i] = size;
        from[i] = fromStride;
        to[i] = toStride;
    }

    /** Makes one axis of two neighbours wherever both sides walk them as one. */
    private void merge() {
        int kept = 0;
        for (int i = 1; i < rank; i++) {
            if (from[kept] == from[i] * sizes[i] && to[kept] == to[i] * sizes[i]) {
                sizes[kept] *= sizes[i];
                from[kept] = from[i];
                to[kept] = to[i];
            } else {
                kept++;
                sizes[kept] = sizes[i];
                from[kept] = from[i];
                to[kept] = to[i];
            }
        }
        rank = Math.min(rank, kept + 1);
    }

    /** Puts beside the last axis the one along which the source's elements lie closest together, unless it is the last itself. */
    private void pairWithNearest() {
        int nearest = rank - 1;
        for (int i = rank - 2; i >= 0; i--) {
            if (from[i] != 0 && Math.abs(from[i]) < Math.abs(from[nearest])) {
                nearest = i;
            }
        }
        if (nearest < rank - 2) {
            swap(sizes, nearest);
            swap(from, nearest);
            swap(to, nearest);
        }
    }

    private void swap(long[] values, int i) {
        long kept = values[i];
        values[i] = values[rank - 2];
        values[rank - 2] = kept;
    }

    private void run(long x, long out) {
        long rows = sizes[rank - 2];
        long columns = sizes[rank - 1];
        long strips = (rows + UNIT_ROWS - 1) / UNIT_ROWS;
        long planes = 1;
        for (int i = 0; i < rank - 2; i++) {
            planes *= sizes[i];
        }
        long unit = Math.min(rows, UNIT_ROWS) * columns;
        if (planes * strips == 1) {
            runInPieces(x, out, rows, columns);
            return;
        }
        WorkerPool.parallelFor(planes * strips, Math.max(1, GRAIN / unit), (begin, end) -> {
            for (long i = begin; i < end; i++) {
                strip(x, out, i / strips, i % strips * UNIT_ROWS, rows, columns);
            }
        });
    }

    /** Copies a strip of rows of one plane. */
    private void strip(long x, long out, long plane, long firstRow, long rows, long columns) {
        long source = x + firstRow * from[rank - 2];
        long target = out + firstRow * to[rank - 2];
        long rest = plane;
        for (int i = rank - 3; i >= 0; i--) {
            long index = rest % sizes[i];
            source += index * from[i];
            target += index * to[i];
            rest /= sizes[i];
        }
        long height = Math.min(UNIT_ROWS, rows - firstRow);
        StridedRuns.plane(
                source, from[rank - 2], from[rank - 1], target, to[rank - 2], to[rank - 1], height, columns, dtype);
    }

    /** Copies a plane of few rows, which may be long. */
    private void runInPieces(long x, long out, long rows, long columns) {
        WorkerPool.parallelFor(
                columns,
                Math.max(1, GRAIN / rows),
                (begin, end) -> StridedRuns.plane(
                        x + begin * from[rank - 1],
                        from[rank - 2],
                        from[rank - 1],
                        out + begin * to[rank - 1],
                        to[rank - 2],
                        to[rank - 1],
                        rows,
                        end - begin,
                        dtype));
    }
}
