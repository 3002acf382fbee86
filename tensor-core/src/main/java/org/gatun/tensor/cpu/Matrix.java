package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * A matrix in memory, for the kernels: element {@code (i, j)} is {@code i * rowStride + j * columnStride} elements after
 * {@code address}. Strides may be 0 or negative. Whoever passes one vouches that its memory stays there.
 *
 * @param address the address of element (0, 0)
 * @param rows the number of rows
 * @param columns the number of columns
 * @param rowStride the distance from a row to the next, in elements
 * @param columnStride the distance from a column to the next, in elements
 */
record Matrix(long address, long rows, long columns, long rowStride, long columnStride) {

    /** A matrix stored row by row without gaps. */
    static Matrix contiguous(long address, long rows, long columns) {
        return new Matrix(address, rows, columns, columns, 1);
    }

    /** The transposed view of the same memory. */
    Matrix transposed() {
        return new Matrix(address, columns, rows, columnStride, rowStride);
    }

    /** The elements row by row without gaps: this if they lie so, otherwise a copy in scratch memory. */
    Matrix packed(DType dtype, Scratch scratch) {
        Layout layout = Layout.strided(Shape.of(rows, columns), new long[] {rowStride, columnStride}, 0);
        return contiguous(Rows.of(address, layout, dtype, scratch), rows, columns);
    }

    /** Some rows and columns. */
    Matrix part(long firstRow, long endRow, long firstColumn, long endColumn, int bytes) {
        long start = address + (firstRow * rowStride + firstColumn * columnStride) * bytes;
        return new Matrix(start, endRow - firstRow, endColumn - firstColumn, rowStride, columnStride);
    }

    /** The same geometry elsewhere. */
    Matrix at(long otherAddress) {
        return new Matrix(otherAddress, rows, columns, rowStride, columnStride);
    }

    /** Whether the elements of each row are neighbours and rows do not overlap, so that BLAS takes it as it is. */
    boolean isRowMajor() {
        return (columnStride == 1 || columns <= 1) && (rows <= 1 || isLeading(rowStride, columns));
    }

    /** Whether BLAS takes its transpose as it is. */
    boolean isColumnMajor() {
        return (rowStride == 1 || rows <= 1) && (columns <= 1 || isLeading(columnStride, rows));
    }

    /** The leading dimension to tell BLAS if the matrix is {@linkplain #isRowMajor row-major}. */
    int rowMajorLeading() {
        return (int) Math.max(1, rows <= 1 ? Math.min(columns, Integer.MAX_VALUE) : rowStride);
    }

    private static boolean isLeading(long stride, long length) {
        return stride >= Math.max(1, length) && stride <= Integer.MAX_VALUE;
    }
}
