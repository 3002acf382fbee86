package org.gatun.tensor;

/**
 * The methods of {@link Tensor} that choose elements by their rank among all along an axis: medians, quantiles, modes and extremes. A
 * scalar counts as one element along axis 0 (or -1).
 */
public abstract sealed class OrderStatisticsMethods extends ReductionMethods permits StatisticsMethods {
    OrderStatisticsMethods() {}

    /**
     * The median of all elements, the lower of the two in the middle of an even number, as {@code torch.median}: 0-d, ties share
     * the gradient evenly. NaN if there is one, and of no elements.
     *
     * @throws ShapeException for an integer tensor without elements, which has no NaN to give
     */
    public final Tensor median() {
        return OrderStatistics.median(self());
    }

    /**
     * The median along an axis, the lower of the two in the middle, and its index (I64), as {@code torch.median(x, dim)}; the axis
     * goes away. Of equal elements one gets all of the gradient. The first NaN if there is one.
     *
     * @throws ShapeException when the axis does not exist or has no elements
     */
    public final ValuesIndices median(int axis) {
        return OrderStatistics.median(self(), false, axis);
    }

    /** As {@link #median(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final ValuesIndices median(boolean keepDims, int axis) {
        return OrderStatistics.median(self(), keepDims, axis);
    }

    /**
     * The k-th smallest element along an axis, counted from 1, and its index (I64), as {@code torch.kthvalue}; the axis goes away.
     * NaN is the largest.
     *
     * @throws ShapeException when the axis does not exist or k is not from 1 to its size
     */
    public final ValuesIndices kthvalue(long k, int axis) {
        return OrderStatistics.kthvalue(self(), k, false, axis);
    }

    /** As {@link #kthvalue(long, int)}; the axis stays with size 1 if {@code keepDims}. */
    public final ValuesIndices kthvalue(long k, boolean keepDims, int axis) {
        return OrderStatistics.kthvalue(self(), k, keepDims, axis);
    }

    /**
     * The q-quantile of all elements, as {@link #quantile(double, int)}; 0-d.
     *
     * @throws ShapeException when there are no elements
     */
    public final Tensor quantile(double q) {
        return OrderStatistics.quantile(self(), q, false);
    }

    /**
     * The q-quantile along an axis, which goes away, as {@code torch.quantile}: between the sorted elements around place
     * {@code q * (n - 1)} by linear interpolation; floating dtypes only. NaN if there is one. Other than in PyTorch, an infinite
     * element that is hit exactly is the result, not NaN.
     *
     * @param q from 0 to 1
     * @throws ShapeException when the axis does not exist or has no elements
     * @throws IllegalArgumentException when q is not from 0 to 1
     */
    public final Tensor quantile(double q, int axis) {
        return OrderStatistics.quantile(self(), q, false, axis);
    }

    /** As {@link #quantile(double, int)}; the axis stays with size 1 if {@code keepDims}. */
    public final Tensor quantile(double q, boolean keepDims, int axis) {
        return OrderStatistics.quantile(self(), q, keepDims, axis);
    }

    /**
     * As {@link #quantile(double, int)} with another result where the place lies between two elements.
     *
     * @param interpolation what the quantile is there
     */
    public final Tensor quantile(double q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return OrderStatistics.quantile("quantile", self(), q, keepDims, axis, interpolation);
    }

    /**
     * Several quantiles along an axis, as {@code torch.quantile} with a vector of q: those of each q are a slice along a new first axis.
     * Otherwise as {@link #quantile(double, boolean, int, QuantileInterpolation)}.
     *
     * @throws ShapeException when the axis does not exist or has no elements
     * @throws IllegalArgumentException when a q is not from 0 to 1
     */
    public final Tensor quantile(double[] q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return quantile(Tensors.of(q), keepDims, axis, interpolation);
    }

    /** As {@link #quantile(double[], boolean, int, QuantileInterpolation)}, with linear interpolation; the axis goes away. */
    public final Tensor quantile(double[] q, int axis) {
        return quantile(q, false, axis, QuantileInterpolation.LINEAR);
    }

