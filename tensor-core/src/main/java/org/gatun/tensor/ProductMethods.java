package org.gatun.tensor;

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
        return Sums.product("mm", self(), 2, other, 2);
    }

    /** The products of two equally large batches of matrices, as {@code torch.bmm}. */
    public final Tensor bmm(Tensor other) {
        return Sums.product("bmm", self(), 3, other, 3);
    }

    /** The product of this matrix and a vector, as {@code torch.mv}. */
    public final Tensor mv(Tensor vector) {
        return Sums.product("mv", self(), 2, vector, 1);
    }

    /** {@link Tensor#dot}, of which {@code torch.vdot} takes the conjugate of the first vector: of real numbers the same. */
    public final Tensor vdot(Tensor other) {
        return Sums.product("vdot", self(), 1, other, 1);
    }

    /** {@code beta this + alpha (a b)} of matrices, as {@code torch.addmm}. */
    public final Tensor addmm(Tensor a, Tensor b, double beta, double alpha) {
        return Sums.add("addmm", self(), Sums.product("addmm", a, 2, b, 2), beta, alpha);
    }

    /** {@code this + a b} of matrices. */
    public final Tensor addmm(Tensor a, Tensor b) {
        return addmm(a, b, 1, 1);
    }

    /** {@code beta this + alpha (a v)} of a matrix and a vector, as {@code torch.addmv}. */
    public final Tensor addmv(Tensor a, Tensor v, double beta, double alpha) {
        return Sums.add("addmv", self(), Sums.product("addmv", a, 2, v, 1), beta, alpha);
    }

    /** {@code this + a v} of a matrix and a vector. */
    public final Tensor addmv(Tensor a, Tensor v) {
        return addmv(a, v, 1, 1);
    }

    /** {@code beta this + alpha (u v')} of vectors, as {@code torch.addr}. */
    public final Tensor addr(Tensor u, Tensor v, double beta, double alpha) {
        return Sums.add("addr", self(), Sums.outer(u, v), beta, alpha);
    }

    /** {@code this + u v'} of vectors. */
    public final Tensor addr(Tensor u, Tensor v) {
        return addr(u, v, 1, 1);
    }

    /** {@code beta this + alpha (a b)} of batches of matrices, as {@code torch.baddbmm}. */
    public final Tensor baddbmm(Tensor a, Tensor b, double beta, double alpha) {
        return Sums.add("baddbmm", self(), Sums.product("baddbmm", a, 3, b, 3), beta, alpha);
    }

    /** {@code this + a b} of batches of matrices. */
    public final Tensor baddbmm(Tensor a, Tensor b) {
        return baddbmm(a, b, 1, 1);
    }

    /** {@code beta this + alpha sum(a[i] b[i])} of batches of matrices, as {@code torch.addbmm}; one product of longer rows. */
    public final Tensor addbmm(Tensor a, Tensor b, double beta, double alpha) {
        return Sums.add("addbmm", self(), Sums.batches(a, b), beta, alpha);
    }

    /** {@code this + sum(a[i] b[i])} of batches of matrices. */
    public final Tensor addbmm(Tensor a, Tensor b) {
        return addbmm(a, b, 1, 1);
    }
}
