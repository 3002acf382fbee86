package org.gatun.tensor;

import org.gatun.tensor.composite.ScatterExtremum;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Traced;

/** Reductions of the elements of a source that meet at one place of a tensor. */
final class ScatterReductions {
    private ScatterReductions() {}

    static Tensor scatterReduce(
            String name,
            Tensor x,
            int axis,
            Tensor index,
            Tensor src,
            ScatterReduction reduction,
            boolean includeSelf) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return scatterReduce(
                            name, x.reshape(1), 0, Picking.vector(index), Picking.vector(src), reduction, includeSelf)
                    .reshape();
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return scatterReduce(name, x, axis, Picking.vector(index), Picking.vector(src), reduction, includeSelf);
        }
        int a = Axes.normalise(name, axis, x.rank());
        Picking.requireSameType(name, x, src);
        Tensor i = Indices.checked(name, index);
        Indices.requireWithin(name, i.shape(), x.shape(), a);
        Tensor terms = Picking.source(name, i, src);
        Shape touched = i.shape().withSize(a, x.size(a));
        Tensor base = Padding.crop(x, touched);
        Tensor reduced = reduce(name, base, a, i, terms, reduction, includeSelf);
        return touched.equals(x.shape()) ? reduced : Patching.replace(x, new long[x.rank()], 1, a, reduced);
    }

    static Tensor indexReduce(
            Tensor x, int axis, Tensor index, Tensor src, ScatterReduction reduction, boolean includeSelf) {
        if (x.rank() == 0) {
            Axes.ofScalar("indexReduce", axis);
            return indexReduce(x.reshape(1), 0, index, Picking.vector(src), reduction, includeSelf)
                    .reshape();
        }
        int a = Axes.normalise("indexReduce", axis, x.rank());
        Tensor along = Picking.along("indexReduce", x, a, index, src);
        return scatterReduce("indexReduce", x, a, along, src, reduction, includeSelf);
    }

    private static Tensor reduce(
            String name, Tensor x, int a, Tensor index, Tensor src, ScatterReduction reduction, boolean includeSelf) {
        return switch (reduction) {
            case SUM -> sum(name, x, a, index, src, includeSelf);
            case PROD -> product(name, x, a, index, src, includeSelf);
            case MEAN -> {
                if (x.dtype() == DType.BOOL) {
                    throw new DTypeException(
                            name + ": truth values have no mean: convert first, for instance to(DType.F32)");
                }
                Tensor count = counts(name, x, a, index);
                Tensor n = (includeSelf ? count.add(1) : count.clamp(1, Long.MAX_VALUE)).to(x.dtype());
                Tensor sum = sum(name, x, a, index, src, includeSelf);
                yield x.dtype().isFloating() ? sum.div(n) : sum.floorDivide(n);
            }
            case AMAX ->
                Indices.bind(name, new Op.Call(new ScatterExtremum(ExtremumFn.MAX, a, includeSelf)), x, index, src);
            case AMIN ->
                Indices.bind(name, new Op.Call(new ScatterExtremum(ExtremumFn.MIN, a, includeSelf)), x, index, src);
        };
    }

    private static Tensor sum(String name, Tensor x, int a, Tensor index, Tensor src, boolean includeSelf) {
        Tensor base =
                includeSelf ? x : counts(name, x, a, index).gt(0).where(Arithmetic.constant(x, x.dtype(), 0.0), x);
        return Picking.scatterAdd(name, base, a, index, src);
    }

    /** How many elements the index sends to each place (I64). */
    private static Tensor counts(String name, Tensor x, int a, Tensor index) {
        Tensor one = ConcreteTensor.scalar(DType.I64, 1L, x.device());
        return Indices.bind(name, new Op.ScatterAdd(a, x.shape()), Arithmetic.expand(one, index.shape()), index);
    }

    /**
     * The factors of each place brought together by sorting, and then multiplied with ever more distant neighbours of the same place: as
     * many passes as the largest number of factors has binary digits. There is no division, so zeros need no care in derivatives.
     */
    private static Tensor product(String name, Tensor x, int a, Tensor index, Tensor src, boolean includeSelf) {
        long places = x.size(a);
        Tensor own = Arithmetic.expand(Picking.numbers(x, a, places), x.shape());
        // Picked from their own numbers, negative positions are turned round and all of them are checked.
        Tensor positions = Indices.bind(name, new Op.Gather(a), own, index);
        Tensor factors = src;
        if (includeSelf) {
            positions = Joining.cat(name, a, own, positions);
            factors = Joining.cat(name, a, x, src);
        }
        Tensor counts = counts(name, x, a, positions);
        long most = most(counts);
        if (most == 0) {
            return x.copy();
        }
        ValuesIndices sorted = positions.sort(a);
        Tensor ends = counts.cumsum(a);
        Tensor starts = ends.sub(counts);
        long n = positions.size(a);
        // How many factors of the same place come before each.
        Tensor before = Picking.numbers(x, a, n).sub(starts.gather(a, sorted.values()));
        Tensor run = factors.gather(a, sorted.indices());
        Tensor one = Arithmetic.constant(x, x.dtype(), 1.0);
        for (long distance = 1; distance < most; distance *= 2) {
            Tensor far = Joining.cat(
                    name,
                    a,
                    Arithmetic.expand(one, run.shape().withSize(a, distance)),
                    Shaping.slice(run, a, 0, n - distance, 1));
            run = run.mul(before.ge(distance).where(far, one));
        }
        Tensor last = ends.sub(1).clamp(0, Long.MAX_VALUE);
        return counts.gt(0).where(run.gather(a, last), x);
    }

    /** Of a batch, the largest number for any element: more passes than needed change nothing. */
    private static long most(Tensor counts) {
        ConcreteTensor all = Traced.beneath(counts);
        return all.elements() == 0 ? 0 : all.max().itemLong();
    }
}
