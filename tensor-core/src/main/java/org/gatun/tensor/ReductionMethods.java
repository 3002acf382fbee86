package org.gatun.tensor;

import org.gatun.tensor.ir.BoolReduceFn;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} that fold elements along axes: reductions, statistics, running sums, orders and softmax. Without
 * axes, reductions fold all elements; the reduced axes go away unless {@code keepDims}. A scalar counts as one element along axis
 * 0 (or -1), and results have its shape. NaN propagates.
 */
public abstract sealed class ReductionMethods extends ElementwiseMethods permits OrderStatisticsMethods {
    ReductionMethods() {}

    // ---- sums, products, extrema, truth ----

    /** The sum over the given axes, 0 where there are no elements; BOOL and integers give I64. */
    public final Tensor sum(int... axes) {
        return CastPolicy.F32.apply(self(), x -> Reductions.sum(x, false, axes));
    }

    /** The sum over the given axes, which stay with size 1 if {@code keepDims}. */
    public final Tensor sum(boolean keepDims, int... axes) {
        return CastPolicy.F32.apply(self(), x -> Reductions.sum(x, keepDims, axes));
    }

    /**
     * The mean over the given axes, NaN where there are no elements; floating dtypes only. The sum is taken first, as in {@code torch.mean}: where
     * that overflows, the mean is infinite.
     */
    public final Tensor mean(int... axes) {
        return Reductions.mean(self(), false, axes);
    }

    /** The mean over the given axes, which stay with size 1 if {@code keepDims}. */
    public final Tensor mean(boolean keepDims, int... axes) {
        return Reductions.mean(self(), keepDims, axes);
    }

    /**
     * The product over the given axes, 1 where there are no elements; BOOL and integers give I64. The derivative is exact with any
     * number of zeros.
     */
    public final Tensor prod(int... axes) {
        return CastPolicy.F32.apply(self(), x -> Reductions.prod(x, false, axes));
    }

    /** The product over the given axes, which stay with size 1 if {@code keepDims}. */
    public final Tensor prod(boolean keepDims, int... axes) {
        return CastPolicy.F32.apply(self(), x -> Reductions.prod(x, keepDims, axes));
    }

    /** The largest element over the given axes, as {@code torch.amax}: ties share the gradient evenly. NaN if there is one. */
    public final Tensor amax(int... axes) {
        return Reductions.extremum("amax", ExtremumFn.MAX, self(), false, axes);
    }

    /** As {@link #amax(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor amax(boolean keepDims, int... axes) {
        return Reductions.extremum("amax", ExtremumFn.MAX, self(), keepDims, axes);
    }

    /** The smallest element over the given axes, as {@code torch.amin}: ties share the gradient evenly. NaN if there is one. */
    public final Tensor amin(int... axes) {
        return Reductions.extremum("amin", ExtremumFn.MIN, self(), false, axes);
    }

    /** As {@link #amin(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor amin(boolean keepDims, int... axes) {
        return Reductions.extremum("amin", ExtremumFn.MIN, self(), keepDims, axes);
    }

    /** The index (I64) of the first largest element along an axis; NaN counts as the largest. */
    public final Tensor argmax(int axis) {
        return Reductions.arg("argmax", ExtremumFn.MAX, self(), axis, false);
    }

    /** The index (I64) of the first smallest element along an axis; NaN counts as the smallest, as in PyTorch. */
    public final Tensor argmin(int axis) {
        return Reductions.arg("argmin", ExtremumFn.MIN, self(), axis, false);
    }

    /** Whether some element over the given axes is true (not 0), as BOOL. */
    public final Tensor any(int... axes) {
        return Reductions.bool("any", BoolReduceFn.ANY, self(), false, axes);
    }

    /** Whether every element over the given axes is true (not 0), as BOOL. */
    public final Tensor all(int... axes) {
        return Reductions.bool("all", BoolReduceFn.ALL, self(), false, axes);
    }

    /** The largest element of all, as {@code torch.max}: ties share the gradient evenly. NaN if there is one. */
    public final Tensor max() {
        return Reductions.extremum("max", ExtremumFn.MAX, self(), false);
    }

    /** The smallest element of all, as {@code torch.min}: ties share the gradient evenly. NaN if there is one. */
    public final Tensor min() {
        return Reductions.extremum("min", ExtremumFn.MIN, self(), false);
    }

    /**
     * The largest element along an axis and its index, as {@code torch.max(x, dim)}; of ties the first, which gets all of the
     * gradient. NaN is the largest.
     */
    public final ValuesIndices max(int axis) {
        return Orders.extremum("max", ExtremumFn.MAX, self(), axis, false);
    }

