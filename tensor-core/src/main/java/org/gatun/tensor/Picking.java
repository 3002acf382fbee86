package org.gatun.tensor;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** The arguments of gather, scatter and their relatives, checked and turned into operations of the IR. */
final class Picking {
    private Picking() {}

    static Tensor gather(Tensor x, int axis, Tensor index) {
        if (x.rank() == 0) {
            Axes.ofScalar("gather", axis);
            return gather(x.reshape(1), 0, vector(index)).reshape(index.shape());
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return gather(x, axis, vector(index)).reshape();
        }
        int a = Axes.normalise("gather", axis, x.rank());
        Tensor i = Indices.checked("gather", index);
        Indices.requireWithin("gather", i.shape(), x.shape(), a);
        return Dispatch.bind(new Op.Gather(a), Padding.crop(x, i.shape().withSize(a, x.size(a))), i);
    }

    static Tensor scatter(Tensor x, int axis, Tensor index, Tensor src) {
        if (x.rank() == 0) {
            Axes.ofScalar("scatter", axis);
            return scatter(x.reshape(1), 0, vector(index), vector(src)).reshape();
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return scatter(x, axis, vector(index), vector(src));
        }
        int a = Axes.normalise("scatter", axis, x.rank());
        requireSameType("scatter", x, src);
        Tensor i = Indices.checked("scatter", index);
        Indices.requireWithin("scatter", i.shape(), x.shape(), a);
        return Dispatch.bind(new Op.Scatter(a), x, i, source("scatter", i, src));
    }

    static Tensor scatterValue(Tensor x, int axis, Tensor index, Tensor value) {
        return scatter(x, axis, index, Arithmetic.expand(value, index.shape()));
    }

    static Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor src) {
        if (x.rank() == 0) {
            Axes.ofScalar("scatterAdd", axis);
            return scatterAdd(x.reshape(1), 0, vector(index), vector(src)).reshape();
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return scatterAdd(x, axis, vector(index), vector(src));
        }
        int a = Axes.normalise("scatterAdd", axis, x.rank());
        requireSameType("scatterAdd", x, src);
        Tensor i = Indices.checked("scatterAdd", index);
        Indices.requireWithin("scatterAdd", i.shape(), x.shape(), a);
        Shape touched = i.shape().withSize(a, x.size(a));
        Tensor terms = Reductions.accumulating(source("scatterAdd", i, src));
        Tensor sum = Arithmetic.cast(Dispatch.bind(new Op.ScatterAdd(a, touched), terms, i), x.dtype());
        if (!touched.equals(x.shape())) {
            long[] after = x.shape().toArray();
            for (int k = 0; k < after.length; k++) {
                after[k] -= touched.size(k);
            }
            sum = sum.pad(new long[after.length], after);
        }
        return x.add(sum);
    }

    /** The part of a scatter's source that the index speaks of. */
    private static Tensor source(String name, Tensor index, Tensor src) {
        boolean fits = src.rank() == index.rank();
        for (int a = 0; fits && a < src.rank(); a++) {
            fits = index.size(a) <= src.size(a);
        }
        if (!fits) {
            throw new ShapeException(name + ": an index of shape " + index.shape() + " does not fit a source of shape "
                    + src.shape() + ": it must have the same rank and at most the same size along every axis");
        }
        return Padding.crop(src, index.shape());
    }

    private static void requireSameType(String name, Tensor x, Tensor src) {
        if (x.dtype() != src.dtype()) {
            throw new DTypeException(name + ": the source is " + src.dtype() + " and the tensor " + x.dtype()
                    + ": convert one of them with to(dtype)");
        }
    }

    private static Tensor vector(Tensor x) {
        return x.rank() == 0 ? x.reshape(1) : x;
    }

    static Tensor indexSelect(Tensor x, int axis, Tensor index) {
        Tensor i = Indices.vector("indexSelect", index);
        if (x.rank() == 0) {
            Axes.ofScalar("indexSelect", axis);
            if (i.elements() != 1) {
                throw new ShapeException("indexSelect: an index of shape " + index.shape()
                        + " does not fit a scalar: give one position, or reshape the scalar to (1)");
            }
            return indexSelect(x.reshape(1), 0, i).reshape();
        }
        return Dispatch.bind(new Op.IndexSelect(Axes.normalise("indexSelect", axis, x.rank())), x, i);
    }

    static Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor src) {
        if (x.rank() == 0) {
            Axes.ofScalar("indexAdd", axis);
            return indexAdd(x.reshape(1), 0, index, vector(src)).reshape();
        }
        int a = Axes.normalise("indexAdd", axis, x.rank());
        requireSameType("indexAdd", x, src);
        Tensor i = Indices.vector("indexAdd", index);
        if (src.rank() != x.rank() || !src.shape().equals(x.shape().withSize(a, i.elements()))) {
            throw new ShapeException("indexAdd: a source of shape " + src.shape() + " with " + i.elements()
                    + " indices does not fit a tensor of shape " + x.shape()
                    + ": the source must have one slice for each"
                    + " index along axis " + axis + ", and the same sizes along the others");
        }
        Tensor terms = Reductions.accumulating(src);
        return x.add(Arithmetic.cast(Dispatch.bind(new Op.IndexAdd(a, x.size(a)), terms, i), x.dtype()));
    }

    static Tensor take(Tensor x, Tensor index) {
        Tensor i = Indices.checked("take", index);
        try {
            return Dispatch.bind(new Op.IndexSelect(0), x.flatten(), i.flatten())
                    .reshape(i.shape());
        } catch (IndexOutOfBoundsException e) {
            throw Indices.outside(
                    "take", i, "the " + x.elements() + " elements of shape " + x.shape(), x.elements(), e);
        }
    }

    static Tensor nonzero(Tensor x) {
        boolean[] set = Values.booleans(x.concrete());
        int count = 0;
        for (boolean b : set) {
            count += b ? 1 : 0;
        }
        int rank = x.rank();
        Shape shape = x.shape();
        long[] positions = new long[Math.multiplyExact(count, rank)];
        long[] at = new long[rank];
        int k = 0;
        for (boolean b : set) {
            if (b) {
                System.arraycopy(at, 0, positions, k, rank);
                k += rank;
            }
            // The next position row by row, as an odometer counts.
            for (int a = rank - 1; a >= 0 && ++at[a] == shape.size(a); a--) {
                at[a] = 0;
            }
        }
        return HostCopies.of(Shape.of(count, rank), positions);
    }

    static Tensor maskedSelect(Tensor x, Tensor mask) {
        Arithmetic.requireMask("maskedSelect", mask);
        Shape shape = Broadcasting.common("maskedSelect", x.shape(), mask.shape());
        Tensor places = nonzero(Arithmetic.expand(mask, shape).flatten());
        return Dispatch.bind(
                new Op.IndexSelect(0), Arithmetic.expand(x, shape).flatten(), places.reshape(places.size(0)));
    }
}
