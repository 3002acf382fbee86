package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;

/**
 * A loop of two operands over operands that are not contiguous as a whole, but by rows: along the last axis, once axes that can be walked
 * as one are merged, each operand is contiguous, or one element repeated (a broadcast row or column), or contiguous along the axis before
 * (a transposed matrix). Rows go to the loop where they lie; of a transposed operand, a tile at a time is transposed into the cache.
 */
final class RowwiseBinary {
    /** The shortest rows for which a call each is cheap. */
    private static final long LEAST_ROW = 32;

    /** The rows and columns of a tile: both sides of its transposition stay in the first- or second-level cache. */
    private static final long TILE_ROWS = 32;

    private static final long TILE_COLUMNS = 256;

    /** The columns of a unit of work, which has as many rows as a tile. */
    private static final long UNIT_COLUMNS = 8192;

    private final BinaryKernel kernel;
    private final long out;
    private final int outBytes;
    private final int bytes;
    private final DType dtype;
    private final Operand a;
    private final Operand b;

    private int rank;
    private final long[] sizes;

    /** An operand: its address, and its distances along the merged axes in bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Operand(long address, long[] strides) {}

    private RowwiseBinary(BinaryKernel kernel, ConcreteTensor a, ConcreteTensor b, ConcreteTensor out) {
        this.kernel = kernel;
        this.out = out.address();
        this.outBytes = out.dtype().bytes();
        this.dtype = a.dtype();
        this.bytes = dtype.bytes();
        int axes = out.shape().rank();
        this.sizes = new long[Math.max(2, axes)];
        this.a = new Operand(a.address(), new long[sizes.length]);
        this.b = new Operand(b.address(), new long[sizes.length]);
        merge(a.layout(), b.layout());
    }

    /** The axes, where neighbours that both operands walk as one are one; at least two. */
    private void merge(Layout left, Layout right) {
        for (int i = 0; i < left.shape().rank(); i++) {
            long size = left.shape().size(i);
            if (size == 1) {
                continue;
            }
            long l = left.stride(i) * bytes;
            long r = right.stride(i) * bytes;
            if (rank > 0 && a.strides[rank - 1] == l * size && b.strides[rank - 1] == r * size) {
                sizes[rank - 1] *= size;
                rank--;
            } else {
                sizes[rank] = size;
            }
            a.strides[rank] = l;
            b.strides[rank] = r;
            rank++;
        }
        while (rank < 2) {
            System.arraycopy(sizes, 0, sizes, 1, rank);
            System.arraycopy(a.strides, 0, a.strides, 1, rank);
            System.arraycopy(b.strides, 0, b.strides, 1, rank);
            sizes[0] = 1;
            a.strides[0] = 0;
            b.strides[0] = 0;
            rank++;
        }
    }

    /**
     * Runs a loop if its operands lie so.
     *
     * @param kernel the loop
     * @param a the left operand
     * @param b the right operand, of the same shape and dtype
     * @param out the contiguous result
     * @param grain elements worth handing to another thread
     * @return whether they did
     */
    static boolean run(BinaryKernel kernel, ConcreteTensor a, ConcreteTensor b, ConcreteTensor out, long grain) {
        if (out.shape().elements() < LEAST_ROW) {
            return false;
        }
        var rows = new RowwiseBinary(kernel, a, b, out);
        if (!rows.fits()) {
            return false;
        }
        rows.run(grain);
        return true;
    }

    private boolean fits() {
        if (sizes[rank - 1] < LEAST_ROW || (isRepeated(a) && isRepeated(b))) {
            return false;
        }
        return fits(a) && fits(b);
    }

    private boolean fits(Operand x) {
        return isRow(x) || isRepeated(x) || isTransposed(x);
    }

    private boolean isRow(Operand x) {
        return x.strides[rank - 1] == bytes;
    }

    private boolean isRepeated(Operand x) {
        return x.strides[rank - 1] == 0;
    }