    /** As {@link #max(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final ValuesIndices max(boolean keepDims, int axis) {
        return Orders.extremum("max", ExtremumFn.MAX, self(), axis, keepDims);
    }

    /**
     * The smallest element along an axis and its index, as {@code torch.min(x, dim)}; of ties the first, which gets all of the
     * gradient. NaN counts as the smallest.
     */
    public final ValuesIndices min(int axis) {
        return Orders.extremum("min", ExtremumFn.MIN, self(), axis, false);
    }

    /** As {@link #min(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final ValuesIndices min(boolean keepDims, int axis) {
        return Orders.extremum("min", ExtremumFn.MIN, self(), axis, keepDims);
    }

    /** The index (I64) of the first largest of all elements, counted row by row. */
    public final Tensor argmax() {
        return self().flatten().argmax(0);
    }

    /** The index (I64) of the first smallest of all elements, counted row by row. */
    public final Tensor argmin() {
        return self().flatten().argmin(0);
    }

    /** As {@link #argmax(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final Tensor argmax(boolean keepDims, int axis) {
        return Reductions.arg("argmax", ExtremumFn.MAX, self(), axis, keepDims);
    }

    /** As {@link #argmin(int)}; the axis stays with size 1 if {@code keepDims}. */
    public final Tensor argmin(boolean keepDims, int axis) {
        return Reductions.arg("argmin", ExtremumFn.MIN, self(), axis, keepDims);
    }

    /** As {@link #any(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor any(boolean keepDims, int... axes) {
        return Reductions.bool("any", BoolReduceFn.ANY, self(), keepDims, axes);
    }

    /** As {@link #all(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor all(boolean keepDims, int... axes) {
        return Reductions.bool("all", BoolReduceFn.ALL, self(), keepDims, axes);
    }

    /**
     * Whether the other tensor has this shape and dtype and equal elements, as {@code torch.equal}; NaN equals nothing. Reads
     * the values.
     */
    public final boolean equalTo(Tensor other) {
        return self().dtype() == other.dtype()
                && self().shape().equals(other.shape())
                && self().detach().eq(other.detach()).all().item() != 0;
    }

    /**
     * Whether {@code |this - other| <= absolute + relative * |other|} everywhere, with broadcasting, as {@code torch.allclose};
     * equal infinities are close, NaN is close to nothing. Reads the values.
     */
    public final boolean allClose(Tensor other, double relative, double absolute) {
        return Comparisons.allClose(self().detach(), other.detach(), relative, absolute);
    }

    /** {@link #allClose(Tensor, double, double)} with relative tolerance 1e-5 and absolute tolerance 1e-8. */
    public final boolean allClose(Tensor other) {
        return allClose(other, 1e-5, 1e-8);
    }

    // ---- statistics, of floating dtypes ----

    /** The unbiased variance over the given axes: {@code sum((x - mean)^2) / (n - 1)}, as {@code torch.var}; NaN for n = 1. */
    public final Tensor var(int... axes) {
        return Statistics.var("var", self(), 1, false, axes);
    }

    /**
     * The variance {@code sum((x - mean)^2) / max(n - correction, 0)} over the given axes: correction 1 is unbiased, 0 that of
     * the sample itself. Computed in two passes, and once more of scaled elements where squares leave the range.
     */
    public final Tensor var(double correction, boolean keepDims, int... axes) {
        return Statistics.var("var", self(), correction, keepDims, axes);
    }

    /** The square root of {@link #var(int...)}, as {@code torch.std}; its gradient where all elements are equal is 0. */
    public final Tensor std(int... axes) {
        return Statistics.std(self(), 1, false, axes);
    }

    /**
     * The square root of {@link #var(double, boolean, int...)}, also where that overflows or underflows; its gradient where all elements are
     * equal is 0.
     */
    public final Tensor std(double correction, boolean keepDims, int... axes) {
        return Statistics.std(self(), correction, keepDims, axes);
    }

    /** {@link #var(double, boolean, int...)} and the mean that it computes on the way, as {@code torch.var_mean}. */
    public final VarMean varMean(double correction, boolean keepDims, int... axes) {
        return Statistics.varMean("varMean", self(), correction, keepDims, axes);
    }

    /** The Euclidean norm of all elements. Its gradient at zero is 0. */
    public final Tensor norm() {
        return CastPolicy.F32.apply(self(), x -> Norms.norm("norm", x, 2, false));
    }

