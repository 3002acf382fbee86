package org.gatun.tensor;

import org.gatun.tensor.trace.CastPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The methods of {@link Tensor} that count elements by value: histograms and different elements. Counts have no derivative, sums of
 * weights have one by the weights. The sizes of what {@code bincount}, {@code unique} and {@code uniqueConsecutive} give depend on the
 * values, so that these are refused under {@code vmap}, as are histograms whose range is that of the elements.
 */
public abstract sealed class CountingMethods extends StatisticsMethods permits ShapeMethods {
    CountingMethods() {}

    // ---- histograms ----

    /**
     * How often each of 0, 1, 2, ... occurs in a vector of integers, as {@code torch.bincount}: {@code out[i] = sum_j (x[j] == i)}, I64, of
     * size {@code max(max(x) + 1, minLength)}.
     *
     * @throws ShapeException when this is no vector
     * @throws DTypeException for other dtypes than integers
     * @throws IllegalArgumentException when an element or {@code minLength} is negative
     */
    public final Tensor bincount(long minLength) {
        return Histograms.bincount(self(), null, minLength);
    }

    /** As {@link #bincount(long)}, up to the largest element. */
    public final Tensor bincount() {
        return bincount(0);
    }

    /**
     * The sums of the weights of the places where each of 0, 1, 2, ... occurs, as {@code torch.bincount}:
     * {@code out[i] = sum_j (x[j] == i) * weights[j]}; F32 for weights of F32, F64 for all others; differentiable in the weights.
     *
     * @param weights of this shape
     * @throws ShapeException when this is no vector or the weights have another shape
     * @throws DTypeException for other dtypes than integers
     * @throws IllegalArgumentException when an element or {@code minLength} is negative
     */
    public final Tensor bincount(Tensor weights, long minLength) {
        return Histograms.bincount(self(), weights, minLength);
    }

    /** As {@link #bincount(Tensor, long)}, up to the largest element. */
    public final Tensor bincount(Tensor weights) {
        return bincount(weights, 0);
    }

    /**
     * The numbers of elements in equal bins from {@code min} to {@code max}, as {@code torch.histc}, a vector of this floating dtype. A bin
     * reaches up to the next one, the last includes {@code max}; elements outside and NaN are not counted. If both ends are equal, the bins
     * lie between the smallest and the largest element, and if those are equal too, from 1 below to 1 above.
     *
     * @throws DTypeException for other dtypes than floating ones
     * @throws IllegalArgumentException without bins, or when the range is not finite or its ends are in the wrong order
     */
    public final Tensor histc(long bins, double min, double max) {
        return Histograms.histc(self(), bins, min, max);
    }

    /** As {@link #histc(long, double, double)}, between the smallest and the largest element. */
    public final Tensor histc(long bins) {
        return histc(bins, 0, 0);
    }

    /**
     * The numbers of elements in equal bins from the smallest to the largest element, as {@code torch.histogram}; see {@link
     * #histogram(long, double, double, Tensor, boolean)}. Without elements the bins lie from 0 to 1.
     */
    public final Histogram histogram(long bins) {
        return histogram(bins, null, false);
    }

    /** As {@link #histogram(long, double, double, Tensor, boolean)}, from the smallest to the largest element. */
    public final Histogram histogram(long bins, @Nullable Tensor weight, boolean density) {
        return CastPolicy.AS_IS.apply(in -> Histograms.histogram(self(), bins, weight, density));
    }

    /** The numbers of elements in equal bins from {@code low} to {@code high}; see {@link #histogram(long, double, double, Tensor, boolean)}. */
    public final Histogram histogram(long bins, double low, double high) {
        return histogram(bins, low, high, null, false);
    }

    /**
     * The histogram of all elements over equal bins from {@code low} to {@code high}, as {@code torch.histogram}, of this floating dtype:
     * bin i has the elements with {@code edges[i] <= x < edges[i + 1]}, the last one also those equal to {@code high}; elements outside and
     * NaN are in none. Equal ends are moved apart by 0.5 each. Differentiable in the weights.
     *
     * @param weight what each element counts, of this shape and dtype; null for 1
     * @param density whether each bin is divided by its width and by the sum over all bins, that the integral be 1
     * @throws ShapeException when the weights have another shape
     * @throws DTypeException for other dtypes than floating ones, or weights of another dtype
     * @throws IllegalArgumentException without bins, or when the range is not finite or its ends are in the wrong order
     */
    public final Histogram histogram(long bins, double low, double high, @Nullable Tensor weight, boolean density) {
        return CastPolicy.AS_IS.apply(in -> Histograms.histogram(self(), bins, low, high, weight, density));
    }

    /** The numbers of elements in bins between given edges; see {@link #histogram(Tensor, Tensor, boolean)}. */
    public final Histogram histogram(Tensor edges) {
        return histogram(edges, null, false);
    }

    /**
     * The histogram of all elements over bins between given edges, else as {@link #histogram(long, double, double, Tensor, boolean)}. A
     * density is differentiable in the edges too.
     *
     * @param edges a vector in rising order, of this dtype
     * @param weight what each element counts, of this shape and dtype; null for 1
     * @param density whether each bin is divided by its width and by the sum over all bins
     * @throws ShapeException when the edges are no vector or have no element, or the weights have another shape
     * @throws DTypeException for other dtypes than floating ones, or edges or weights of another dtype
     */
    public final Histogram histogram(Tensor edges, @Nullable Tensor weight, boolean density) {
        return CastPolicy.AS_IS.apply(in -> Histograms.histogramOfEdges(self(), edges, weight, density));
    }

    // ---- different elements ----

    /**
     * The different elements in rising order as a vector, for each element the index of its equal (of this shape), and how often each
     * occurs, as {@code torch.unique}. Each NaN is different from all others. Other than in PyTorch the values are differentiable: the first
     * of equal elements gets all of the gradient.
     */
    public final Unique unique() {
        return Uniqueness.unique(self());
    }

    /**
     * The different slices along an axis, in the order of the first elements in which they differ, for each slice the index of its equal,
     * and how often each occurs, as {@code torch.unique} with {@code dim}; otherwise as {@link #unique()}.
     *
     * @throws ShapeException when the axis does not exist, or slices have no elements
     */
    public final Unique unique(int axis) {
        return Uniqueness.unique(self(), axis);
    }

    /**
     * The elements row by row without those that equal the one before them, as {@code torch.unique_consecutive}; the rest as
     * {@link #unique()}.
     */
    public final Unique uniqueConsecutive() {
        return Uniqueness.uniqueConsecutive(self());
    }

    /**
     * The slices along an axis without those that equal the one before them, as {@code torch.unique_consecutive} with {@code dim}; the rest
     * as {@link #unique(int)}.
     *
     * @throws ShapeException when the axis does not exist, or slices have no elements
     */
    public final Unique uniqueConsecutive(int axis) {
        return Uniqueness.uniqueConsecutive(self(), axis);
    }
}