    /** The quantiles of all elements, a vector, as {@link #quantile(double[], int)}. */
    public final Tensor quantile(double[] q) {
        return self().flatten().quantile(q, 0);
    }

    /**
     * As {@link #quantile(double[], boolean, int, QuantileInterpolation)} with a vector, or a 0-d tensor, which adds no axis, of any floating
     * dtype; between two elements the linear interpolation is differentiable in {@code q} too.
     *
     * @throws ShapeException when {@code q} has more than one axis
     * @throws DTypeException when this or {@code q} is not of a floating dtype
     */
    public final Tensor quantile(Tensor q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return OrderStatistics.quantile("quantile", self(), q, keepDims, axis, interpolation, false);
    }

    /**
     * The q-quantile of the elements along an axis that are not NaN, as {@code torch.nanquantile}; NaN where all are. Otherwise as {@link
     * #quantile(double, boolean, int, QuantileInterpolation)}.
     */
    public final Tensor nanquantile(double q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return OrderStatistics.nanquantile(self(), q, keepDims, axis, interpolation);
    }

    /** As {@link #nanquantile(double, boolean, int, QuantileInterpolation)}, with linear interpolation; the axis goes away. */
    public final Tensor nanquantile(double q, int axis) {
        return nanquantile(q, false, axis, QuantileInterpolation.LINEAR);
    }

    /** The q-quantile of all elements that are not NaN, as {@link #nanquantile(double, int)}; 0-d. */
    public final Tensor nanquantile(double q) {
        return self().flatten().nanquantile(q, 0);
    }

    /** As {@link #quantile(double[], boolean, int, QuantileInterpolation)} of the elements that are not NaN. */
    public final Tensor nanquantile(double[] q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return nanquantile(Tensors.of(q), keepDims, axis, interpolation);
    }

    /** As {@link #quantile(Tensor, boolean, int, QuantileInterpolation)} of the elements that are not NaN. */
    public final Tensor nanquantile(Tensor q, boolean keepDims, int axis, QuantileInterpolation interpolation) {
        return OrderStatistics.quantile("nanquantile", self(), q, keepDims, axis, interpolation, true);
    }

    /** The {@link #median()} of the elements that are not NaN, as {@code torch.nanmedian}; NaN if all are. */
    public final Tensor nanmedian() {
        return OrderStatistics.nanmedian(self());
    }

    /** The {@link #median(int)} of the elements along an axis that are not NaN, as {@code torch.nanmedian}; the first NaN if all are. */
    public final ValuesIndices nanmedian(int axis) {
        return OrderStatistics.nanmedian(self(), false, axis);
    }

    /** As {@link #nanmedian(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final ValuesIndices nanmedian(boolean keepDims, int axis) {
        return OrderStatistics.nanmedian(self(), keepDims, axis);
    }

    /**
     * The smallest and the largest of all elements, as {@code torch.aminmax}: ties share the gradient evenly. NaN if there is one.
     *
     * @throws ShapeException when there are no elements
     */
    public final MinMax aminmax() {
        return Statistics.aminmax(self(), false);
    }

    /**
     * The smallest and the largest element along an axis, which goes away, as {@code torch.aminmax}; otherwise as {@link #aminmax()}.
     *
     * @throws ShapeException when the axis does not exist or has no elements
     */
    public final MinMax aminmax(int axis) {
        return Statistics.aminmax(self(), false, axis);
    }

    /** As {@link #aminmax(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final MinMax aminmax(boolean keepDims, int axis) {
        return Statistics.aminmax(self(), keepDims, axis);
    }

    /**
     * The most frequent element along an axis, the smallest of several, and the index (I64) of one of its places, as
     * {@code torch.mode}; the axis goes away. NaN equals NaN and is the largest.
     *
     * @throws ShapeException when the axis does not exist or has no elements
     */
    public final ValuesIndices mode(int axis) {
        return OrderStatistics.mode(self(), axis);
    }
}
