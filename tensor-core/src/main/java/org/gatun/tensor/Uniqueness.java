package org.gatun.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** Different elements or slices. How many there are depends on the values, which are read. */
final class Uniqueness {
    private Uniqueness() {}

    static Unique unique(Tensor x) {
        Tensor flat = x.flatten();
        Unique found = ofRuns(flat, 0, flat.detach().argsort(0));
        return new Unique(found.values(), found.inverse().reshape(x.shape()), found.counts());
    }

    static Unique unique(Tensor x, int axis) {
        Tensor slices = slices("unique", x, axis);
        int a = Axes.normalise("unique", axis, slices.rank());
        return ofRuns(slices, a, lexicographicOrder(slices.moveAxis(a, 0)));
    }

    static Unique uniqueConsecutive(Tensor x) {
        Unique found = ofRuns(x.flatten(), 0, null);
        return new Unique(found.values(), found.inverse().reshape(x.shape()), found.counts());
    }

    static Unique uniqueConsecutive(Tensor x, int axis) {
        Tensor slices = slices("uniqueConsecutive", x, axis);
        return ofRuns(slices, Axes.normalise("uniqueConsecutive", axis, slices.rank()), null);
    }

    /** The first slice of each run of equal ones, in the given order or as they stand. */
    private static Unique ofRuns(Tensor x, int axis, @Nullable Tensor order) {
        long n = x.size(axis);
        if (n == 0) {
            Tensor none = Tensors.zeros(DType.I64, Shape.of(0), x.device());
            return new Unique(x.copy(), none, none.copy());
        }
        Tensor ordered = order == null ? x : x.indexSelect(axis, order);
        Tensor rows = rows(ordered.detach().moveAxis(axis, 0));
        Tensor differs = rows.narrow(0, 1, n - 1).ne(rows.narrow(0, 0, n - 1)).any(1);
        Tensor starts = Tensors.cat(0, Tensors.ones(DType.BOOL, Shape.of(1), x.device()), differs);
        Tensor places = starts.nonzero().flatten();
        Tensor number = starts.cumsum(0).sub(1);
        Tensor inverse = order == null ? number : number.scatter(0, order, number);
        Tensor end = Tensors.full(DType.I64, n, Shape.of(1), x.device());
        return new Unique(
                ordered.indexSelect(axis, places),
                inverse,
                Tensors.cat(0, places, end).diff());
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(x.size(0), x.elements() / x.size(0));
    }

    /** The order of the slices along axis 0, the first difference deciding; stable, NaN last. */
    private static Tensor lexicographicOrder(Tensor slices) {
        int n = Math.toIntExact(slices.size(0));
        int m = (int) (slices.elements() / Math.max(n, 1));
        Comparator<Integer> order;
        if (slices.dtype().isFloating()) {
            double[] values = slices.toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += 0.0; // -0.0 equals 0.0
            }
            order = (a, b) -> Arrays.compare(values, a * m, a * m + m, values, b * m, b * m + m);
        } else {
            long[] values = slices.toLongArray();
            order = (a, b) -> Arrays.compare(values, a * m, a * m + m, values, b * m, b * m + m);
        }
        long[] sorted =
                IntStream.range(0, n).boxed().sorted(order).mapToLong(i -> i).toArray();
        return Tensors.of(sorted).to(slices.device());
    }

    private static Tensor slices(String name, Tensor x, int axis) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return x.reshape(1);
        }
        int a = Axes.normalise(name, axis, x.rank());
        for (int k = 0; k < x.rank(); k++) {
            if (k != a && x.size(k) == 0) {
                throw new ShapeException(name + ": slices along axis " + axis + " of shape " + x.shape()
                        + " have no elements by which they could differ: give at least one");
            }
        }
        return x;
    }
}