    /** Whether neither is the case, but the axis before is contiguous. A column has such an axis too, and is read where it lies. */
    private boolean isTransposed(Operand x) {
        return !isRow(x) && !isRepeated(x) && x.strides[rank - 2] == bytes && sizes[rank - 2] > 1;
    }

    private void run(long grain) {
        long rows = sizes[rank - 2];
        long columns = sizes[rank - 1];
        long planes = 1;
        for (int i = 0; i < rank - 2; i++) {
            planes *= sizes[i];
        }
        long strips = Math.ceilDiv(rows, TILE_ROWS);
        long pieces = Math.ceilDiv(columns, UNIT_COLUMNS);
        long unit = Math.min(rows, TILE_ROWS) * Math.min(columns, UNIT_COLUMNS);
        WorkerPool.parallelFor(planes * strips * pieces, Math.max(1, grain / unit), (begin, end) -> {
            try (Scratch scratch = Scratch.open()) {
                long tile = TILE_ROWS * TILE_COLUMNS * bytes;
                long left = isTransposed(a) ? scratch.allocate(tile) : 0;
                long right = isTransposed(b) ? scratch.allocate(tile) : 0;
                for (long i = begin; i < end; i++) {
                    long plane = i / (strips * pieces);
                    long row = i / pieces % strips * TILE_ROWS;
                    long column = i % pieces * UNIT_COLUMNS;
                    unit(
                            plane,
                            row,
                            Math.min(TILE_ROWS, rows - row),
                            column,
                            Math.min(UNIT_COLUMNS, columns - column),
                            left,
                            right);
                }
            }
        });
    }

    private void unit(long plane, long row, long height, long column, long width, long left, long right) {
        long target = out + ((plane * sizes[rank - 2] + row) * sizes[rank - 1] + column) * outBytes;
        long atA = place(a, plane, row, column);
        long atB = place(b, plane, row, column);
        long step = left != 0 || right != 0 ? TILE_COLUMNS : width;
        for (long j = 0; j < width; j += step) {
            long n = Math.min(step, width - j);
            long fromA = atA + j * a.strides[rank - 1];
            long fromB = atB + j * b.strides[rank - 1];
            long rowA = a.strides[rank - 2];
            long rowB = b.strides[rank - 2];
            if (left != 0) {
                transpose(a, fromA, left, height, n);
                fromA = left;
                rowA = n * bytes;
            }
            if (right != 0) {
                transpose(b, fromB, right, height, n);
                fromB = right;
                rowB = n * bytes;
            }
            rows(fromA, rowA, fromB, rowB, target + j * outBytes, height, n);
        }
    }

    private void transpose(Operand x, long from, long to, long height, long width) {
        StridedRuns.plane(
                from, x.strides[rank - 2], x.strides[rank - 1], to, width * bytes, bytes, height, width, dtype);
    }

    private void rows(long fromA, long rowA, long fromB, long rowB, long target, long height, long n) {
        long rowOut = sizes[rank - 1] * outBytes;
        if (isRepeated(b)) {
            for (long i = 0; i < height; i++) {
                kernel.applyScalarRight(fromA + i * rowA, fromB + i * rowB, target + i * rowOut, n);
            }
        } else if (isRepeated(a)) {
            for (long i = 0; i < height; i++) {
                kernel.applyScalarLeft(fromA + i * rowA, fromB + i * rowB, target + i * rowOut, n);
            }
        } else {
            for (long i = 0; i < height; i++) {
                kernel.apply(fromA + i * rowA, fromB + i * rowB, target + i * rowOut, n);
            }
        }
    }

    private long place(Operand x, long plane, long row, long column) {
        long at = x.address + row * x.strides[rank - 2] + column * x.strides[rank - 1];
        long rest = plane;
        for (int i = rank - 3; i >= 0; i--) {
            at += rest % sizes[i] * x.strides[i];
            rest /= sizes[i];
        }
        return at;
    }
}
