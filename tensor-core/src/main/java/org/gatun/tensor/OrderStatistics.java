package org.gatun.tensor;

import org.gatun.tensor.shape.Axes;

/** Elements chosen by their rank among all along an axis. */
final class OrderStatistics {
    private OrderStatistics() {}

    static Tensor median(Tensor x) {
        if (x.elements() == 0) {
            if (!x.dtype().isFloating()) {
                throw new ShapeException("median: no elements to choose from in shape " + x.shape() + " of " + x.dtype()
                        + ": give at least one, or a floating dtype, whose empty median is NaN");
            }
            // The sum keeps the result a function of x, whose gradient is empty.
            return x.sum().add(Double.NaN);
        }
        Tensor flat = x.flatten();
        Tensor median = flat.median(0).values();
        if (!x.dtype().isFloating()) {
            return median;
        }
        // As a maximum, equal elements share the gradient.
        Tensor below = flat.le(median).or(median.isNan());
        Tensor largest = flat.maskedFill(below.not(), Double.NEGATIVE_INFINITY).amax();
        // What fills the places above would count as equal to a median of -inf, which is the minimum.
        return median.eq(Double.NEGATIVE_INFINITY).where(flat.amin(), largest);
    }

    static ValuesIndices median(Tensor x, boolean keepDims, int axis) {
        Tensor lines = lines("median", x, axis);
        int a = Axes.normalise("median", axis, lines.rank());
        Tensor index = lines.argsort(a).narrow(a, (lines.size(a) - 1) / 2, 1);
        if (x.dtype().isFloating()) {
            // NaN counts as the largest: if there is one, the first is at argmax.
            index = lines.isNan().any(true, a).where(lines.argmax(true, a), index);
        }
        return picked(x, lines, a, index, keepDims);
    }

    static ValuesIndices kthvalue(Tensor x, long k, boolean keepDims, int axis) {
        Tensor lines = lines("kthvalue", x, axis);
        int a = Axes.normalise("kthvalue", axis, lines.rank());
        if (k < 1 || k > lines.size(a)) {
            throw new ShapeException("kthvalue: there is no element k = " + k + " along axis " + axis + " of shape "
                    + x.shape() + ": give k from 1 to " + lines.size(a));
        }
        return picked(x, lines, a, lines.argsort(a).narrow(a, k - 1, 1), keepDims);
    }

    static ValuesIndices mode(Tensor x, int axis) {
        Tensor lines = lines("mode", x, axis);
        int a = Axes.normalise("mode", axis, lines.rank());
        ValuesIndices sorted = lines.sort(a);
        // How often an element of a sorted line occurs: the place behind its equals less the place before them.
        Tensor rows = sorted.values().moveAxis(a, -1).contiguous();
        Tensor count = rows.searchsorted(rows, true).sub(rows.searchsorted(rows));
        Tensor place = count.argmax(true, -1).moveAxis(-1, a);
        return picked(x, lines, a, sorted.indices().gather(a, place), false);
    }

    static Tensor quantile(Tensor x, double q, boolean keepDims) {
        return quantile(x.flatten(), q, keepDims, 0);
    }

    static Tensor quantile(Tensor x, double q, boolean keepDims, int axis) {
        Reductions.requireFloating("quantile", x);
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("quantile: q = " + q + " is no part of a whole: give q from 0 to 1");
        }
        Tensor lines = lines("quantile", x, axis);
        int a = Axes.normalise("quantile", axis, lines.rank());
        Tensor sorted = lines.sort(a).values();
        long last = lines.size(a) - 1;
        double place = q * last;
        long below = (long) place;
        Tensor value = sorted.narrow(a, below, 1);
        if (place > below) {
            Tensor high = sorted.narrow(a, below + 1, 1);
            value = Widened.compute(value, low -> between(low, Widened.of(high), place - below));
        }
        Tensor kept = value.maskedFill(lines.isNan().any(true, a), Double.NaN);
        return finish(x, kept, a, keepDims);
    }

    /** The convex combination, that equal ends come back exactly and two infinite ones are no NaN. */
    private static Tensor between(Tensor low, Tensor high, double weight) {
        Tensor same = low.eq(high);
        Tensor step = high.sub(low).maskedFill(same.and(low.isInfinite()), 0.0);
        return low.add(step.mul(weight));
    }

    /** The tensor with axes, checked to have elements along the given one. */
    private static Tensor lines(String name, Tensor x, int axis) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return x.reshape(1);
        }
        if (x.size(Axes.normalise(name, axis, x.rank())) == 0) {
            throw new ShapeException(name + ": no elements to choose from along axis " + axis + " of shape " + x.shape()
                    + ": give at least one");
        }
        return x;
    }

    private static ValuesIndices picked(Tensor x, Tensor lines, int axis, Tensor index, boolean keepDims) {
        return new ValuesIndices(
                finish(x, lines.gather(axis, index), axis, keepDims), finish(x, index, axis, keepDims));
    }

    private static Tensor finish(Tensor x, Tensor kept, int axis, boolean keepDims) {
        return x.rank() == 0 || !keepDims ? kept.select(axis, 0) : kept;
    }
}
