package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Reductions of tensors of any layout over any axes, which stay with size 1. */
final class Reduce {
    private Reduce() {}

    static ConcreteTensor sum(Op.Sum op, ConcreteTensor x) {
        return fold(FoldFn.SUM, op.axes(), x);
    }

    static ConcreteTensor prod(Op.Prod op, ConcreteTensor x) {
        return fold(FoldFn.PRODUCT, op.axes(), x);
    }

    static ConcreteTensor extremum(Op.Extremum op, ConcreteTensor x) {
        return switch (op.fn()) {
            case MAX -> fold(FoldFn.MAX, op.axes(), x);
            case MIN -> fold(FoldFn.MIN, op.axes(), x);
        };
    }

    static ConcreteTensor bool(Op.BoolReduce op, ConcreteTensor x) {
        return switch (op.fn()) {
            case ANY -> fold(FoldFn.MAX, op.axes(), x);
            case ALL -> fold(FoldFn.MIN, op.axes(), x);
        };
    }

    static ConcreteTensor argExtremum(Op.ArgExtremum op, ConcreteTensor x) {
        Shape shape = x.shape();
        ConcreteTensor out = ConcreteTensor.allocate(DType.I64, shape.withSize(op.axis(), 1), x.device());
        try (Scratch scratch = Scratch.open()) {
            ArgFold.fold(
                    op.fn(),
                    x.dtype(),
                    Rows.of(x, scratch),
                    out.address(),
                    Rows.outer(shape, op.axis()),
                    shape.size(op.axis()),
                    Rows.inner(shape, op.axis()));
        }
        return out;
    }

    /**
     * Folds over several axes. The elements are taken in the order in which they lie in memory, whatever the order of the axes, so
     * that the sum of a transposed tensor costs no copy; the result then has its axes in memory in that order too.
     */
    private static ConcreteTensor fold(FoldFn fn, Axes axes, ConcreteTensor x) {
        Axes order = memoryOrder(x.layout());
        Layout layout = x.layout().permuted(order);
        Shape shape = layout.shape();
        boolean[] reduced = new boolean[shape.rank()];
        long[] kept = shape.toArray();
        for (int i = 0; i < reduced.length; i++) {
            reduced[i] = axes.contains(order.get(i));
            if (reduced[i]) {
                kept[i] = 1;
            }
        }
        Shape result = Shape.of(kept);
        ConcreteTensor out = ConcreteTensor.over(
                Allocators.of(x.device()).allocate(result.elements() * x.dtype().bytes()),
                Layout.contiguous(result).permuted(order.inverse()),
                x.dtype());
        try (Scratch scratch = Scratch.open()) {
            long from = x.address();
            if (!layout.isContiguous()) {
                from = scratch.allocate(shape.elements() * x.dtype().bytes());
                StridedCopy.copy(x.address(), layout, from, Layout.contiguous(shape), x.dtype());
            }
            fold(fn, x.dtype(), from, shape.toArray(), reduced, out.address(), scratch);
        }
        return out;
    }

    /** The axes in the order of falling strides if the elements lie without gaps in it, otherwise as they are. */
    private static Axes memoryOrder(Layout layout) {
        int rank = layout.shape().rank();
        Axes logical = Axes.all(rank);
        if (layout.isContiguous()) {
            return logical;
        }
        int[] order = logical.toArray();
        for (int i = 1; i < rank; i++) {
            int axis = order[i];
            int j = i;
            while (j > 0 && layout.stride(order[j - 1]) < layout.stride(axis)) {
                order[j] = order[j - 1];
                j--;
            }
            order[j] = axis;
        }
        Axes sorted = Axes.listed("reduce", rank, order);
        return layout.permuted(sorted).isContiguous() ? sorted : logical;
    }

    /** Folds runs of neighbouring reduced axes one after the other, from the last to the first. */
    private static void fold(
            FoldFn fn, DType dtype, long in, long[] sizes, boolean[] reduced, long out, Scratch scratch) {
        long from = in;
        long inner = 1;
        int end = sizes.length;
        while (true) {
            while (end > 0 && !(reduced[end - 1] && sizes[end - 1] != 1)) {
                inner *= sizes[--end];
            }
            int begin = end;
            long n = 1;
            while (begin > 0 && (reduced[begin - 1] || sizes[begin - 1] == 1)) {
                n *= sizes[--begin];
            }
            long outer = 1;
            boolean last = true;
            for (int i = 0; i < begin; i++) {
                outer *= sizes[i];
                last &= !reduced[i] || sizes[i] == 1;
            }
            long to = last ? out : scratch.allocate(outer * inner * dtype.bytes());
            Fold.fold(fn, dtype, from, to, outer, n, inner);
            if (last) {
                return;
            }
            from = to;
            end = begin;
        }
    }
}
