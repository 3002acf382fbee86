package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.trace.CastPolicy;
import org.jspecify.annotations.Nullable;

/** The functions of {@link Functional} that compare vectors. */
abstract sealed class DistanceFunctions extends ImageFunctions permits Functional {
    DistanceFunctions() {}

    /**
     * The distances of all rows of {@code a} from all rows of {@code b}, {@code (sum |a_i - b_i|^p)^(1/p)}, as {@code torch.cdist}:
     * for p = 0 the number of elements that differ, for p infinite the largest difference. Where rows are equal the derivative is 0;
     * several largest differences share it evenly, where PyTorch gives all of it to each.
     *
     * <p>For p = 2 and more than 25 rows on a side the distances come from a matrix product, as in PyTorch: faster, but rounded as the
     * squares of the rows' lengths are, so that small distances of long rows lose digits, and equal rows may lie a rounding apart.
     *
     * @param a of shape (.., m, k)
     * @param b of shape (.., n, k), whose leading sizes broadcast with those of {@code a}
     * @param p 0 or more; may be infinite
     * @return of shape (.., m, n)
     * @throws ShapeException when ranks are below 2, row lengths differ, or batches do not broadcast
     * @throws DTypeException when an operand is not floating
     * @throws IllegalArgumentException when p is negative or NaN
     */
    public static Tensor cdist(Tensor a, Tensor b, double p) {
        return CastPolicy.F32.apply(a, b, (x, y) -> Distances.cdist(x, y, p));
    }

    /** The Euclidean distances: {@link #cdist(Tensor, Tensor, double)} with p = 2. */
    public static Tensor cdist(Tensor a, Tensor b) {
        return cdist(a, b, 2);
    }

    /**
     * The distances of all pairs of rows of (n, k), first row with second, first with third, and so on, as {@code torch.pdist}.
     *
     * @param p 0 or more; may be infinite
     * @return of shape (n (n - 1) / 2)
     * @throws ShapeException when the rank is not 2, or there are more than 65536 rows
     * @throws IllegalArgumentException when p is negative or NaN
     */
    public static Tensor pdist(Tensor x, double p) {
        return CastPolicy.F32.apply(x, rows -> Distances.pdist(rows, p));
    }

    /** The Euclidean distances of all pairs of rows: {@link #pdist(Tensor, double)} with p = 2. */
    public static Tensor pdist(Tensor x) {
        return pdist(x, 2);
    }

    /**
     * The norm of {@code a - b + epsilon} along the last axis, as {@code torch.nn.functional.pairwise_distance}; operands broadcast.
     *
     * @param p any number but NaN; may be infinite
     * @param epsilon added to each difference
     * @throws ShapeException when both are 0-d, or the shapes do not broadcast
     */
    public static Tensor pairwiseDistance(Tensor a, Tensor b, double p, double epsilon, boolean keepDims) {
        return CastPolicy.F32.apply(a, b, (x, y) -> Distances.pairwise(x, y, p, epsilon, keepDims));
    }

    /** {@link #pairwiseDistance(Tensor, Tensor, double, double, boolean)} with p = 2 and epsilon = 1e-6. */
    public static Tensor pairwiseDistance(Tensor a, Tensor b) {
        return pairwiseDistance(a, b, 2, 1e-6, false);
    }

    /**
     * The cosine of the angle between vectors along an axis of the common shape, {@code a b / (max(|a|, epsilon) max(|b|, epsilon))}, as
     * {@code torch.nn.functional.cosine_similarity}.
     *
     * @throws ShapeException when both are 0-d, or the shapes do not broadcast
     */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis, double epsilon) {
        return CastPolicy.F32.apply(a, b, (x, y) -> Distances.cosine(x, y, axis, epsilon));
    }

    /** {@link #cosineSimilarity(Tensor, Tensor, int, double)} along axis 1 with epsilon = 1e-8, PyTorch's defaults. */
    public static Tensor cosineSimilarity(Tensor a, Tensor b) {
        return cosineSimilarity(a, b, 1, 1e-8);
    }

    /**
     * {@code x W_o y + bias_o} for each output o, as {@code torch.nn.functional.bilinear}.
     *
     * @param x of shape (.., m)
     * @param y of shape (.., n), with the leading sizes of {@code x}
     * @param weight of shape (o, m, n)
     * @param bias of shape (o), or null for none
     * @return of shape (.., o)
     * @throws ShapeException when the shapes do not fit
     */
    public static Tensor bilinear(Tensor x, Tensor y, Tensor weight, @Nullable Tensor bias) {
        return CastPolicy.PROMOTE.apply(
                in -> TensorContractions.bilinear(in[0], in[1], in[2], bias == null ? List.of() : List.of(in[3])),
                x,
                y,
                weight,
                bias);
    }
}
