package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BoolReduceFn;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/** Reductions, running sums and products, and sorting, in the order of the elements. */
final class ReferenceReductions {
    private ReferenceReductions() {}

    static HostArray sum(HostArray x, Axes axes) {
        var out = new Accumulator(x.dtype(), x.shape().reduced(axes));
        for (int i = 0; i < x.size(); i++) {
            out.add(reduced(x.shape(), axes, i), x, i);
        }
        return out.array();
    }

    static HostArray prod(HostArray x, Axes axes) {
        var out = new Accumulator(x.dtype(), x.shape().reduced(axes));
        out.fill(1);
        for (int i = 0; i < x.size(); i++) {
            out.multiply(reduced(x.shape(), axes, i), x, i);
        }
        return out.array();
    }

    static HostArray extremum(Op.Extremum op, HostArray x) {
        Shape shape = x.shape().reduced(op.axes());
        int[] best = best(op.fn(), x, shape, op.axes());
        return x.pick(shape, i -> best[i]);
    }

    static HostArray argExtremum(Op.ArgExtremum op, HostArray x) {
        Axes axes = Axes.listed("argmax", x.shape().rank(), op.axis());
        Shape shape = x.shape().reduced(axes);
        int[] best = best(op.fn(), x, shape, axes);
        return HostArray.wholes(DType.I64, shape, i -> HostArray.index(x.shape(), best[i])[op.axis()]);
    }

    /** For each element of the result, the place of the first NaN, or else of the first best element, among those it stands for. */
    private static int[] best(ExtremumFn fn, HostArray x, Shape shape, Axes axes) {
        int[] best = new int[(int) shape.elements()];
        boolean[] known = new boolean[best.length];
        for (int i = 0; i < x.size(); i++) {
            int to = reduced(x.shape(), axes, i);
            if (!known[to] || better(fn, x, i, best[to])) {
                best[to] = i;
                known[to] = true;
            }
        }
        return best;
    }

    private static boolean better(ExtremumFn fn, HostArray x, int i, int j) {
        if (x.dtype().isFloating() && (Double.isNaN(x.real(i)) || Double.isNaN(x.real(j)))) {
            return Double.isNaN(x.real(i)) && !Double.isNaN(x.real(j));
        }
        int order = x.dtype().isFloating()
                ? x.real(i) < x.real(j) ? -1 : x.real(i) > x.real(j) ? 1 : 0
                : Long.compare(x.whole(i), x.whole(j));
        return switch (fn) {
            case MAX -> order > 0;
            case MIN -> order < 0;
        };
    }

    static HostArray bool(Op.BoolReduce op, HostArray x) {
        Shape shape = x.shape().reduced(op.axes());
        long[] out = new long[(int) shape.elements()];
        Arrays.fill(out, op.fn() == BoolReduceFn.ALL ? 1 : 0);
        for (int i = 0; i < x.size(); i++) {
            int to = reduced(x.shape(), op.axes(), i);
            out[to] = switch (op.fn()) {
                case ANY -> out[to] | x.whole(i);
                case ALL -> out[to] & x.whole(i);
            };
        }
        return HostArray.wholes(DType.BOOL, shape, i -> out[i]);
    }

    static HostArray cumSum(Op.CumSum op, HostArray x) {
        var out = new Accumulator(x.dtype(), x.shape());
        for (int i = 0; i < x.size(); i++) {
            for (int j : lane(x.shape(), op.axis(), i)) {
                if (op.reverse() ? j >= i : j <= i) {
                    out.add(i, x, j);
                }
            }
        }
        return out.array();
    }

    static HostArray cumProd(Op.CumProd op, HostArray x) {
        var out = new Accumulator(x.dtype(), x.shape());
        out.fill(1);
        for (int i = 0; i < x.size(); i++) {
            for (int j : lane(x.shape(), op.axis(), i)) {
                if (j <= i) {
                    out.multiply(i, x, j);
                }
            }
        }
        return out.array();
    }

    /** The first {@code count} elements along an axis in ascending or descending order, and their indices. NaN is the largest. */
    static List<HostArray> sorted(HostArray x, int axis, boolean descending, long count) {
        Shape shape = x.shape().withSize(axis, count);
        int[] from = new int[(int) shape.elements()];
        Comparator<Integer> ascending = x.dtype().isFloating()
                ? Comparator.comparingDouble(j -> x.real(j) + 0.0)
                : Comparator.comparingLong(j -> x.whole(j));
        for (int start = 0; start < x.size(); start++) {
            long[] index = HostArray.index(x.shape(), start);
            if (index[axis] != 0) {
                continue;
            }
            var places = new ArrayList<Integer>();
            for (int j : lane(x.shape(), axis, start)) {
                places.add(j);
            }
            // Both directions are stable, so the descending order is not the ascending one reversed.
            places.sort(descending ? ascending.reversed() : ascending);
            for (int k = 0; k < count; k++) {
                index[axis] = k;
                from[HostArray.flat(shape, index)] = places.get(k);
            }
        }
        return List.of(
                x.pick(shape, i -> from[i]),
                HostArray.wholes(DType.I64, shape, i -> HostArray.index(x.shape(), from[i])[axis]));
    }

    /** The places of the elements that share all indices but that of {@code axis} with element {@code i}, in order. */
    private static int[] lane(Shape shape, int axis, int i) {
        int[] lane = new int[(int) shape.size(axis)];
        long[] index = HostArray.index(shape, i);
        for (int k = 0; k < lane.length; k++) {
            index[axis] = k;
            lane[k] = HostArray.flat(shape, index);
        }
        return lane;
    }

    private static int reduced(Shape shape, Axes axes, int i) {
        long[] index = HostArray.index(shape, i);
        for (int a : axes.toArray()) {
            index[a] = 0;
        }
        return HostArray.flat(shape.reduced(axes), index);
    }
}
