package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

/**
 * Covariance, variance and standard deviation, the latter two in two passes: the mean, then the squared distances from it, less what the mean's own rounding
 * adds to them (Chan, Golub and LeVeque 1983): {@code (sum d^2 - (sum d)^2 / n) / (n - correction)} with {@code d = x - mean}.
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
        long n = Reductions.count(x, over);
        Tensor mean = Dispatch.bind(new Op.Sum(over), x).div((double) n);
        Tensor squares = Dispatch.bind(new Op.Sum(over), SQUARED_DISTANCE.apply(x, mean));
        // But for rounding the sum of the distances is 0 whatever x is, and counts as a constant.
        Tensor rest = Dispatch.bind(new Op.Sum(over), DISTANCE.apply(x.detach(), mean.detach()));
        Tensor excess = rest.square().div((double) n).minimum(squares.detach());
        Tensor variance = squares.sub(excess).div(Math.max(n - correction, 0));
        return new VarMean(
                Reductions.finish(Arithmetic.cast(variance, dtype), over, keepDims),
                Reductions.finish(Arithmetic.cast(mean, dtype), over, keepDims));
    }

    static Tensor var(String name, Tensor x, double correction, boolean keepDims, int... axes) {
        return varMean(name, x, correction, keepDims, axes).variance();
    }

    static Tensor std(Tensor x, double correction, boolean keepDims, int... axes) {
        return Widened.compute(x, w -> Norms.ROOT.apply(var("std", w, correction, keepDims, axes)));
    }

    static Tensor cov(Tensor x, long correction) {
        if (x.rank() > 2) {
            throw new ShapeException("cov: takes variables as rows and observations as columns, not shape " + x.shape()
                    + ": give at most two axes");
        }
        return Widened.compute(x, w -> covariance(w, correction));
    }

    private static Tensor covariance(Tensor x, long correction) {
        Tensor rows = Reductions.asFloating(x.rank() == 2 ? x : x.reshape(1, x.elements()));
        Tensor distance = rows.sub(rows.mean(true, 1));
        Tensor sums = distance.matmul(distance.t());
        // As a double, since n - correction may need more bits than a long has.
        Tensor result = sums.div(Math.max((double) rows.size(1) - correction, 0));
        return x.rank() == 2 ? result : result.reshape();
    }
}