    /**
     * The p-norm {@code sum(|x|^p)^(1/p)} over the given axes, as {@code torch.linalg.vector_norm}: for p = 0 the number of
     * elements that are not 0, for infinity the largest magnitude, for -infinity the smallest. The gradient at zero is 0; that of
     * an infinite norm is split evenly among tied elements. Powers that overflow or underflow do no harm where the norm itself does not.
     */
    public final Tensor norm(double p, int... axes) {
        return norm(p, false, axes);
    }

    /** As {@link #norm(double, int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor norm(double p, boolean keepDims, int... axes) {
        return CastPolicy.F32.apply(self(), x -> Norms.norm("norm", x, p, keepDims, axes));
    }

    /** {@code log(sum(e^x))} over the given axes without overflow, as {@code torch.logsumexp}; -inf where all are -inf. */
    public final Tensor logsumexp(int... axes) {
        return logsumexp(false, axes);
    }

    /** As {@link #logsumexp(int...)}; the reduced axes stay with size 1 if {@code keepDims}. */
    public final Tensor logsumexp(boolean keepDims, int... axes) {
        return CastPolicy.F32.apply(self(), x -> Softmaxes.logsumexp(x, keepDims, axes));
    }

    // ---- along one axis ----

    /**
     * {@code e^x / sum(e^x)} along an axis without overflow, as {@code torch.softmax}; floating dtypes only. NaN along a line
     * that is wholly -inf.
     */
    public final Tensor softmax(int axis) {
        return CastPolicy.F32.apply(self(), x -> Softmaxes.softmax(x, axis));
    }

    /** {@code x - log(sum(e^x))} along an axis without overflow, as {@code torch.log_softmax}; floating dtypes only. */
    public final Tensor logSoftmax(int axis) {
        return CastPolicy.F32.apply(self(), x -> Softmaxes.logSoftmax(x, axis));
    }

    /** Running sums along an axis, as {@code torch.cumsum}; BOOL and integers give I64. */
    public final Tensor cumsum(int axis) {
        return CastPolicy.F32.apply(self(), x -> Orders.cumsum(x, axis));
    }

    /**
     * Running products along an axis, as {@code torch.cumprod}; BOOL and integers give I64. The derivative is exact with any number
     * of zeros.
     */
    public final Tensor cumprod(int axis) {
        return CastPolicy.F32.apply(self(), x -> Orders.cumprod(x, axis));
    }

    /**
     * {@code log(sum(e^x))} of all elements so far along an axis without overflow, as {@code torch.logcumsumexp}; floating dtypes
     * only; -inf as long as all are -inf.
     */
    public final Tensor logcumsumexp(int axis) {
        return Orders.logcumsumexp(self(), axis);
    }

    /**
     * The largest element so far along an axis and its index (I64), as {@code torch.cummax}; of equal ones the last, which gets all
     * of the gradient. NaN is the largest.
     */
    public final ValuesIndices cummax(int axis) {
        return Orders.cumextremum("cummax", ExtremumFn.MAX, self(), axis);
    }

    /**
     * The smallest element so far along an axis and its index (I64), as {@code torch.cummin}; of equal ones the last, which gets
     * all of the gradient. NaN counts as the smallest.
     */
    public final ValuesIndices cummin(int axis) {
        return Orders.cumextremum("cummin", ExtremumFn.MIN, self(), axis);
    }

    /** The elements in rising order along an axis, and where each came from; stable, NaN last. As {@code torch.sort}. */
    public final ValuesIndices sort(int axis) {
        return Orders.sort("sort", self(), axis, false);
    }

    /** The elements in rising or falling order along an axis, and where each came from; stable, NaN is the largest. */
    public final ValuesIndices sort(int axis, boolean descending) {
        return Orders.sort("sort", self(), axis, descending);
    }

    /** The indices (I64) that sort an axis in rising order, as {@code torch.argsort}; stable. */
    public final Tensor argsort(int axis) {
        return Orders.sort("argsort", self(), axis, false).indices();
    }

    /** The indices (I64) that sort an axis in rising or falling order; stable. */
    public final Tensor argsort(int axis, boolean descending) {
        return Orders.sort("argsort", self(), axis, descending).indices();
    }

    /** The k largest elements along an axis, largest first, and their indices, as {@code torch.topk}. */
    public final ValuesIndices topk(long k, int axis) {
        return Orders.topk(self(), k, axis, true);
    }

    /** The k largest or smallest elements along an axis, best first, and their indices. */
    public final ValuesIndices topk(long k, int axis, boolean largest) {
        return Orders.topk(self(), k, axis, largest);
    }
}
