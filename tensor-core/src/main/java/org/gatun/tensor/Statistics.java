package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Covariance, variance and standard deviation, the latter two in two passes: the mean, then the squared distances from it, less what the mean's own rounding
 * adds to them (Chan, Golub and LeVeque 1983): {@code (sum d^2 - (sum d)^2 / n) / (n - correction)} with {@code d = x - mean}. Where the
 * squares leave the range, or come near its ends, of scaled elements ({@link Scaling}).
 */
final class Statistics {
    private static final Region SQUARED_DISTANCE =
            Elementwise.region((x, mean) -> x.sub(mean).square());

    private static final Region DISTANCE = Elementwise.region((x, mean) -> x.sub(mean));

    private Statistics() {}

    static VarMean varMean(String name, Tensor operand, double correction, boolean keepDims, int... axes) {
        Reductions.requireFloating(name, operand);
        DType dtype = operand.dtype();
        Tensor x = Widened.of(operand);
        Axes over = Axes.reduction(name, x.rank(), axes);
        Moments moments = Moments.of(x, correction, over);
        Tensor scale = moments.scale();
        Tensor variance = scale == null
                ? moments.variance()
                : moments.variance().mul(scale).mul(scale);
        return new VarMean(
                Reductions.finish(Arithmetic.cast(variance, dtype), over, keepDims),
                Reductions.finish(Arithmetic.cast(moments.mean(), dtype), over, keepDims));
    }

    static Tensor var(String name, Tensor x, double correction, boolean keepDims, int... axes) {
        return varMean(name, x, correction, keepDims, axes).variance();
    }

    static Tensor std(Tensor x, double correction, boolean keepDims, int... axes) {
        return stdMean("std", x, correction, keepDims, axes).std();
    }

    static StdMean stdMean(String name, Tensor x, double correction, boolean keepDims, int... axes) {
        Reductions.requireFloating(name, x);
        Axes over = Axes.reduction(name, x.rank(), axes);
        Moments moments = Moments.of(Widened.of(x), correction, over);
        Tensor scale = moments.scale();
        Tensor root = Norms.ROOT.apply(moments.variance());
        Tensor std = scale == null ? root : root.mul(scale);
        return new StdMean(
                Reductions.finish(Arithmetic.cast(std, x.dtype()), over, keepDims),
                Reductions.finish(Arithmetic.cast(moments.mean(), x.dtype()), over, keepDims));
    }

    /**
     * Mean and variance, with the reduced axes of size 1.
     *
     * @param variance that of the elements over the scale
     * @param scale null for 1
     */
    private record Moments(
            Tensor mean, Tensor variance, @Nullable Tensor scale) {
        static Moments of(Tensor x, double correction, Axes over) {
            Moments plain = unscaled(x, correction, over);
            Tensor scale = Scaling.of(plain.variance, x, 2, over);
            if (scale == null) {
                return plain;
            }
            Moments scaled = unscaled(x.div(scale), correction, over);
            return new Moments(scaled.mean.mul(scale), scaled.variance, scale);
        }

        private static Moments unscaled(Tensor x, double correction, Axes over) {
            long n = Reductions.count(x, over);
            Tensor mean = Dispatch.bind(new Op.Sum(over), x).div((double) n);
            Tensor squares = Dispatch.bind(new Op.Sum(over), SQUARED_DISTANCE.apply(x, mean));
            // But for rounding the sum of the distances is 0 whatever x is, and counts as a constant.
            Tensor rest = Dispatch.bind(new Op.Sum(over), DISTANCE.apply(x.detach(), mean.detach()));
            Tensor most = squares.detach();
            // of an overflow nothing is left to correct
            Tensor excess = rest.square().div((double) n).minimum(most).maskedFill(most.isInfinite(), 0);
            return new Moments(mean, squares.sub(excess).div(Math.max(n - correction, 0)), null);
        }
    }

    static MinMax aminmax(Tensor x, boolean keepDims, int... axes) {
        return new MinMax(
                Reductions.extremum("aminmax", ExtremumFn.MIN, x, keepDims, axes),
                Reductions.extremum("aminmax", ExtremumFn.MAX, x, keepDims, axes));
    }

    static Tensor corrcoef(Tensor x) {
        requireVariables("corrcoef", x);
        return Widened.compute(x, w -> {
            Tensor covariance = covariance(w, 1);
            if (covariance.rank() == 0) {
                return covariance.div(covariance);
            }
            Tensor deviation = covariance.diagonal().sqrt();
            return covariance.div(deviation.unsqueeze(1)).div(deviation).clamp(-1.0, 1.0);
        });
    }

    static Tensor cov(Tensor x, long correction) {
        requireVariables("cov", x);
        return Widened.compute(x, w -> covariance(w, correction));
    }

    private static void requireVariables(String name, Tensor x) {
        if (x.rank() > 2) {
            throw new ShapeException(name + ": takes variables as rows and observations as columns, not shape "
                    + x.shape() + ": give at most two axes");
        }
    }

    private static Tensor covariance(Tensor x, long correction) {
        Tensor rows = Reductions.asFloating(x.rank() == 2 ? x : x.reshape(1, x.elements()));
        Tensor distance = rows.sub(rows.mean(true, 1));
        Tensor sums = distance.matmul(distance.t());
        // As a double, since n - correction may need more bits than a long has.
        Tensor result = sums.div(Math.max((double) rows.size(1) - correction, 0));
        return rows.size(0) == 1 ? result.reshape() : result;
    }
}
