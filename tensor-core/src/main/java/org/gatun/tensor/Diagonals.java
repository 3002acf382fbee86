package org.gatun.tensor;

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
        if (x.rank() == 0) {
            throw new ShapeException("diagEmbed: a scalar has no axis to write on a diagonal: reshape it to (1)");
        }
        long n = x.size(-1);
        long[] between = new long[x.rank()];
        between[x.rank() - 1] = n;
        Shape none = Shape.of(new long[x.rank()]);
        // n zeros between neighbours, read as rows of n, put element i at (i, i).
        Tensor spread = Dispatch.bind(new Op.Pad(new PadSpec(none, none, Shape.of(between))), x);
        return spread.reshape(x.shape().inserted(x.rank(), n));
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
