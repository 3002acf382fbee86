package org.gatun.tensor;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.composite.PlaceInOrder;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/** Elements chosen by their rank among all along an axis. */
final class OrderStatistics {
    private OrderStatistics() {}

    static Tensor median(Tensor x) {
        return ofAll("median", x, flat -> median(flat, false, 0));
    }

    static Tensor nanmedian(Tensor x) {
        return ofAll("nanmedian", x, flat -> nanmedian(flat, false, 0));
    }

    private static Tensor ofAll(String name, Tensor x, Function<Tensor, ValuesIndices> alongAxis) {
        if (x.elements() == 0) {
            if (!x.dtype().isFloating()) {
                throw new ShapeException(name + ": no elements to choose from in shape " + x.shape() + " of "
                        + x.dtype() + ": give at least one, or a floating dtype, whose empty median is NaN");
            }
            // The sum keeps the result a function of x, whose gradient is empty.
            return x.sum().add(Double.NaN);
        }
        Tensor flat = x.flatten();
        Tensor median = alongAxis.apply(flat).values();
        if (!x.dtype().isFloating()) {
            return median;
        }
        // As a maximum, equal elements share the gradient.
        Tensor below = flat.le(median).or(median.isNan());
        Tensor largest = flat.maskedFill(below.not(), Double.NEGATIVE_INFINITY).amax();
        // What fills the places above would count as equal to a median of -inf, which is the minimum.
        Tensor smallest =
                flat.maskedFill(flat.isNan(), Double.POSITIVE_INFINITY).amin();
        return median.eq(Double.NEGATIVE_INFINITY).where(smallest, largest);
    }

    static ValuesIndices median(Tensor x, boolean keepDims, int axis) {
        Tensor lines = lines("median", x, axis);
        int a = Axes.normalise("median", axis, lines.rank());
        Tensor index = inOrder(lines, (lines.size(a) - 1) / 2, a);
        if (x.dtype().isFloating()) {
            // NaN counts as the largest: if there is one, the first is at argmax.
            index = lines.isNan().any(true, a).where(lines.argmax(true, a), index);
        }
        return picked(x, lines, a, index, keepDims);
    }

    static ValuesIndices nanmedian(Tensor x, boolean keepDims, int axis) {
        Tensor lines = lines("nanmedian", x, axis);
        int a = Axes.normalise("nanmedian", axis, lines.rank());
        // NaN is sorted behind all numbers.
        Tensor last = lines.isNan().not().sum(true, a).sub(1).clampMin(0L);
        Tensor index = lines.argsort(a).gather(a, last.div(2L, RoundingMode.FLOOR));
        return picked(x, lines, a, index, keepDims);
    }

    static ValuesIndices kthvalue(Tensor x, long k, boolean keepDims, int axis) {
        Tensor lines = lines("kthvalue", x, axis);
        int a = Axes.normalise("kthvalue", axis, lines.rank());
        if (k < 1 || k > lines.size(a)) {
            throw new ShapeException("kthvalue: there is no element k = " + k + " along axis " + axis + " of shape "
                    + x.shape() + ": give k from 1 to " + lines.size(a));
        }
        return picked(x, lines, a, inOrder(lines, k - 1, a), keepDims);
    }

    /** The index of the element at a place, from 0, of the ascending order along an axis. */
    private static Tensor inOrder(Tensor lines, long place, int axis) {
        return Dispatch.bind(new Op.Call(new PlaceInOrder(place, axis)), lines.detach());
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
        return quantile("quantile", x, q, keepDims, axis, QuantileInterpolation.LINEAR);
    }

    static Tensor nanquantile(Tensor x, double q, boolean keepDims, int axis, QuantileInterpolation mode) {
        return quantile("nanquantile", x, Tensors.scalar(q), keepDims, axis, mode, true);
    }

