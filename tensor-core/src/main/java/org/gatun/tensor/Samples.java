package org.gatun.tensor;

import org.gatun.tensor.shape.Axes;

/** Sums that pass over NaN, differences and integrals of sampled functions, and covariances. */
final class Samples {
    private Samples() {}

    static Tensor nansum(Tensor x, boolean keepDims, int... axes) {
        Axes.reduction("nansum", x.rank(), axes);
        return (x.dtype().isFloating() ? x.maskedFill(x.isNan(), 0.0) : x).sum(keepDims, axes);
    }

    static Tensor nanmean(Tensor x, boolean keepDims, int... axes) {
        Reductions.requireFloating("nanmean", x);
        Axes.reduction("nanmean", x.rank(), axes);
        Tensor count = x.isNan().not().sum(keepDims, axes);
        return nansum(x, keepDims, axes).div(count.to(x.dtype()));
    }

    static Tensor countNonzero(Tensor x, int... axes) {
        Axes.reduction("countNonzero", x.rank(), axes);
        return x.to(DType.BOOL).sum(axes);
    }

    static Tensor diff(Tensor x, long n, int axis) {
        int a = Axes.normalise("diff", axis, x.rank());
        if (n < 0) {
            throw new IllegalArgumentException(
                    "diff: n = " + n + " differences can't be taken of shape " + x.shape() + ": give n from 0");
        }
        if (n >= x.size(a)) {
            return n == 0 ? x : x.slice(a, 0, 0);
        }
        Tensor result = x;
        for (long i = 0; i < n; i++) {
            Tensor left = left(result, a);
            Tensor right = right(result, a);
            result = x.dtype() == DType.BOOL ? right.xor(left) : right.sub(left);
        }
        return result;
    }

    static Tensor trapezoid(Tensor y, double dx, int axis) {
        int a = Axes.normalise("trapezoid", axis, y.rank());
        return pairs(y, a).sum(a).mul(dx / 2);
    }

    static Tensor cumulativeTrapezoid(Tensor y, double dx, int axis) {
        int a = Axes.normalise("cumulativeTrapezoid", axis, y.rank());
        return pairs(y, a).cumsum(a).mul(dx / 2);
    }

    static Tensor cov(String name, Tensor x, long correction) {
        if (x.rank() > 2) {
            throw new ShapeException(name + ": takes variables as rows and observations as columns, not shape "
                    + x.shape() + ": give at most two axes");
        }
        Tensor rows = floating(x.rank() == 2 ? x : x.reshape(1, x.elements()));
        Tensor distance = rows.sub(rows.mean(true, 1));
        Tensor sums = distance.matmul(distance.t());
        // As a double, since n - correction may need more bits than a long has.
        Tensor result = sums.div(Math.max((double) rows.size(1) - correction, 0));
        return x.rank() == 2 ? result : result.reshape();
    }

    private static Tensor pairs(Tensor y, int axis) {
        Tensor x = floating(y);
        return left(x, axis).add(right(x, axis));
    }

    private static Tensor left(Tensor x, int axis) {
        return x.narrow(axis, 0, Math.max(x.size(axis) - 1, 0));
    }

    private static Tensor right(Tensor x, int axis) {
        return x.slice(axis, 1, x.size(axis));
    }

    private static Tensor floating(Tensor x) {
        return x.dtype().isFloating() ? x : x.to(DType.F32);
    }
}
