package org.gatun.tensor;

import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** Products of fixed ranks, and sums of a tensor and a product. */
final class Sums {
    private Sums() {}

    static Tensor product(String name, Tensor a, int rankA, Tensor b, int rankB) {
        Shape l = a.shape();
        Shape r = b.shape();
        if (l.rank() != rankA || r.rank() != rankB) {
            throw new ShapeException(name + ": shapes " + l + " and " + r + ": takes " + kind(rankA) + " and "
                    + kind(rankB) + "; use matmul for other ranks");
        }
        boolean batches = rankA < 3 || l.size(0) == r.size(0);
        if (!batches || l.size(-1) != r.size(Math.max(rankB - 2, 0))) {
            throw new ShapeException(
                    name + ": shapes " + l + " and " + r + " do not fit: the last size of the left must"
                            + " equal " + (rankB == 1 ? "that" : "the last but one") + " of the right"
                            + (rankA < 3 ? "" : ", and the first sizes must be equal"));
        }
        return Products.matmul(name, a, b);
    }

    private static String kind(int rank) {
        return switch (rank) {
            case 1 -> "a vector";
            case 2 -> "a matrix";
            default -> "a batch of matrices";
        };
    }

    static Tensor outer(Tensor u, Tensor v) {
        if (u.rank() != 1 || v.rank() != 1) {
            throw new ShapeException("addr: shapes " + u.shape() + " and " + v.shape() + ": takes two vectors");
        }
        return Products.outer(u, v);
    }

    static Tensor batches(Tensor a, Tensor b) {
        if (a.rank() != 3 || b.rank() != 3 || a.size(0) != b.size(0) || a.size(2) != b.size(1)) {
            // Says what is wrong.
            return product("addbmm", a, 3, b, 3);
        }
        Tensor rows = a.permute(1, 0, 2).flatten(1, 2);
        return Products.matmul("addbmm", rows, b.flatten(0, 1));
    }

    static Tensor add(String name, Tensor x, Tensor product, double beta, double alpha) {
        if (!Broadcasting.fits(x.shape(), product.shape())) {
            throw new ShapeException(
                    name + ": a tensor of shape " + x.shape() + " can't be added to a product of shape "
                            + product.shape() + ": aligned at the last axis, each size must be equal or 1");
        }
        Tensor weighted = weighted(name, product, alpha);
        if (beta == 0) {
            // Of the same dtype as otherwise.
            DType dtype = DType.promote(x.dtype(), product.dtype());
            return Arithmetic.cast(weighted, dtype);
        }
        return weighted(name, x, beta).add(weighted);
    }

    private static Tensor weighted(String name, Tensor x, double weight) {
        if (weight == 1) {
            return x;
        }
        if (x.dtype().isFloating()) {
            return x.mul(weight);
        }
        if (weight != Math.rint(weight) || Math.abs(weight) > 0x1p53) {
            throw new DTypeException(name + ": the weight " + weight + " of a tensor of " + x.dtype()
                    + " must be a whole number: convert the tensor to a floating dtype first");
        }
        return x.mul((long) weight);
    }
}
