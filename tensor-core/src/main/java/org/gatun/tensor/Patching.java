package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Copies of a tensor of which one part (a slice, a diagonal) is taken from another: the opposites of views. */
final class Patching {
    private Patching() {}

    static Tensor select(Tensor x, Tensor src, int axis, long index) {
        int a = Axes.normalise("selectScatter", axis, x.rank());
        long n = x.size(a);
        if (index < -n || index >= n) {
            throw new IndexOutOfBoundsException("selectScatter: index " + index + " is out of range for axis " + axis
                    + " of shape " + x.shape() + ": give an index from " + -n + " to " + (n - 1));
        }
        require("selectScatter", x, src, x.shape().without(Axes.listed("selectScatter", x.rank(), a)));
        long[] start = new long[x.rank()];
        start[a] = index < 0 ? index + n : index;
        return replace(x, start, 1, a, src.unsqueeze(a));
    }

    static Tensor slice(Tensor x, Tensor src, int axis, long from, long to, long step) {
        int a = Axes.normalise("sliceScatter", axis, x.rank());
        if (step < 1) {
            throw new ShapeException("sliceScatter: step " + step + " must be 1 or more");
        }
        long n = x.size(a);
        long first = Math.clamp(from < 0 ? from + n : from, 0, n);
        long last = Math.clamp(to < 0 ? to + n : to, first, n);
        require("sliceScatter", x, src, x.shape().withSize(a, Math.ceilDiv(last - first, step)));
        long[] start = new long[x.rank()];
        start[a] = first;
        return replace(x, start, step, a, src);
    }

    /** {@code x} with a box of elements replaced by {@code patch}, whose elements lie {@code step} apart along one axis. */
    static Tensor replace(Tensor x, long[] start, long step, int axis, Tensor patch) {
        if (patch.elements() == 0) {
            return x.copy();
        }
        long[] end = x.shape().toArray();
        long[] between = new long[end.length];
        if (end.length > 0) {
            between[axis] = patch.size(axis) > 1 ? step - 1 : 0;
        }
        for (int a = 0; a < end.length; a++) {
            end[a] -= start[a] + 1 + (patch.size(a) - 1) * (1 + between[a]);
        }
        Op.Pad pad = new Op.Pad(new PadSpec(Shape.of(start), Shape.of(end), Shape.of(between)));
        return inside(pad, patch).where(Dispatch.bind(pad, patch), x);
    }

    static Tensor diagonal(Tensor x, Tensor src, long offset, int rows, int columns) {
        Shape diagonal = Renamed.call("diagonal", "diagonalScatter", () -> Diagonals.diagonal(x, offset, rows, columns))
                .shape();
        require("diagonalScatter", x, src, diagonal);
        if (src.elements() == 0) {
            return x.copy();
        }
        int r = Axes.normalise("diagonalScatter", rows, x.rank());
        int c = Axes.normalise("diagonalScatter", columns, x.rank());
        Op.Pad pad = Diagonals.spread(src.shape(), offset, x.size(r), x.size(c));
        Tensor patch = matrices(Dispatch.bind(pad, src), src, x, r, c);
        return matrices(inside(pad, src), src, x, r, c).where(patch, x);
    }

    private static Tensor matrices(Tensor flat, Tensor src, Tensor x, int r, int c) {
        long[] sizes = Arrays.copyOf(src.shape().toArray(), x.rank());
        sizes[x.rank() - 2] = x.size(r);
        sizes[x.rank() - 1] = x.size(c);
        return Diagonals.placed(flat.reshape(Shape.of(sizes)), r, c);
    }

    /** True where the padding puts elements. */
    private static Tensor inside(Op.Pad pad, Tensor patch) {
        Tensor yes = ConcreteTensor.scalar(DType.BOOL, 1.0, patch.device());
        return Dispatch.bind(pad, Arithmetic.expand(yes, patch.shape()));
    }

    private static void require(String name, Tensor x, Tensor src, Shape shape) {
        if (src.dtype() != x.dtype()) {
            throw new DTypeException(name + ": the source is " + src.dtype() + " and the tensor " + x.dtype()
                    + ": convert one of them with to(dtype)");
        }
        if (!src.shape().equals(shape)) {
            throw new ShapeException(name + ": a source of shape " + src.shape() + " does not fit the part of shape "
                    + shape + " of a tensor of shape " + x.shape() + ": they must be equal");
        }
    }
}
