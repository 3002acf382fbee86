package org.gatun.tensor;

import org.gatun.tensor.ir.BoolReduceFn;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

/** The arguments of the reductions, checked and turned into operations of the IR, which keep the reduced axes. */
final class Reductions {
    private Reductions() {}

    static Tensor sum(Tensor x, boolean keepDims, int... axes) {
        Axes over = Axes.reduction("sum", x.rank(), axes);
        return finish(Dispatch.bind(new Op.Sum(over), accumulating(x)), over, keepDims);
    }

    static Tensor mean(Tensor x, boolean keepDims, int... axes) {
        requireFloating("mean", x);
        Axes over = Axes.reduction("mean", x.rank(), axes);
        double n = count(x, over);
        return finish(Widened.compute(x, w -> Dispatch.bind(new Op.Sum(over), w).div(n)), over, keepDims);
    }

    static Tensor nansum(Tensor x, boolean keepDims, int... axes) {
        Axes.reduction("nansum", x.rank(), axes);
        return (x.dtype().isFloating() ? x.maskedFill(x.isNan(), 0.0) : x).sum(keepDims, axes);
    }

    static Tensor nanmean(Tensor x, boolean keepDims, int... axes) {
        requireFloating("nanmean", x);
        Axes.reduction("nanmean", x.rank(), axes);
        Tensor count = x.isNan().not().sum(keepDims, axes);
        return Widened.compute(x, w -> nansum(w, keepDims, axes).div(count.to(w.dtype())));
    }

    static Tensor countNonzero(Tensor x, int... axes) {
        Axes.reduction("countNonzero", x.rank(), axes);
        return x.to(DType.BOOL).sum(axes);
    }

    static Tensor prod(Tensor x, boolean keepDims, int... axes) {
        Axes over = Axes.reduction("prod", x.rank(), axes);
        return finish(Dispatch.bind(new Op.Prod(over), accumulating(x)), over, keepDims);
    }

    static Tensor extremum(String name, ExtremumFn fn, Tensor x, boolean keepDims, int... axes) {
        Axes over = Axes.reduction(name, x.rank(), axes);
        if (x.elements() == 0 && count(x, over) == 0) {
            throw new ShapeException(name + ": no elements to choose from over axes " + over + " of shape " + x.shape()
                    + ": an empty maximum or minimum is not defined, give at least one along each of the axes");
        }
        return finish(Dispatch.bind(new Op.Extremum(fn, over), x), over, keepDims);
    }

    static Tensor arg(String name, ExtremumFn fn, Tensor x, int axis, boolean keepDims) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return Dispatch.bind(new Op.ArgExtremum(fn, 0), x.reshape(1)).reshape();
        }
        int a = Axes.normalise(name, axis, x.rank());
        if (x.size(a) == 0) {
            throw new ShapeException(name + ": no elements to choose from along axis " + axis + " of shape " + x.shape()
                    + ": give at least one");
        }
        Axes over = Axes.listed(name, x.rank(), a);
        return finish(Dispatch.bind(new Op.ArgExtremum(fn, a), x), over, keepDims);
    }

    static Tensor bool(String name, BoolReduceFn fn, Tensor x, boolean keepDims, int... axes) {
        Axes over = Axes.reduction(name, x.rank(), axes);
        return finish(Dispatch.bind(new Op.BoolReduce(fn, over), x.to(DType.BOOL)), over, keepDims);
    }

    /** The number of elements that a reduction over the given axes folds into one. */
    static long count(Tensor x, Axes over) {
        long n = 1;
        for (int i = 0; i < over.count(); i++) {
            n *= x.size(over.get(i));
        }
        return n;
    }

    static void requireFloating(String name, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException(name + ": takes a floating dtype, not " + x.dtype()
                    + ": convert first, for instance to(DType.F32)");
        }
    }

    /** Integers as F32, as true division takes them. */
    static Tensor asFloating(Tensor x) {
        return x.dtype().isFloating() ? x : x.to(DType.F32);
    }

    static Tensor accumulating(Tensor x) {
        return x.dtype().isFloating() ? x : x.to(DType.I64);
    }

    static Tensor finish(Tensor kept, Axes over, boolean keepDims) {
        return keepDims || over.count() == 0 ? kept : kept.reshape(kept.shape().without(over));
    }
}
