package org.gatun.tensor;

import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} for products of fixed ranks, which refuse what {@link Tensor#matmul} would broadcast, and for sums of a
 * tensor and a product. dtypes are promoted, which PyTorch leaves to the caller. A chain of products in its cheapest order, PyTorch's
 * {@code chain_matmul}, is {@link org.gatun.tensor.linalg.Linalg#multiDot}.
 *
 * <p>In the sums, {@code beta} weighs this tensor and {@code alpha} the product, 1 if they are not given; this is broadcast to the
 * product's shape. With {@code beta} 0 it counts for nothing, not even its NaN. Integers take whole weights.
 */
public abstract sealed class ProductMethods extends ScatterMethods permits InPlaceMethods {
    ProductMethods() {}

    /** The product of two matrices, as {@code torch.mm}. */
    public final Tensor mm(Tensor other) {
        return CastPolicy.LOWER.apply(self(), other, (x, y) -> Sums.product("mm", x, 2, y, 2));
    }

    /** The products of two equally large batches of matrices, as {@code torch.bmm}. */
    public final Tensor bmm(Tensor other) {
        return CastPolicy.LOWER.apply(self(), other, (x, y) -> Sums.product("bmm", x, 3, y, 3));
    }

    /** The product of this matrix and a vector, as {@code torch.mv}. */
    public final Tensor mv(Tensor vector) {
        return CastPolicy.LOWER.apply(self(), vector, (x, v) -> Sums.product("mv", x, 2, v, 1));
    }

    /** {@link Tensor#dot}, of which {@code torch.vdot} takes the conjugate of the first vector: of real numbers the same. */
    public final Tensor vdot(Tensor other) {
        return CastPolicy.PROMOTE.apply(self(), other, (x, y) -> Sums.product("vdot", x, 1, y, 1));
    }

    /** {@code beta this + alpha (a b)} of matrices, as {@code torch.addmm}. */
    public final Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        return CastPolicy.LOWER.apply(
                in -> Sums.add("addmm", in[0], Sums.product("addmm", in[1], 2, in[2], 2), beta, alpha), self(), a, b);
    }

    /** {@code this + a b} of matrices. */
    public final Tensor addmm(Tensor a, Tensor b) {
        return addmm(a, b, 1, 1);
    }

    /** {@code beta this + alpha (a v)} of a matrix and a vector, as {@code torch.addmv}. */
    public final Tensor addmv(Tensor a, Tensor v, double beta, double alpha) {
        return CastPolicy.LOWER.apply(
                in -> Sums.add("addmv", in[0], Sums.product("addmv", in[1], 2, in[2], 1), beta, alpha), self(), a, v);
    }

    /** {@code this + a v} of a matrix and a vector. */
    public final Tensor addmv(Tensor a, Tensor v) {
        return addmv(a, v, 1, 1);
    }

    /** {@code beta this + alpha (u v')} of vectors, as {@code torch.addr}. */
    public final Tensor addr(Tensor u, Tensor v, double beta, double alpha) {
        return CastPolicy.LOWER.apply(
                in -> Sums.add("addr", in[0], Sums.outer(in[1], in[2]), beta, alpha), self(), u, v);
    }

    /** {@code this + u v'} of vectors. */
    public final Tensor addr(Tensor u, Tensor v) {
        return addr(u, v, 1, 1);
    }

    /** {@code beta this + alpha (a b)} of batches of matrices, as {@code torch.baddbmm}. */
    public final Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        return CastPolicy.LOWER.apply(
                in -> Sums.add("baddbmm", in[0], Sums.product("baddbmm", in[1], 3, in[2], 3), beta, alpha),
                self(),
                a,
                b);
    }

    /** {@code this + a b} of batches of matrices. */
    public final Tensor baddbmm(Tensor a, Tensor b) {
        return baddbmm(a, b, 1, 1);
    }

    /** {@code beta this + alpha sum(a[i] b[i])} of batches of matrices, as {@code torch.addbmm}; one product of longer rows. */
    public final Tensor addbmm(Tensor a, Tensor b, double beta, double alpha) {
        return CastPolicy.LOWER.apply(
                in -> Sums.add("addbmm", in[0], Sums.batches(in[1], in[2]), beta, alpha), self(), a, b);
    }

    /** {@code this + sum(a[i] b[i])} of batches of matrices. */
    public final Tensor addbmm(Tensor a, Tensor b) {
        return addbmm(a, b, 1, 1);
    }
}
