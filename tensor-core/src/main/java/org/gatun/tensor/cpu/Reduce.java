package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Reductions of tensors of any layout over any axes, which stay with size 1. */
final class Reduce {
    /** Expanded tensors of more elements are folded in blocks of at most so many. */
    private static final long BLOCK = 1 << 20;

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

    private static ConcreteTensor fold(FoldFn fn, Axes axes, ConcreteTensor x) {
        if (x.isContiguous()) {
            return foldRows(fn, axes, x);
        }
        return x.shape().elements() > BLOCK && isExpanded(x.layout())
                ? foldExpanded(fn, axes, x)
                : foldInMemoryOrder(fn, axes, x);
    }

    private static ConcreteTensor foldRows(FoldFn fn, Axes axes, ConcreteTensor x) {
        Shape shape = x.shape();
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape.reduced(axes), x.device());
        boolean[] reduced = new boolean[shape.rank()];
        for (int i = 0; i < axes.count(); i++) {
            reduced[axes.get(i)] = true;
        }
        try (Scratch scratch = Scratch.open()) {
            fold(fn, x.dtype(), x.address(), shape.toArray(), reduced, out.address(), scratch);
        }
        return out;
    }

    private static boolean isExpanded(Layout layout) {
        for (int a = 0; a < layout.shape().rank(); a++) {
            if (layout.stride(a) == 0 && layout.shape().size(a) > 1) {
                return true;
            }
        }
        return false;
    }

    /** Folds a tensor with stride 0, which may have far more elements than there is memory, a block of elements at a time. */
    private static ConcreteTensor foldExpanded(FoldFn fn, Axes axes, ConcreteTensor x) {
        int rank = x.shape().rank();
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), x.shape().reduced(axes), x.device());
        Layout layout = x.layout().permuted(Rows.last(axes, rank));
        foldBlocks(fn, x.dtype(), x.address(), layout, rank - axes.count(), out.address());
        return out;
    }

    /**
     * Folds all axes from the one numbered {@code kept} on, part by part along the first axis.
     *
     * @param in the address of the first element
     * @param out the address of the results, row by row
     */
    private static void foldBlocks(FoldFn fn, DType dtype, long in, Layout layout, int kept, long out) {
        Shape shape = layout.shape();
        int rank = shape.rank();
        int bytes = dtype.bytes();
        try (Scratch scratch = Scratch.open()) {
            if (shape.elements() <= BLOCK) {
                long n = Rows.inner(shape, kept - 1);
                Fold.fold(fn, dtype, Rows.of(in, layout, dtype, scratch), out, shape.elements() / n, n, 1);
                return;
            }
            long size = shape.size(0);
            long each = shape.elements() / size;
            long step = Math.max(1, BLOCK / each);
            long parts = Math.ceilDiv(size, step);
            boolean reduced = kept == 0;
            long to = reduced ? scratch.allocate(parts * bytes) : out;
            long results = reduced ? 1 : step * Rows.outer(shape, kept) / size;
            int first = step == 1 ? 1 : 0; // of a single index, the axis is left out
            long[] sizes = Arrays.copyOfRange(shape.toArray(), first, rank);
            long[] strides = Arrays.copyOfRange(layout.strides(), first, rank);
            for (long p = 0; p < parts; p++) {
                if (first == 0) {
                    sizes[0] = Math.min(step, size - p * step);
                }
                Layout part = Layout.strided(Shape.of(sizes), strides, 0);
                long address = in + p * step * layout.stride(0) * bytes;
                foldBlocks(fn, dtype, address, part, Math.max(0, kept - first), to + p * results * bytes);
            }
            if (reduced) {
                Fold.fold(fn, dtype, to, out, 1, parts, 1);
            }
        }
    }

    /**
     * Folds over several axes. The elements are taken in the order in which they lie in memory, whatever the order of the axes, so
     * that the sum of a transposed tensor costs no copy; the result then has its axes in memory in that order too.
     */
    private static ConcreteTensor foldInMemoryOrder(FoldFn fn, Axes axes, ConcreteTensor x) {
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
            long from = Rows.of(x.address(), layout, x.dtype(), scratch);
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
