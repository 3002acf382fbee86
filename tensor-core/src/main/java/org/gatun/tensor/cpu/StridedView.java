package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Elements anywhere in memory, numbered row by row. Any range of the numbers can be copied to contiguous memory or back, so
 * that contiguous loops can work on them a block at a time. Axes that can be walked as one are merged beforehand.
 */
final class StridedView {
    private final long address;
    private final DType dtype;
    private final int bytes;
    private final int rank;
    private final long[] sizes;
    /** In bytes. */
    private final long[] strides;

    private StridedView(long address, DType dtype, int rank, long[] sizes, long[] strides) {
        this.address = address;
        this.dtype = dtype;
        this.bytes = dtype.bytes();
        this.rank = rank;
        this.sizes = sizes;
        this.strides = strides;
    }

    /**
     * A view by a layout.
     *
     * @param address the address of the first element
     * @param layout the sizes and strides; its offset is in {@code address} already
     * @param dtype the dtype of the elements
     */
    static StridedView of(long address, Layout layout, DType dtype) {
        Shape shape = layout.shape();
        int axes = shape.rank();
        long[] sizes = new long[Math.max(2, axes)];
        long[] strides = new long[sizes.length];
        int rank = 0;
        for (int i = 0; i < axes; i++) {
            long size = shape.size(i);
            long stride = layout.stride(i) * dtype.bytes();
            if (size == 1) {
                continue;
            }
            if (rank > 0 && strides[rank - 1] == stride * size) {
                sizes[rank - 1] *= size;
                strides[rank - 1] = stride;
            } else {
                sizes[rank] = size;
                strides[rank] = stride;
                rank++;
            }
        }
        // The copies below work on planes of two axes, the last of which is never missing.
        while (rank < 2) {
            System.arraycopy(sizes, 0, sizes, 1, rank);
            System.arraycopy(strides, 0, strides, 1, rank);
            sizes[0] = 1;
            strides[0] = 0;
            rank++;
        }
        return new StridedView(address, dtype, rank, sizes, strides);
    }

    /** Copies the elements {@code start} to {@code start + count - 1} to contiguous memory. */
    void gather(long start, long count, long out) {
        copy(start, count, out, true);
    }

    /** Copies contiguous memory to the elements {@code start} to {@code start + count - 1}. */
    void scatter(long start, long count, long in) {
        copy(start, count, in, false);
    }

    private void copy(long start, long count, long packed, boolean gather) {
        long columns = sizes[rank - 1];
        long rows = sizes[rank - 2];
        long column = start % columns;
        long row = start / columns;
        long plane = row / rows;
        row %= rows;
        long at = packed;
        long left = count;
        long[] index = planeIndex(plane);
        long origin = planeAddress(index);
        while (left > 0) {
            if (column > 0 && left > 0) {
                long run = Math.min(left, columns - column);
                plane(origin, row, column, 1, run, at, gather);
                at += run * bytes;
                left -= run;
                column += run;
                if (column == columns) {
                    column = 0;
                    row++;
                }
            }
            long whole = Math.min(left / columns, rows - row);
            if (whole > 0) {
                plane(origin, row, 0, whole, columns, at, gather);
                at += whole * columns * bytes;
                left -= whole * columns;
                row += whole;
            }
            if (left > 0 && row < rows && left < columns) {
                plane(origin, row, 0, 1, left, at, gather);
                left = 0;
            }
            if (row == rows) {
                row = 0;
                origin = nextPlane(origin, index);
            }
        }
    }

    private void plane(long origin, long row, long column, long height, long width, long packed, boolean gather) {
        long rowStride = strides[rank - 2];
        long columnStride = strides[rank - 1];
        long place = origin + row * rowStride + column * columnStride;
        if (gather) {
            StridedRuns.plane(place, rowStride, columnStride, packed, width * bytes, bytes, height, width, dtype);
        } else {
            StridedRuns.plane(packed, width * bytes, bytes, place, rowStride, columnStride, height, width, dtype);
        }
    }

    /** Where a plane is along the axes before the last two, which number the planes. */
    private long[] planeIndex(long plane) {
        long[] index = new long[rank - 2];
        long rest = plane;
        for (int i = rank - 3; i >= 0; i--) {
            index[i] = rest % sizes[i];
            rest /= sizes[i];
        }
        return index;
    }

    /** The address of a plane's first element. */
    private long planeAddress(long[] index) {
        long at = address;
        for (int i = 0; i < index.length; i++) {
            at += index[i] * strides[i];
        }
        return at;
    }

    /** Moves on to the next plane, and returns its address: without a division, since planes may be small. */
    private long nextPlane(long origin, long[] index) {
        long at = origin;
        for (int i = index.length - 1; i >= 0; i--) {
            at += strides[i];
            if (++index[i] < sizes[i]) {
                break;
            }
            at -= sizes[i] * strides[i];
            index[i] = 0;
        }
        return at;
    }
}
