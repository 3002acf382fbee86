package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.Composite;
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
        Tensor scale = Scaling.of(moments.variance(), x, 2, over);
        Tensor variance = scale == null ? moments.variance() : scaled(false, correction, over, x, scale);
        Tensor mean = scale == null ? moments.mean() : safeMean(x, over);
        return new VarMean(
                Reductions.finish(Arithmetic.cast(variance, dtype), over, keepDims),
                Reductions.finish(Arithmetic.cast(mean, dtype), over, keepDims));
    }

    private static Tensor scaled(boolean root, double correction, Axes over, Tensor x, Tensor scale) {
        return Dispatch.bind(new Op.Call(new Scaled(root, correction, over)), x, scale);
    }

    /** The mean of numbers whose sum may overflow. */
    private static Tensor safeMean(Tensor x, Axes over) {
        return Dispatch.bind(new Op.Sum(over), x.div((double) Reductions.count(x, over)));
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
        Tensor wide = Widened.of(x);
        Moments moments = Moments.of(wide, correction, over);
        Tensor scale = Scaling.of(moments.variance(), wide, 2, over);
        Tensor std = scale == null ? Norms.ROOT.apply(moments.variance()) : scaled(true, correction, over, wide, scale);
        Tensor mean = scale == null ? moments.mean() : safeMean(wide, over);
        return new StdMean(
                Reductions.finish(Arithmetic.cast(std, x.dtype()), over, keepDims),
                Reductions.finish(Arithmetic.cast(mean, x.dtype()), over, keepDims));
    }

    /** Mean and variance, with the reduced axes of size 1. */
    private record Moments(Tensor mean, Tensor variance) {
        static Moments of(Tensor x, double correction, Axes over) {
            long n = Reductions.count(x, over);
            Tensor mean = Dispatch.bind(new Op.Sum(over), x).div((double) n);
            Tensor squares = Dispatch.bind(new Op.Sum(over), SQUARED_DISTANCE.apply(x, mean));
            // But for rounding the sum of the distances is 0 whatever x is, and counts as a constant.
            Tensor rest = Dispatch.bind(new Op.Sum(over), DISTANCE.apply(x.detach(), mean.detach()));
            Tensor most = squares.detach();
            // of an overflow nothing is left to correct
            Tensor excess = rest.square().div((double) n).minimum(most).maskedFill(most.isInfinite(), 0);
            return new Moments(mean, squares.sub(excess).div(Math.max(n - correction, 0)));
        }
    }

    /**
     * The variance of x, or its root, by way of x over a scale, a constant; operands (x, scale). The derivatives {@code 2 (x - mean) / (n -
     * correction)} and {@code (x - mean) / ((n - correction) std)} are made of the scaled elements, so that a cotangent never meets the
     * square of the scale, or any power of it.
     */
    private record Scaled(boolean root, double correction, Axes axes)
            implements Composite, Composite.SelectiveDerivative {
        @Override
        public String name() {
            return root ? "std" : "var";
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            Tensor scale = in.get(1);
            Tensor variance = Moments.of(in.get(0).div(scale), correction, axes).variance();
            return List.of(
                    root
                            ? Norms.ROOT.apply(variance).mul(scale)
                            : variance.mul(scale).mul(scale));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(this);
        }

        @Override
        @SuppressWarnings("NullAway") // all operands are saved
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> in,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return Arrays.asList(direction(in.get(0), in.get(1)).mul(cotangents.get(0)), null);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> in, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor along = direction(in.get(0), in.get(1)).mul(tangents.get(0));
            return List.of(Dispatch.bind(new Op.Sum(axes), along));
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }

        private Tensor direction(Tensor x, Tensor scale) {
            Tensor y = x.div(scale);
            Moments moments = Moments.of(y, correction, axes);
            Tensor distance =
                    DISTANCE.apply(y, moments.mean()).div(Math.max(Reductions.count(x, axes) - correction, 0));
            if (!root) {
                return distance.mul(2.0).mul(scale);
            }
            Tensor std = Norms.ROOT.apply(moments.variance());
            Tensor zero = std.eq(0);
            return zero.where(std.fullLike(0), distance.div(zero.where(std.fullLike(1), std)));
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
        Tensor sums = Products.matmul(distance, distance.t());
        // As a double, since n - correction may need more bits than a long has.
        Tensor result = sums.div(Math.max((double) rows.size(1) - correction, 0));
        return rows.size(0) == 1 ? result.reshape() : result;
    }
}
