package org.gatun.tensor.linalg;

import java.util.Arrays;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** Products of vectors and of chains of matrices, and linear systems over several axes. */
final class TensorProducts {
    private TensorProducts() {}

    static Tensor cross(Tensor a, Tensor b, int axis) {
        Shape shape = Broadcasting.common("cross", a.shape(), b.shape());
        if (shape.rank() == 0 || shape.size(Axes.normalise("cross", axis, shape.rank())) != 3) {
            throw new ShapeException("cross: shapes " + a.shape() + " and " + b.shape()
                    + " must have 3 elements along axis " + axis + ": the product is of vectors in space");
        }
        int at = Axes.normalise("cross", axis, shape.rank());
        Tensor x = a.broadcastTo(shape);
        Tensor y = b.broadcastTo(shape);
        return x.roll(-1, at).mul(y.roll(-2, at)).sub(x.roll(-2, at).mul(y.roll(-1, at)));
    }

    static Tensor vecdot(Tensor a, Tensor b, int axis) {
        Shape shape = Broadcasting.common("vecdot", a.shape(), b.shape());
        if (shape.rank() == 0) {
            throw new ShapeException("vecdot: two scalars have no axis to sum along; use mul");
        }
        int at = Axes.normalise("vecdot", axis, shape.rank());
        return a.broadcastTo(shape).mul(b.broadcastTo(shape)).sum(at);
    }

    static Tensor inner(Tensor a, Tensor b) {
        if (a.rank() == 0 || b.rank() == 0) {
            return a.mul(b);
        }
        long k = a.size(-1);
        if (k != b.size(-1)) {
            throw new ShapeException(
                    "inner: shapes " + a.shape() + " and " + b.shape() + ": the last sizes must be equal");
        }
        if (a.dtype() == DType.BOOL && b.dtype() == DType.BOOL) {
            throw new DTypeException("inner: not defined on two BOOL tensors: convert one, for instance to(DType.F32)");
        }
        long[] sizes = Arrays.copyOf(a.shape().toArray(), a.rank() + b.rank() - 2);
        System.arraycopy(b.shape().toArray(), 0, sizes, a.rank() - 1, b.rank() - 1);
        return rows(a, k).matmul(rows(b, k).t()).reshape(Shape.of(sizes));
    }

    private static Tensor rows(Tensor x, long columns) {
        return x.reshape(leading(x.shape(), x.rank() - 1), columns);
    }

    private static long leading(Shape shape, int axes) {
        return Shape.of(Arrays.copyOf(shape.toArray(), axes)).elements();
    }

    static Tensor multiDot(Tensor... chain) {
        int n = chain.length;
        if (n < 2) {
            throw new IllegalArgumentException("multiDot: takes two tensors or more, not " + n);
        }
        Tensor[] matrices = chain.clone();
        for (int i = 0; i < n; i++) {
            boolean end = i == 0 || i == n - 1;
            if (chain[i].rank() != 2 && !(end && chain[i].rank() == 1)) {
                throw new ShapeException("multiDot: tensor " + i + " of " + n + " has shape " + chain[i].shape()
                        + ": all must be matrices, but the first and the last, which may be vectors");
            }
        }
        matrices[0] = chain[0].rank() == 1 ? chain[0].unsqueeze(0) : chain[0];
        matrices[n - 1] = chain[n - 1].rank() == 1 ? chain[n - 1].unsqueeze(1) : chain[n - 1];
        for (int i = 1; i < n; i++) {
            if (matrices[i - 1].size(1) != matrices[i].size(0)) {
                throw new ShapeException("multiDot: tensors " + (i - 1) + " and " + i + " have shapes "
                        + chain[i - 1].shape() + " and " + chain[i].shape()
                        + ": the last size of one must be the first of the next");
            }
        }
        Tensor product = product(matrices, order(matrices), 0, n - 1);
        product = chain[0].rank() == 1 ? product.squeeze(0) : product;
        return chain[n - 1].rank() == 1 ? product.squeeze(-1) : product;
    }

    /** For each part of the chain where its last product is, so that the number of multiplications is least. */
    private static int[][] order(Tensor... matrices) {
        int n = matrices.length;
        double[][] cost = new double[n][n];
        int[][] split = new int[n][n];
        for (int length = 1; length < n; length++) {
            for (int i = 0; i + length < n; i++) {
                int j = i + length;
                cost[i][j] = Double.POSITIVE_INFINITY;
                for (int k = i; k < j; k++) {
                    double last = (double) matrices[i].size(0) * matrices[k].size(1) * matrices[j].size(1);
                    double total = cost[i][k] + cost[k + 1][j] + last;
                    if (total < cost[i][j]) {
                        cost[i][j] = total;
                        split[i][j] = k;
                    }
                }
            }
        }
        return split;
    }

    private static Tensor product(Tensor[] matrices, int[][] split, int i, int j) {
        return i == j
                ? matrices[i]
                : product(matrices, split, i, split[i][j]).matmul(product(matrices, split, split[i][j] + 1, j));
    }

    static Tensor tensorInv(Tensor a, int axes) {
        Matrices.requireFloating("tensorInv", a);
        if (axes < 1 || axes > a.rank()) {
            throw new ShapeException("tensorInv: the first " + axes + " axes of shape " + a.shape()
                    + " are asked for as rows: give a number from 1 to the rank " + a.rank());
        }
        long[] sizes = a.shape().toArray();
        long rows = leading(a.shape(), axes);
        long columns = Shape.of(Arrays.copyOfRange(sizes, axes, sizes.length)).elements();
        if (rows != columns) {
            throw new ShapeException("tensorInv: shape " + a.shape() + " has " + rows + " elements in its first " + axes
                    + " axes and " + columns + " in the others: they must be equally many");
        }
        long[] turned = new long[sizes.length];
        System.arraycopy(sizes, axes, turned, 0, sizes.length - axes);
        System.arraycopy(sizes, 0, turned, sizes.length - axes, axes);
        Tensor inverse =
                Matrices.named("tensorInv", () -> Matrices.call(new Systems.Inverse(true), a.reshape(rows, columns)));
        return inverse.reshape(Shape.of(turned));
    }

    static Tensor tensorSolve(Tensor a, Tensor b) {
        Matrices.requireFloating("tensorSolve", a);
        Matrices.requireFloating("tensorSolve", b);
        long[] sizes = a.shape().toArray();
        boolean fits =
                b.rank() <= a.rank() && Shape.of(Arrays.copyOf(sizes, b.rank())).equals(b.shape());
        Shape rest = fits ? Shape.of(Arrays.copyOfRange(sizes, b.rank(), sizes.length)) : Shape.SCALAR;
        if (!fits || rest.elements() != b.elements()) {
            throw new ShapeException(
                    "tensorSolve: shapes " + a.shape() + " and " + b.shape()
                            + ": the first axes of the left must be those of the right side, and the others hold as many elements");
        }
        long n = b.elements();
        DType dtype = Matrices.common(a, b);
        Tensor x = Matrices.named(
                "tensorSolve",
                () -> Matrices.call(
                        new Systems.Solve(),
                        a.to(dtype).reshape(n, n),
                        b.to(dtype).reshape(n, 1)));
        return x.reshape(rest);
    }
}
