package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/** The arguments of the shape methods, checked and turned into operations of the IR. */
final class Shaping {
    private static final Op.Copy COPY = new Op.Copy();

    private Shaping() {}

    static Tensor copy(Tensor x) {
        return Dispatch.bind(COPY, x);
    }

    static Tensor contiguous(Tensor x) {
        boolean contiguous = x instanceof Traced traced
                ? traced.isContiguous()
                : x.concrete().isContiguous();
        return contiguous ? x : copy(x);
    }

    /** The shape that {@code sizes} means for {@code x}: one size may be -1. */
    static Shape inferred(Tensor x, long... sizes) {
        return inferred("reshape", x, x.elements(), sizes);
    }

    /** The shape of {@code elements} elements of {@code x} that {@code sizes} means: one size may be -1. */
    static Shape inferred(String name, Tensor x, long elements, long... sizes) {
        int unknown = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1) {
                if (unknown >= 0) {
                    throw new ShapeException(name + ": shape " + x.shape() + " to " + Arrays.toString(sizes)
                            + ", which has more than one -1: only one size can be inferred");
                }
                unknown = i;
            } else if (sizes[i] < 0) {
                throw new ShapeException(name + ": shape " + x.shape() + " to " + Arrays.toString(sizes)
                        + ", which has a negative size: give 0 or more, or -1 for the size that is left over");
            }
        }
        if (unknown < 0) {
            return Shape.of(name, sizes);
        }
        long[] s = sizes.clone();
        s[unknown] = 1;
        // As a shape, which refuses sizes whose product no long holds.
        long known = Shape.of(name, s).elements();
        if (known == 0 || elements % known != 0) {
            throw new ShapeException(name + ": the -1 in " + Arrays.toString(sizes) + " can't be inferred from shape "
                    + x.shape() + " with " + elements + " elements: the other sizes must divide that number");
        }
        s[unknown] = elements / known;
        return Shape.of(s);
    }

    static Tensor reshape(Tensor x, Shape shape) {
        return reshape("reshape", x, shape);
    }

    static Tensor reshape(String name, Tensor x, Shape shape) {
        if (x instanceof ConcreteTensor concrete && concrete.shape().equals(shape)) {
            return concrete.view(concrete.layout());
        }
        if (shape.elements() != x.elements()) {
            throw new ShapeException(name + ": shape " + x.shape() + " has " + x.elements() + " elements and " + shape
                    + " has " + shape.elements() + ": the counts must be equal");
        }
        return Dispatch.bind(new Op.Reshape(shape), x);
    }

    static Tensor flatten(Tensor x, int from, int to) {
        if (x.rank() == 0) {
            Axes.ofScalar("flatten", from);
            Axes.ofScalar("flatten", to);
            return reshape(x, Shape.of(1));
        }
        int a = Axes.normalise("flatten", from, x.rank());
        int b = Axes.normalise("flatten", to, x.rank());
        if (a > b) {
            throw new ShapeException("flatten: axis " + from + " lies behind axis " + to + " in a tensor of shape "
                    + x.shape() + ": give the first axis first");
        }
        long[] s = new long[x.rank() - (b - a)];
        // As a shape: the product of these sizes may be too large for a long where another size is 0.
        long run = Shape.of(Arrays.copyOfRange(x.shape().toArray(), a, b + 1)).elements();
        for (int i = 0; i < a; i++) {
            s[i] = x.size(i);
        }
        s[a] = run;
        for (int i = b + 1; i < x.rank(); i++) {
            s[i - (b - a)] = x.size(i);
        }
        return reshape(x, Shape.of(s));
    }

    static Tensor permute(Tensor x, int... order) {
        if (order.length != x.rank()) {
            throw new ShapeException("permute: " + Arrays.toString(order) + " names " + order.length
                    + " axes of a tensor of rank " + x.rank() + " and shape " + x.shape() + ": name every axis once");
        }
        return Dispatch.bind(new Op.Permute(Axes.listed("permute", x.rank(), order)), x);
    }

    static Tensor transpose(String name, Tensor x, int a, int b) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, a);
            Axes.ofScalar(name, b);
            return permute(x);
        }
        int[] order = Axes.all(x.rank()).toArray();
        int i = Axes.normalise(name, a, x.rank());
        int j = Axes.normalise(name, b, x.rank());
        order[i] = j;
        order[j] = i;
        return permute(x, order);
    }

    static Tensor t(Tensor x) {
        if (x.rank() > 2) {
            throw new ShapeException("t: takes a matrix, not a tensor of shape " + x.shape()
                    + ": use transpose(a, b) or permute to say which axes to exchange");
        }
        return x.rank() < 2 ? unmoved(x) : transpose("t", x, 0, 1);
    }

    /** A view that has its axes where they were, by an operation that a region refuses: outside it they may move. */
    private static Tensor unmoved(Tensor x) {
        return permute(x, Axes.all(x.rank()).toArray());
    }

    static Tensor broadcast(String name, Tensor x, Shape shape) {
        if (!Broadcasting.fits(x.shape(), shape)) {
            throw new ShapeException(name + ": shape " + x.shape() + " can't be repeated to " + shape
                    + ": aligned at the last axis, each size must be equal or 1");
        }
        return Dispatch.bind(new Op.Broadcast(Creation.countable(name, x.dtype(), shape)), x);
    }

    static Tensor expand(Tensor x, long... sizes) {
        long[] s = sizes.clone();
        int lead = s.length - x.rank();
        for (int i = 0; i < s.length; i++) {
            if (s[i] == -1) {
                if (i < lead) {
                    throw new ShapeException("expand: -1 at axis " + i + " of " + Arrays.toString(sizes)
                            + " stands for no size of shape " + x.shape() + ": new axes need a size");
                }
                s[i] = x.size(i - lead);
            }
        }
        return broadcast("expand", x, Shape.of("expand", s));
    }

    static Tensor unsqueeze(Tensor x, int axis) {
        int a = Axes.insertion("unsqueeze", axis, x.rank());
        return reshape(x, x.shape().inserted(a, 1));
    }

    static Tensor squeeze(Tensor x, int... axes) {
        Axes named = Axes.reduction("squeeze", x.rank(), axes);
        int[] ones = Arrays.stream(named.toArray()).filter(a -> x.size(a) == 1).toArray();
        return ones.length == 0 ? unmoved(x) : reshape(x, x.shape().without(Axes.listed("squeeze", x.rank(), ones)));
    }

    static Tensor flip(Tensor x, int... axes) {
        return Dispatch.bind(new Op.Flip(Axes.reduction("flip", x.rank(), axes)), x);
    }

    static Tensor slice(Tensor x, int axis, long from, long to, long step) {
        int a = Axes.normalise("slice", axis, x.rank());
        if (step < 1) {
            throw new ShapeException("slice: step " + step + " must be 1 or more: use flip to go backwards");
        }
        long n = x.size(a);
        long first = Math.clamp(from < 0 ? from + n : from, 0, n);
        long last = Math.clamp(to < 0 ? to + n : to, first, n);
        long count = Math.ceilDiv(last - first, step);
        long[] start = new long[x.rank()];
        long[] steps = new long[x.rank()];
        Arrays.fill(steps, 1);
        start[a] = first;
        steps[a] = step;
        return Dispatch.bind(
                new Op.Slice(new SliceSpec(Shape.of(start), x.shape().withSize(a, count), Shape.of(steps))), x);
    }

    static Tensor select(Tensor x, int axis, long index) {
        int a = Axes.normalise("select", axis, x.rank());
        long n = x.size(a);
        long i = index < 0 ? index + n : index;
        if (i < 0 || i >= n) {
            throw new IndexOutOfBoundsException("select: index " + index + " is out of range for axis " + axis
                    + " of shape " + x.shape() + ": give an index from " + -n + " to " + (n - 1));
        }
        Tensor row = slice(x, a, i, i + 1, 1);
        return reshape(row, x.shape().without(Axes.listed("select", x.rank(), a)));
    }
}
