package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** Distances between vectors. Derivatives at equal points are 0, as those of {@link Norms}. */
final class Distances {
    /** From so many rows on, Euclidean distances come from a matrix product. */
    private static final int MANY = 25;

    private Distances() {}

    static Tensor cdist(Tensor a, Tensor b, double p) {
        requireFloating("cdist", a, b);
        requirePower("cdist", p);
        if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-1)) {
            throw new ShapeException("cdist: shapes " + a.shape() + " and " + b.shape()
                    + ": takes rows of one length, (.., m, k) and (.., n, k)");
        }
        Shape batch = Broadcasting.common("cdist", leading(a), leading(b));
        DType dtype = DType.promote(a.dtype(), b.dtype());
        Tensor x = a.to(dtype);
        Tensor y = b.to(dtype);
        long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        sizes[batch.rank()] = a.size(-2);
        sizes[batch.rank() + 1] = b.size(-2);
        if (a.size(-1) == 0) {
            return Tensors.zeros(dtype, Shape.of(sizes), a.device());
        }
        if (p == 2 && (a.size(-2) > MANY || b.size(-2) > MANY)) {
            return byProduct(x, y);
        }
        return x.unsqueeze(-2).sub(y.unsqueeze(-3)).norm(p, -1);
    }

    /** |x - y| as the root of |x|^2 - 2 x y + |y|^2, all of it one product of longer rows. */
    private static Tensor byProduct(Tensor x, Tensor y) {
        Tensor xx = x.square().sum(true, -1);
        Tensor yy = y.square().sum(true, -1);
        Tensor left = Tensors.cat(-1, x.mul(-2.0), xx, Tensors.onesLike(xx));
        Tensor right = Tensors.cat(-1, y, Tensors.onesLike(yy), yy);
        Tensor square = Products.matmul(left, right.transpose(-2, -1));
        return Norms.ROOT.apply(square.relu());
    }

    static Tensor pdist(Tensor x, double p) {
        requireFloating("pdist", x);
        requirePower("pdist", p);
        if (x.rank() != 2) {
            throw new ShapeException("pdist: shape " + x.shape() + ": takes rows (n, k); use cdist for batches");
        }
        long n = x.size(0);
        if (n > 1 << 16) {
            throw new ShapeException("pdist: shape " + x.shape() + " has " + n + " rows, more than " + (1 << 16)
                    + ": the pairs are too many for one tensor; use cdist on parts");
        }
        int count = Math.toIntExact(Math.max(n * (n - 1) / 2, 0));
        if (x.size(1) == 0) {
            return Tensors.zeros(x.dtype(), Shape.of(count), x.device());
        }
        long[] first = new long[count];
        long[] second = new long[count];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                first[at] = i;
                second[at++] = j;
            }
        }
        Tensor from = Tensors.of(first).to(x.device());
        Tensor to = Tensors.of(second).to(x.device());
        return x.indexSelect(0, from).sub(x.indexSelect(0, to)).norm(p, -1);
    }

    static Tensor pairwise(Tensor a, Tensor b, double p, double epsilon, boolean keepDims) {
        requireFloating("pairwiseDistance", a, b);
        Shape shape = Broadcasting.common("pairwiseDistance", a.shape(), b.shape());
        if (shape.rank() == 0) {
            throw new ShapeException("pairwiseDistance: two scalars are no vectors: give them an axis");
        }
        return Norms.norm("pairwiseDistance", a.sub(b).add(epsilon), p, keepDims, -1);
    }

    static Tensor cosine(Tensor a, Tensor b, int axis, double epsilon) {
        requireFloating("cosineSimilarity", a, b);
        Shape shape = Broadcasting.common("cosineSimilarity", a.shape(), b.shape());
        if (shape.rank() == 0) {
            throw new ShapeException("cosineSimilarity: two scalars are no vectors: give them an axis");
        }
        if (Double.isNaN(epsilon)) {
            throw new IllegalArgumentException("cosineSimilarity: epsilon is NaN: give a small number above 0");
        }
        int at = Axes.normalise("cosineSimilarity", axis, shape.rank());
        Tensor x = a.broadcastTo(shape);
        Tensor y = b.broadcastTo(shape);
        return unit(x, at, epsilon).mul(unit(y, at, epsilon)).sum(at);
    }

    private static Tensor unit(Tensor x, int axis, double epsilon) {
        return x.div(x.norm(2, true, axis).clamp(epsilon, Double.POSITIVE_INFINITY));
    }

    private static void requireFloating(String name, Tensor... operands) {
        for (Tensor x : operands) {
            Reductions.requireFloating(name, x);
        }
    }

    private static void requirePower(String name, double p) {
        if (!(p >= 0)) {
            throw new IllegalArgumentException(
                    name + ": p " + p + " must be 0 or more; an infinity is the largest difference");
        }
    }

    private static Shape leading(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().toArray(), x.rank() - 2));
    }
}