    /** One quantile: the places around it are the same in all lines. */
    static Tensor quantile(String name, Tensor x, double q, boolean keepDims, int axis, QuantileInterpolation mode) {
        Reductions.requireFloating(name, x);
        requirePart(name, q);
        Tensor lines = lines(name, x, axis);
        int a = Axes.normalise(name, axis, lines.rank());
        Tensor sorted = lines.sort(a).values();
        double place = q * (lines.size(a) - 1);
        long below = (long) place;
        Tensor value = switch (mode) {
            case LINEAR, MIDPOINT -> {
                Tensor low = sorted.narrow(a, below, 1);
                if (place == below) {
                    yield low;
                }
                Tensor high = sorted.narrow(a, below + 1, 1);
                double weight = mode == QuantileInterpolation.MIDPOINT ? 0.5 : place - below;
                yield Widened.compute(low, l -> between(l, Widened.of(high), w -> w.mul(weight)));
            }
            case LOWER -> sorted.narrow(a, below, 1);
            case HIGHER -> sorted.narrow(a, (long) Math.ceil(place), 1);
            case NEAREST -> sorted.narrow(a, (long) Math.rint(place), 1);
        };
        Tensor kept = value.maskedFill(lines.isNan().any(true, a), Double.NaN);
        return finish(x, kept, a, keepDims);
    }

    /** Quantiles whose places may differ from line to line, since NaN, which is sorted behind all numbers, may not count. */
    static Tensor quantile(
            String name, Tensor x, Tensor q, boolean keepDims, int axis, QuantileInterpolation mode, boolean skipNan) {
        Reductions.requireFloating(name, x);
        Reductions.requireFloating(name, q);
        if (q.rank() > 1) {
            throw new ShapeException(name + ": q has shape " + q.shape() + ": give a vector, or a scalar");
        }
        for (double part : Values.doubles(Traced.beneath(q))) {
            requirePart(name, part);
        }
        Tensor lines = lines(name, x, axis);
        int a = Axes.normalise(name, axis, lines.rank());
        Tensor numbers = lines.isNan().not().moveAxis(a, -1).sum(true, -1);
        Tensor count = skipNan ? numbers.clampMin(1L) : Tensors.scalar(lines.size(a));
        Tensor place =
                q.to(x.device()).to(DType.F64).flatten().mul(count.sub(1L).to(DType.F64));
        Tensor rows = lines.sort(a).values().moveAxis(a, -1);
        Tensor value = switch (mode) {
            case LINEAR -> {
                Tensor below = place.detach().floor();
                yield between(rows, below, place.detach().ceil(), place.sub(below));
            }
            case MIDPOINT -> between(rows, place.floor(), place.ceil(), Tensors.scalar(0.5));
            case LOWER -> at(rows, place.floor());
            case HIGHER -> at(rows, place.ceil());
            case NEAREST -> at(rows, place.round());
        };
        if (!skipNan) {
            value = value.maskedFill(numbers.lt(lines.size(a)), Double.NaN);
        }
        // The axis of the quantiles comes first, and behind it the reduced one, if it stays.
        Tensor first = value.moveAxis(-1, 0);
        Tensor kept = keepDims && x.rank() > 0 ? first.unsqueeze(a + 1) : first;
        Tensor result = x.rank() == 0 ? kept.flatten() : kept;
        return q.rank() == 0 ? result.select(0, 0) : result;
    }

    private static void requirePart(String name, double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException(name + ": q = " + q + " is no part of a whole: give q from 0 to 1");
        }
    }

    /** The elements at the places, a row of them for each row. */
    private static Tensor at(Tensor rows, Tensor places) {
        Shape shape = rows.shape().withSize(rows.rank() - 1, places.size(-1));
        return rows.gather(-1, Arithmetic.expand(places.detach().to(DType.I64), shape));
    }

    private static Tensor between(Tensor rows, Tensor below, Tensor above, Tensor weight) {
        Tensor high = Widened.of(at(rows, above));
        return Widened.compute(
                at(rows, below), low -> between(low, high, step -> step.mul(Arithmetic.cast(weight, step.dtype()))));
    }

    /** The convex combination, that equal ends come back exactly and two infinite ones are no NaN. */
    private static Tensor between(Tensor low, Tensor high, UnaryOperator<Tensor> part) {
        Tensor same = low.eq(high);
        Tensor step = high.sub(low).maskedFill(same.and(low.isInfinite()), 0.0);
        return low.add(part.apply(step));
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
