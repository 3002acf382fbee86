package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * Copies between two strided places, along one axis and over a plane of two. Strides are in bytes, of any sign; those of the
 * source may be 0.
 */
final class StridedRuns {
    /** Runs shorter than this are copied by a loop: a call of the block copy would take longer. */
    private static final long BLOCK_COPY_BYTES = 96;
    /** The side of the tiles in which a plane is transposed: one tile of either side fits in the L1 cache. */
    private static final long TILE = 32;
    /** The most bytes of repeated rows that are copied at once. */
    private static final long REPEAT_BYTES = 8192;

    private StridedRuns() {}

    /** Copies {@code n} elements along one axis. */
    static void run(long x, long xStride, long out, long outStride, long n, DType dtype) {
        int bytes = dtype.bytes();
        if (xStride == bytes && outStride == bytes && n * bytes >= BLOCK_COPY_BYTES) {
            Ram.copy(x, out, n * bytes);
        } else if (xStride == 0 && outStride == bytes && n * bytes >= BLOCK_COPY_BYTES) {
            Fill.fill(x, out, n, dtype);
        } else {
            loop(x, xStride, out, outStride, n, dtype);
        }
    }

    private static void loop(long x, long xStride, long out, long outStride, long n, DType dtype) {
        switch (Word.of(dtype)) {
            case BYTE -> run1(x, xStride, out, outStride, n);
            case SHORT -> run2(x, xStride, out, outStride, n);
            case INT -> run4(x, xStride, out, outStride, n);
            case LONG -> run8(x, xStride, out, outStride, n);
        }
    }

    private static void run2(long x, long xStride, long out, long outStride, long n) {
        for (long i = 0; i < n; i++) {
            Ram.putShort(out + outStride * i, Ram.getShort(x + xStride * i));
        }
    }

    private static void run4(long x, long xStride, long out, long outStride, long n) {
        for (long i = 0; i < n; i++) {
            Ram.putInt(out + outStride * i, Ram.getInt(x + xStride * i));
        }
    }

    private static void run8(long x, long xStride, long out, long outStride, long n) {
        for (long i = 0; i < n; i++) {
            Ram.putLong(out + outStride * i, Ram.getLong(x + xStride * i));
        }
    }

    private static void run1(long x, long xStride, long out, long outStride, long n) {
        for (long i = 0; i < n; i++) {
            Ram.putByte(out + outStride * i, Ram.getByte(x + xStride * i));
        }
    }

    /**
     * Copies a plane of {@code rows} times {@code columns} elements.
     *
     * @param xRow the source's stride from row to row
     * @param xColumn the source's stride within a row
     * @param outRow the destination's stride from row to row
     * @param outColumn the destination's stride within a row
     */
    static void plane(
            long x,
            long xRow,
            long xColumn,
            long out,
            long outRow,
            long outColumn,
            long rows,
            long columns,
            DType dtype) {
        int bytes = dtype.bytes();
        if (xRow == 0 && outColumn == bytes && outRow == columns * bytes && rows > 1) {
            repeatRow(x, xColumn, out, rows, columns, dtype);
        } else if (rows > 1 && columns > 1 && isTransposed(xRow, xColumn, outRow, outColumn)) {
            for (long i = 0; i < rows; i += TILE) {
                long height = Math.min(TILE, rows - i);
                for (long j = 0; j < columns; j += TILE) {
                    long width = Math.min(TILE, columns - j);
                    tile(
                            x + i * xRow + j * xColumn,
                            xRow,
                            xColumn,
                            out + i * outRow + j * outColumn,
                            outRow,
                            outColumn,
                            height,
                            width,
                            dtype);
                }
            }
        } else {
            for (long i = 0; i < rows; i++) {
                run(x + i * xRow, xColumn, out + i * outRow, outColumn, columns, dtype);
            }
        }
    }

    /** Whether the neighbours of an element in one of the two places are in its column, and in the other in its row. */
    private static boolean isTransposed(long xRow, long xColumn, long outRow, long outColumn) {
        return xRow != 0
                && xColumn != 0
                && (Math.abs(xRow) < Math.abs(xColumn)) != (Math.abs(outRow) < Math.abs(outColumn));
    }

    private static void tile(
            long x,
            long xRow,
            long xColumn,
            long out,
            long outRow,
            long outColumn,
            long height,
            long width,
            DType dtype) {
        int bytes = dtype.bytes();
        if (bytes >= Integer.BYTES && xRow == bytes && outColumn == bytes) {
            contiguous(x, xColumn, out, outRow, (int) width, (int) height, bytes);
            return;
        }
        if (bytes >= Integer.BYTES && xColumn == bytes && outRow == bytes) {
            contiguous(x, xRow, out, outColumn, (int) height, (int) width, bytes);
            return;
        }
        // Along the columns, in which the elements of one side are close together; the rows of the other stay in the
        // cache.
        for (long j = 0; j < width; j++) {
            loop(x + j * xColumn, xRow, out + j * outColumn, outRow, height, dtype);
        }
    }

    /** A tile with neighbours along one axis of the source and along the other of the destination. */
    private static void contiguous(long x, long xStep, long out, long outStep, int height, int width, int bytes) {
        TransposeLoops loops = TransposeLoops.get();
        if (bytes == Integer.BYTES) {
            loops.ints(x, xStep, out, outStep, height, width);
        } else {
            loops.longs(x, xStep, out, outStep, height, width);
        }
    }

    /** Writes one row many times, one after the other: the first from the source, then doubling what is there. */
    private static void repeatRow(long x, long xColumn, long out, long rows, long columns, DType dtype) {
        int bytes = dtype.bytes();
        long rowBytes = columns * bytes;
        long total = rows * rowBytes;
        run(x, xColumn, out, bytes, columns, dtype);
        for (long done = rowBytes; done < total; ) {
            // whole rows, and not so many that the copy reads from beyond the cache
            long most = Math.min(done, Math.max(rowBytes, REPEAT_BYTES / rowBytes * rowBytes));
            long more = Math.min(most, total - done);
            Ram.copy(out, out + done, more);
            done += more;
        }
    }
}
