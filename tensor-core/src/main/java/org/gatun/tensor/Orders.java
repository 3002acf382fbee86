package org.gatun.tensor;

import org.gatun.tensor.composite.LinearRecurrence;
import org.gatun.tensor.composite.LogCumSumExp;
import org.gatun.tensor.composite.RunningExtremum;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Functions along one axis whose results come in an order: extrema with their place, sorting, running sums. */
final class Orders {
    private Orders() {}

    static ValuesIndices extremum(String name, ExtremumFn fn, Tensor x, int axis, boolean keepDims) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return scalar(extremum(name, fn, x.reshape(1), 0, true));
        }
        Tensor kept = Reductions.arg(name, fn, x, axis, true);
        int a = Axes.normalise(name, axis, x.rank());
        Axes over = Axes.listed(name, x.rank(), a);
        // Picked by index, so that the first of several equal elements gets all of the gradient.
        Tensor values = Dispatch.bind(new Op.Gather(a), x, kept);
        return new ValuesIndices(Reductions.finish(values, over, keepDims), Reductions.finish(kept, over, keepDims));
    }

    static ValuesIndices sort(String name, Tensor x, int axis, boolean descending) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return scalar(sort(name, x.reshape(1), 0, descending));
        }
        int a = Axes.normalise(name, axis, x.rank());
        Tensor[] sorted = Dispatch.bindAll(new Op.Sort(a, descending), x);
        return new ValuesIndices(sorted[0], sorted[1]);
    }

    static ValuesIndices topk(Tensor x, long k, int axis, boolean largest) {
        if (x.rank() == 0) {
            Axes.ofScalar("topk", axis);
            ValuesIndices one = topk(x.reshape(1), k, 0, largest);
            return k == 1 ? scalar(one) : one;
        }
        int a = Axes.normalise("topk", axis, x.rank());
        if (k < 0 || k > x.size(a)) {
            throw new ShapeException("topk: k = " + k + " elements can't be picked along axis " + axis + " of shape "
                    + x.shape() + ": give k from 0 to " + x.size(a));
        }
        Tensor[] top = Dispatch.bindAll(new Op.TopK(a, k, largest), x);
        return new ValuesIndices(top[0], top[1]);
    }

    private static ValuesIndices scalar(ValuesIndices one) {
        return new ValuesIndices(one.values().reshape(), one.indices().reshape());
    }

    static Tensor cumsum(Tensor x, int axis) {
        if (x.rank() == 0) {
            Axes.ofScalar("cumsum", axis);
            return cumsum(x.reshape(1), 0).reshape();
        }
        return Dispatch.bind(
                new Op.CumSum(Axes.normalise("cumsum", axis, x.rank()), false), Reductions.accumulating(x));
    }

    static Tensor cumprod(Tensor x, int axis) {
        if (x.rank() == 0) {
            Axes.ofScalar("cumprod", axis);
            return cumprod(x.reshape(1), 0).reshape();
        }
        return Dispatch.bind(new Op.CumProd(Axes.normalise("cumprod", axis, x.rank())), Reductions.accumulating(x));
    }

    static ValuesIndices cumextremum(String name, ExtremumFn fn, Tensor x, int axis) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return scalar(cumextremum(name, fn, x.reshape(1), 0));
        }
        int a = Axes.normalise(name, axis, x.rank());
        if (x.elements() == 0) {
            return new ValuesIndices(x.copy(), Tensors.zeros(DType.I64, x.shape(), x.device()));
        }
        // Picked by index, so that of equal elements the last gets all of the gradient.
        Tensor index = Dispatch.bind(new Op.Call(new RunningExtremum(fn, a)), x.detach());
        return new ValuesIndices(x.gather(a, index), index);
    }

    static Tensor logcumsumexp(Tensor x, int axis) {
        Reductions.requireFloating("logcumsumexp", x);
        if (x.rank() == 0) {
            Axes.ofScalar("logcumsumexp", axis);
            return x.copy();
        }
        int a = Axes.normalise("logcumsumexp", axis, x.rank());
        return x.elements() == 0 ? x.copy() : Dispatch.bind(new Op.Call(new LogCumSumExp(a)), x);
    }

    static Tensor linearRecurrence(Tensor a, Tensor b, int axis, boolean reverse) {
        Reductions.requireFloating("linearRecurrence", a);
        Reductions.requireFloating("linearRecurrence", b);
        DType dtype = DType.promote(a.dtype(), b.dtype());
        Shape shape = Broadcasting.common("linearRecurrence", a.shape(), b.shape());
        if (shape.rank() == 0) {
            Axes.ofScalar("linearRecurrence", axis);
            return linearRecurrence(a.reshape(1), b.reshape(1), 0, reverse).reshape();
        }
        int along = Axes.normalise("linearRecurrence", axis, shape.rank());
        Tensor factors = Arithmetic.expand(Arithmetic.cast(a, dtype), shape);
        Tensor terms = Arithmetic.expand(Arithmetic.cast(b, dtype), shape);
        return shape.isEmpty()
                ? terms.copy()
                : Dispatch.bind(new Op.Call(new LinearRecurrence(along, reverse)), factors, terms);
    }
}
