package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;

/** Differences and integrals of sampled functions. */
final class SampledFunctions {
    private SampledFunctions() {}

    static Tensor diff(Tensor x, long n, int axis) {
        int a = Axes.normalise("diff", axis, x.rank());
        if (n < 0) {
            throw new IllegalArgumentException(
                    "diff: n = " + n + " differences can't be taken of shape " + x.shape() + ": give n from 0");
        }
        if (n > 0 && n >= x.size(a)) {
            return x.slice(a, 0, 0);
        }
        Tensor result = x.view();
        for (long i = 0; i < n; i++) {
            Tensor left = left(result, a);
            Tensor right = right(result, a);
            result = x.dtype() == DType.BOOL ? right.xor(left) : right.sub(left);
        }
        return result;
    }

    static Tensor trapezoid(Tensor y, double dx, int axis) {
        int a = Axes.normalise("trapezoid", axis, y.rank());
        return Widened.compute(y, x -> pairs(x, a).sum(a).mul(dx / 2));
    }

    static Tensor cumulativeTrapezoid(Tensor y, double dx, int axis) {
        int a = Axes.normalise("cumulativeTrapezoid", axis, y.rank());
        return Widened.compute(y, x -> pairs(x, a).cumsum(a).mul(dx / 2));
    }

    static Tensor trapezoid(Tensor y, Tensor x, int axis) {
        int a = Axes.normalise("trapezoid", axis, y.rank());
        Tensor widths = widths("trapezoid", y, x, a);
        return Widened.compute(y, wide -> pairs(wide, a).mul(widths).sum(a).mul(0.5));
    }

    static Tensor cumulativeTrapezoid(Tensor y, Tensor x, int axis) {
        int a = Axes.normalise("cumulativeTrapezoid", axis, y.rank());
        Tensor widths = widths("cumulativeTrapezoid", y, x, a);
        return Widened.compute(y, wide -> pairs(wide, a).mul(widths).cumsum(a).mul(0.5));
    }

    /** The distances of neighbouring places, along the axis. */
    private static Tensor widths(String name, Tensor y, Tensor x, int axis) {
        Tensor places = x;
        if (x.rank() == 1) {
            long[] sizes = new long[y.rank()];
            Arrays.fill(sizes, 1);
            sizes[axis] = x.size(0);
            places = x.reshape(sizes);
        }
        if (places.rank() != y.rank() || places.size(axis) != y.size(axis)) {
            throw new ShapeException(name + ": places of shape " + x.shape() + " for a function of shape " + y.shape()
                    + " along axis " + axis + ": give a vector with a place for each, or as many axes");
        }
        var _ = Broadcasting.common(name, y.shape(), places.shape());
        Tensor wide = Reductions.asFloating(Widened.of(places));
        return right(wide, axis).sub(left(wide, axis));
    }

    private static Tensor pairs(Tensor y, int axis) {
        Tensor x = Reductions.asFloating(y);
        return left(x, axis).add(right(x, axis));
    }

    private static Tensor left(Tensor x, int axis) {
        return x.narrow(axis, 0, Math.max(x.size(axis) - 1, 0));
    }

    private static Tensor right(Tensor x, int axis) {
        return x.slice(axis, 1, x.size(axis));
    }
}
