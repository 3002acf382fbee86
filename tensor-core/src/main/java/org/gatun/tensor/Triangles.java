package org.gatun.tensor;

import org.gatun.tensor.shape.Shape;

/** The positions of triangles of matrices, and numbers evenly spaced in their logarithms. */
final class Triangles {
    private Triangles() {}

    static Tensor tri(DType dtype, long rows, long columns, long offset) {
        if (rows < 0 || columns < 0) {
            throw new ShapeException("tri: " + rows + " rows and " + columns + " columns: both must be 0 or more");
        }
        var _ = Creation.shape("tri", dtype, rows, columns);
        var _ = Creation.shape("tri", DType.I64, Math.max(rows, columns));
        // Beyond the matrix every offset does the same.
        long by = Math.clamp(offset, -rows, columns);
        try (Tensor i = Creation.arange(by, by + rows, 1);
                Tensor j = Creation.arange(0, columns, 1);
                Tensor column = i.unsqueeze(1);
                Tensor inside = column.ge(j)) {
            return dtype == DType.BOOL ? inside.copy() : inside.to(dtype);
        }
    }

    static Tensor indices(String name, long rows, long columns, long offset, boolean lower) {
        if (rows < 0 || columns < 0) {
            throw new ShapeException(name + ": " + rows + " rows and " + columns + " columns: both must be 0 or more");
        }
        long by = Math.clamp(offset, -rows, columns);
        // The rows that have positions, and how many the shortest of them has; each other has one more than the next,
        // or all columns.
        long first = lower ? Math.max(-by, 0) : 0;
        long end = lower || columns - by < 0 || columns - by > rows ? rows : columns - by;
        long shortest = lower ? (by < columns ? Math.max(by, 0) + 1 : columns) : columns - Math.max(end - 1 + by, 0);
        double count = columns == 0 ? 0 : positions(end - first, shortest, columns);
        if (2 * count > Integer.MAX_VALUE - 8) {
            throw new ShapeException(name + ": the triangle of " + rows + " rows and " + columns
                    + " columns has more positions than a Java array holds: compare two aranges instead");
        }
        int n = (int) count;
        long[] positions = new long[2 * n];
        int k = 0;
        for (long i = first; k < n; i++) {
            for (long j = from(i, by, columns, lower); j < to(i, by, columns, lower); j++) {
                positions[k] = i;
                positions[n + k++] = j;
            }
        }
        return HostCopies.of(Shape.of(2, n), positions);
    }

    /** The positions of rows of which the first has {@code shortest} and each other one more than the one before, until all columns. */
    private static double positions(double rows, double shortest, double columns) {
        double growing = Math.min(rows, columns - shortest);
        return growing * shortest + growing * (growing - 1) / 2 + (rows - growing) * columns;
    }

    private static long from(long row, long offset, long columns, boolean lower) {
        return lower ? 0 : Math.clamp(row + offset, 0, columns);
    }

    private static long to(long row, long offset, long columns, boolean lower) {
        return lower ? Math.clamp(row + offset + 1, 0, columns) : columns;
    }

    static Tensor logspace(DType dtype, double start, double end, long count, double base) {
        if (!(base > 0) || base == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("logspace: the base " + base + " must be finite and above 0");
        }
        double[] values = even("logspace", dtype, start, end, count);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.pow(base, values[i]);
        }
        return Creation.converted(dtype, values);
    }

    static Tensor geomspace(DType dtype, double start, double end, long count) {
        if (start == 0 || end == 0 || Math.signum(start) != Math.signum(end)) {
            throw new IllegalArgumentException("geomspace: the ends " + start + " and " + end
                    + " must have one sign and not be 0: the numbers between them have one ratio");
        }
        double[] values = even("geomspace", dtype, 0, 1, count);
        for (int i = 0; i < values.length; i++) {
            // The ends are as they were given.
            values[i] = values[i] == 0 ? start : values[i] == 1 ? end : between(start, end, values[i]);
        }
        return Creation.converted(dtype, values);
    }

    private static double between(double start, double end, double part) {
        double ratio = end / start;
        if (ratio >= Double.MIN_NORMAL && ratio <= Double.MAX_VALUE) {
            return start * Math.pow(ratio, part);
        }
        // The ratio of numbers so far apart is beyond the doubles.
        return Math.signum(start) * Math.pow(Math.abs(start), 1 - part) * Math.pow(Math.abs(end), part);
    }

    private static double[] even(String name, DType dtype, double start, double end, long count) {
        if (!dtype.isFloating()) {
            throw new DTypeException(name + ": makes floating dtypes, not " + dtype + ": convert the result");
        }
        try (Tensor numbers = Renamed.call("linspace", name, () -> Creation.linspace(DType.F64, start, end, count))) {
            return numbers.toDoubleArray();
        }
    }
}
