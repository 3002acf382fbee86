package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Triangles and diagonals of matrices. */
final class Diagonals {
    private Diagonals() {}

    static Tensor triangle(String name, Tensor x, long offset, boolean lower) {
        requireMatrices(name, x);
        // Beyond the matrix every offset does the same.
        long by = Math.clamp(offset, -x.size(-2), x.size(-1));
        Tensor column = Dispatch.source(new Op.Iota(x.size(-2)), x.device())
                .unsqueeze(1)
                .add(by);
        Tensor row = Dispatch.source(new Op.Iota(x.size(-1)), x.device());
        Tensor inside = lower ? row.le(column) : row.ge(column);
        return inside.where(x, Arithmetic.constant(x, x.dtype(), 0.0));
    }

    static Tensor diagonal(Tensor x, long offset, int rows, int columns) {
        requireMatrices("diagonal", x);
        int r = Axes.normalise("diagonal", rows, x.rank());
        int c = Axes.normalise("diagonal", columns, x.rank());
        if (r == c) {
            throw new ShapeException(
                    "diagonal: rows and columns are both axis " + rows + " of shape " + x.shape() + ": name two axes");
        }
        // The diagonal of an (m, n) matrix, read row by row, is every (n + 1)-th element.
        Tensor last = r == x.rank() - 2 && c == x.rank() - 1 ? x : behind(x, r, c);
        long m = last.size(-2);
        long n = last.size(-1);
        long count = Math.max(Math.min(m + Math.min(offset, 0), n - Math.max(offset, 0)), 0);
        long first = offset >= 0 ? offset : -offset * n;
        Tensor flat = last.flatten(-2, -1);
        if (count == 0) {
            return flat.slice(-1, 0, 0);
        }
        return flat.slice(-1, first, first + (count - 1) * (n + 1) + 1, n + 1);
    }

    private static Tensor behind(Tensor x, int r, int c) {
        int[] order = new int[x.rank()];
        int k = 0;
        for (int a = 0; a < order.length; a++) {
            if (a != r && a != c) {
                order[k++] = a;
            }
        }
        order[k] = r;
        order[k + 1] = c;
        return x.permute(order);
    }

    static Tensor embed(Tensor x) {
        return embed("diagEmbed", x, 0, -2, -1);
    }

    static Tensor embed(String name, Tensor x, long offset, int rows, int columns) {
        if (x.rank() == 0) {
            throw new ShapeException(name + ": a scalar has no axis to write on a diagonal: reshape it to (1)");
        }
        int r = Axes.normalise(name, rows, x.rank() + 1);
        int c = Axes.normalise(name, columns, x.rank() + 1);
        if (r == c) {
            throw new ShapeException(
                    name + ": rows and columns are both axis " + rows + " of the result: name two axes");
        }
        long n = x.size(-1);
        long size;
        try {
            size = Math.addExact(n, Math.absExact(offset));
        } catch (ArithmeticException e) {
            throw new ShapeException(name + ": a diagonal at offset " + offset + " is too far from the main one", e);
        }
        long[] sizes = Arrays.copyOf(x.shape().toArray(), x.rank() + 1);
        sizes[x.rank() - 1] = size;
        sizes[x.rank()] = size;
        Shape shape = Creation.shape(name, x.dtype(), sizes);
        Tensor flat = Dispatch.bind(spread(x.shape(), offset, size, size), x);
        return placed(flat.reshape(shape), r, c);
    }

    /**
     * The padding of the last axis of a shape that puts its elements on a diagonal of a matrix read row by row: {@code columns} zeros
     * between neighbours. All must lie within the matrix.
     */
    static Op.Pad spread(Shape x, long offset, long rows, long columns) {
        int rank = x.rank();
        long n = x.size(-1);
        long all = Shape.of(rows, columns).elements();
        long[] low = new long[rank];
        long[] high = new long[rank];
        long[] between = new long[rank];
        low[rank - 1] = n == 0 ? all : offset >= 0 ? offset : -offset * columns;
        high[rank - 1] = n == 0 ? 0 : all - low[rank - 1] - (n - 1) * (columns + 1) - 1;
        between[rank - 1] = n < 2 ? 0 : columns;
        return new Op.Pad(new PadSpec(Shape.of(low), Shape.of(high), Shape.of(between)));
    }

    /** The last two axes moved to the places {@code r} and {@code c}. */
    static Tensor placed(Tensor x, int r, int c) {
        int rank = x.rank();
        if (r == rank - 2 && c == rank - 1) {
            return x;
        }
        int[] order = new int[rank];
        int k = 0;
        for (int a = 0; a < rank; a++) {
            order[a] = a == r ? rank - 2 : a == c ? rank - 1 : k++;
        }
        return x.permute(order);
    }

    static Tensor diag(Tensor x, long offset) {
        return switch (x.rank()) {
            case 1 -> embed("diag", x, offset, 0, 1);
            case 2 -> diagonal(x, offset, 0, 1);
            default ->
                throw new ShapeException("diag: takes a vector or a matrix, not a tensor of shape " + x.shape()
                        + ": use diagEmbed or diagonal for batches");
        };
    }

    static Tensor trace(Tensor x) {
        if (x.rank() != 2) {
            throw new ShapeException("matrixTrace: takes a matrix, not a tensor of shape " + x.shape()
                    + ": use diagonal and sum for batches");
        }
        return diagonal(x, 0, 0, 1).sum();
    }

    private static void requireMatrices(String name, Tensor x) {
        if (x.rank() < 2) {
            throw new ShapeException(
                    name + ": takes matrices, of two axes or more, not a tensor of shape " + x.shape());
        }
    }
}
