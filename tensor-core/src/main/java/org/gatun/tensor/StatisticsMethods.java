package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} that describe samples: sums that pass over NaN, differences and integrals of sampled functions,
 * searches in sorted values and covariances. A scalar counts as one element along axis 0 (or -1) unless the method says otherwise.
 */
public abstract sealed class StatisticsMethods extends OrderStatisticsMethods permits CountingMethods {
    StatisticsMethods() {}

    // ---- sums and counts ----

    /** {@link #sum(int...)} with NaN as 0, as {@code torch.nansum}. */
    public final Tensor nansum(int... axes) {
        return nansum(false, axes);
    }

    /** As {@link #nansum(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor nansum(boolean keepDims, int... axes) {
        return CastPolicy.AS_IS.apply(self(), x -> Reductions.nansum(x, keepDims, axes));
    }

    /** The mean of what is not NaN over the given axes, NaN where nothing is, as {@code torch.nanmean}; floating dtypes only. */
    public final Tensor nanmean(int... axes) {
        return nanmean(false, axes);
    }

    /** As {@link #nanmean(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor nanmean(boolean keepDims, int... axes) {
        return Reductions.nanmean(self(), keepDims, axes);
    }

    /** The number (I64) of elements over the given axes that are not 0, as {@code torch.count_nonzero}; NaN is not 0. */
    public final Tensor countNonzero(int... axes) {
        return Reductions.countNonzero(self(), axes);
    }

    // ---- sampled functions ----

    /**
     * The n-th differences {@code x[i + 1] - x[i]} along an axis, which gets shorter by n (and no shorter than 0), as
     * {@code torch.diff}; of truth values, whether neighbours differ.
     *
     * @throws ShapeException when the axis does not exist, as in a scalar
     * @throws IllegalArgumentException when n is negative
     */
    public final Tensor diff(long n, int axis) {
        return SampledFunctions.diff(self(), n, axis);
    }

    /** The first differences along the last axis. */
    public final Tensor diff() {
        return SampledFunctions.diff(self(), 1, -1);
    }

    /**
     * The integral along an axis, which goes away, of a function sampled at distance {@code dx}, by the trapezoidal rule
     * {@code dx * sum((y[i] + y[i + 1]) / 2)}, as {@code torch.trapezoid}; 0 of fewer than two samples. Other dtypes than floating
     * ones are taken as F32.
     *
     * @throws ShapeException when the axis does not exist, as in a scalar
     */
    public final Tensor trapezoid(double dx, int axis) {
        return SampledFunctions.trapezoid(self(), dx, axis);
    }

    /**
     * The running integrals of {@link #trapezoid} along an axis, which gets shorter by one, as
     * {@code torch.cumulative_trapezoid}.
     *
     * @throws ShapeException when the axis does not exist, as in a scalar
     */
    public final Tensor cumulativeTrapezoid(double dx, int axis) {
        return SampledFunctions.cumulativeTrapezoid(self(), dx, axis);
    }

    /**
     * The integral by the trapezoidal rule of a function sampled at the places x, as {@code torch.trapezoid}.
     *
     * @param x the places, a vector as long as the axis, or of a shape that broadcasts with this one
     */
    public final Tensor trapezoid(Tensor x, int axis) {
        return SampledFunctions.trapezoid(self(), x, axis);
    }

    /** The integrals up to each place but the first, of a function sampled at the places x, as {@code torch.cumulative_trapezoid}. */
    public final Tensor cumulativeTrapezoid(Tensor x, int axis) {
        return SampledFunctions.cumulativeTrapezoid(self(), x, axis);
    }

    // ---- searches ----

    /**
     * Where each value would go into this tensor, whose last axis is sorted, to keep it sorted (I64, of the shape of
     * {@code values}), as {@code torch.searchsorted}: before equal elements, or behind them if {@code right}. This tensor is a
     * vector, or has the sizes of {@code values} but for the last axis. NaN counts as the largest.
     *
     * @throws ShapeException when the leading sizes differ or this is a scalar
     * @throws DTypeException when the dtypes differ
     */
    public final Tensor searchsorted(Tensor values, boolean right) {
        return Searches.searchsorted("searchsorted", self(), values, right);
    }

    /** As {@link #searchsorted(Tensor, boolean)}, before equal elements. */
    public final Tensor searchsorted(Tensor values) {
        return searchsorted(values, false);
    }

    /**
     * The bucket (I64) of each element between the sorted boundaries, a vector, as {@code torch.bucketize}: the number of
     * boundaries below it, those equal to it counted too if {@code right}. NaN counts as the largest.
     *
     * @throws ShapeException when the boundaries are no vector
     * @throws DTypeException when the dtypes differ
     */
    public final Tensor bucketize(Tensor boundaries, boolean right) {
        return Searches.bucketize(self(), boundaries, right);
    }

    /** As {@link #bucketize(Tensor, boolean)}, without boundaries equal to the element. */
    public final Tensor bucketize(Tensor boundaries) {
        return bucketize(boundaries, false);
    }

    /**
     * Whether each element is among those of {@code elements}, of any shape, as {@code torch.isin}; BOOL, of this shape. Dtypes are
     * promoted; NaN is among nothing.
     */
    public final Tensor isin(Tensor elements) {
        return Searches.isin(self(), elements);
    }

    // ---- of several variables ----

    /**
     * The covariances of variables (rows) observed together (columns), as {@code torch.cov}:
     * {@code sum((a - mean(a)) * (b - mean(b))) / max(n - correction, 0)}; a matrix, and of one variable its variance, 0-d.
     * Other dtypes than floating ones are taken as F32.
     *
     * @throws ShapeException for more than two axes
     */
    public final Tensor cov(long correction) {
        return Statistics.cov(self(), correction);
    }

    /** The unbiased covariances, {@link #cov(long)} with correction 1. */
    public final Tensor cov() {
        return cov(1);
    }

    /**
     * The correlations of variables (rows) observed together (columns), as {@code torch.corrcoef}:
     * {@code cov[i, j] / sqrt(cov[i, i] * cov[j, j])}, kept from -1 to 1; a matrix, NaN for a variable that is constant; 1 of a vector, 0-d.
     * Other dtypes than floating ones are taken as F32.
     *
     * @throws ShapeException for more than two axes
     */
    public final Tensor corrcoef() {
        return Statistics.corrcoef(self());
    }

    /**
     * The {@linkplain #std(double, boolean, int...) standard deviation} and the mean that it computes on the way, as {@code
     * torch.std_mean}; floating dtypes only.
     */
    public final StdMean stdMean(double correction, boolean keepDims, int... axes) {
        return Statistics.stdMean("stdMean", self(), correction, keepDims, axes);
    }

    /** The Euclidean distance of two tensors, which broadcast, as {@code torch.dist}; its gradient where they are equal is 0. */
    public final Tensor dist(Tensor other) {
        return dist(other, 2);
    }

    /** The {@linkplain #norm(double, int...) p-norm} of the difference of two tensors, which broadcast, as {@code torch.dist}. */
    public final Tensor dist(Tensor other, double p) {
        return CastPolicy.F32.apply(
                self(), other, (x, y) -> Norms.norm("dist", Arithmetic.binary("dist", BinaryFn.SUB, x, y), p, false));
    }
}
