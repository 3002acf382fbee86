package org.gatun.tensor.linalg;

import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

/** Norms of matrices and condition numbers. */
final class Norms {
    private Norms() {}

    static Tensor vectorNorm(Tensor x, double p, boolean keepDims, int... axes) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("vectorNorm: takes a floating dtype, not " + x.dtype()
                    + ": convert first, for instance to(DType.F32)");
        }
        if (Double.isNaN(p)) {
            throw new IllegalArgumentException(
                    "vectorNorm: p is NaN: give a number, or an infinity for the largest magnitude");
        }
        Axes over = Axes.reduction("vectorNorm", x.rank(), axes);
        for (int k = 0; k < over.count() && Double.isInfinite(p); k++) {
            if (x.size(over.get(k)) == 0) {
                throw new ShapeException("vectorNorm: no elements to choose from over axes " + over + " of shape "
                        + x.shape() + ": give at least one along each of the axes, or another p");
            }
        }
        return x.norm(p, keepDims, axes);
    }

    static Tensor matrixNorm(Tensor x, MatrixNorm norm, boolean keepDims, int rows, int columns) {
        Matrices.requireFloating("matrixNorm", x);
        if (x.rank() < 2) {
            throw new ShapeException("matrixNorm: takes matrices, of two axes or more, not a tensor of shape "
                    + x.shape() + ": vectorNorm takes vectors");
        }
        int r = Axes.normalise("matrixNorm", rows, x.rank());
        int c = Axes.normalise("matrixNorm", columns, x.rank());
        if (r == c) {
            throw new ShapeException("matrixNorm: rows and columns are both axis " + rows + " of shape " + x.shape()
                    + ": name two axes");
        }
        Tensor last = last(x, r, c);
        requireElements(norm, x, last);
        Tensor value = value(last, norm);
        return keepDims ? value.unsqueeze(Math.min(r, c)).unsqueeze(Math.max(r, c)) : value;
    }

    private static Tensor value(Tensor a, MatrixNorm norm) {
        return switch (norm) {
            case FROBENIUS -> a.norm(2, -2, -1);
            case NUCLEAR -> Spectra.singularValues(a).sum(-1);
            case INF -> a.abs().sum(-1).amax(-1);
            case NEGATIVE_INF -> a.abs().sum(-1).amin(-1);
            case ONE -> a.abs().sum(-2).amax(-1);
            case NEGATIVE_ONE -> a.abs().sum(-2).amin(-1);
            case TWO -> Spectra.singularValues(a).amax(-1);
            case NEGATIVE_TWO -> Spectra.singularValues(a).amin(-1);
        };
    }

    /** The number of rows, columns or values that a largest or least one is taken of. */
    private static void requireElements(MatrixNorm norm, Tensor x, Tensor a) {
        long count = switch (norm) {
            case FROBENIUS, NUCLEAR -> 1;
            case INF, NEGATIVE_INF -> a.size(-2);
            case ONE, NEGATIVE_ONE -> a.size(-1);
            case TWO, NEGATIVE_TWO -> Math.min(a.size(-2), a.size(-1));
        };
        if (count == 0) {
            throw new ShapeException("matrixNorm: " + norm + " of matrices without elements, in a tensor of shape "
                    + x.shape() + ", is not defined: FROBENIUS and NUCLEAR are 0");
        }
    }

    private static Tensor last(Tensor x, int rows, int columns) {
        int[] order = new int[x.rank()];
        int k = 0;
        for (int a = 0; a < order.length; a++) {
            if (a != rows && a != columns) {
                order[k++] = a;
            }
        }
        order[k] = rows;
        order[k + 1] = columns;
        return x.permute(order);
    }

    static Tensor cond(Tensor a, MatrixNorm norm) {
        if (norm == MatrixNorm.TWO || norm == MatrixNorm.NEGATIVE_TWO) {
            Matrices.require("cond", a);
        } else {
            Matrices.requireSquare("cond", a);
        }
        if (a.size(-1) == 0 || a.size(-2) == 0) {
            return a.sum(-2, -1);
        }
        return switch (norm) {
            case TWO -> {
                Tensor s = Spectra.singularValues(a);
                yield s.select(-1, 0).div(s.select(-1, -1));
            }
            case NEGATIVE_TWO -> {
                Tensor s = Spectra.singularValues(a);
                yield s.select(-1, -1).div(s.select(-1, 0));
            }
            case FROBENIUS, NUCLEAR, INF, NEGATIVE_INF, ONE, NEGATIVE_ONE -> byInverse(a, norm);
        };
    }

    /** The product of the norms of A and its inverse, infinite where A is singular. */
    private static Tensor byInverse(Tensor a, MatrixNorm norm) {
        Tensor pivots = Dispatch.bindAll(new Op.Lu(false), a.detach())[0].diagonal();
        Tensor singular = pivots.eq(0).any(-1);
        // In place of a singular matrix the identity, for which all is finite and nothing is infinite times 0.
        Tensor safe = singular.unsqueeze(-1).unsqueeze(-1).where(Matrices.identity(a, a.size(-1)), a);
        Tensor product = value(safe, norm).mul(value(Matrices.call(new Systems.Inverse(false), safe), norm));
        return singular.where(Matrices.constant(a, Double.POSITIVE_INFINITY), product);
    }
}
