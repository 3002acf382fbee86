package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** The arguments of gather, scatter and their relatives, checked and turned into operations of the IR. */
final class Picking {
    private Picking() {}

    static Tensor gather(Tensor x, int axis, Tensor index) {
        return gather("gather", x, axis, index);
    }

    private static Tensor gather(String name, Tensor x, int axis, Tensor index) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return gather(name, x.reshape(1), 0, vector(index)).reshape(index.shape());
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return gather(name, x, axis, vector(index)).reshape();
        }
        int a = Axes.normalise(name, axis, x.rank());
        Tensor i = Indices.checked(name, index);
        Indices.requireWithin(name, i.shape(), x.shape(), a);
        return Indices.bind(name, new Op.Gather(a), Padding.crop(x, i.shape().withSize(a, x.size(a))), i);
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

    static Tensor scatterAdd(String name, Tensor x, int axis, Tensor index, Tensor src) {
        if (x.rank() == 0) {
            Axes.ofScalar(name, axis);
            return scatterAdd(name, x.reshape(1), 0, vector(index), vector(src)).reshape();
        }
        if (x.rank() == 1 && index.rank() == 0) {
            return scatterAdd(name, x, axis, vector(index), vector(src));
        }
        int a = Axes.normalise(name, axis, x.rank());
        requireSameType(name, x, src);
        Tensor i = Indices.checked(name, index);
        Indices.requireWithin(name, i.shape(), x.shape(), a);
        Shape touched = i.shape().withSize(a, x.size(a));
        Tensor terms = Reductions.accumulating(source(name, i, src));
        Tensor sum = Arithmetic.cast(Indices.bind(name, new Op.ScatterAdd(a, touched), terms, i), x.dtype());
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
    static Tensor source(String name, Tensor index, Tensor src) {
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

    static void requireSameType(String name, Tensor x, Tensor src) {
        if (x.dtype() != src.dtype()) {
            throw new DTypeException(name + ": the source is " + src.dtype() + " and the tensor " + x.dtype()
                    + ": convert one of them with to(dtype)");
        }
    }

    static Tensor vector(Tensor x) {
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
        requireSlices("indexAdd", x, a, i, src);
        Tensor terms = Reductions.accumulating(src);
        return x.add(Arithmetic.cast(Dispatch.bind(new Op.IndexAdd(a, x.size(a)), terms, i), x.dtype()));
    }

    private static void requireSlices(String name, Tensor x, int axis, Tensor index, Tensor src) {
        if (src.rank() != x.rank() || !src.shape().equals(x.shape().withSize(axis, index.elements()))) {
            throw new ShapeException(name + ": a source of shape " + src.shape() + " with " + index.elements()
                    + " indices does not fit a tensor of shape " + x.shape()
                    + ": the source must have one slice for each"
                    + " index along axis " + axis + ", and the same sizes along the others");
        }
    }

    /** A vector of positions of slices as the index of a scatter: repeated along the other axes of the source. */
    static Tensor along(String name, Tensor x, int axis, Tensor index, Tensor src) {
        Tensor i = Indices.vector(name, index);
        requireSlices(name, x, axis, i, src);
        return Arithmetic.expand(aligned(x, axis, i), src.shape());
    }

    /** A vector along one of the axes of {@code x}. */
    private static Tensor aligned(Tensor x, int axis, Tensor vector) {
        long[] sizes = new long[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[axis] = vector.elements();
        return vector.reshape(sizes);
    }

    /** 0, 1, .. {@code count - 1} along one of the axes of {@code x}. */
    static Tensor numbers(Tensor x, int axis, long count) {
        return aligned(x, axis, Dispatch.source(new Op.Iota(count), x.device()));
    }

    static Tensor indexCopy(Tensor x, int axis, Tensor index, Tensor src) {
        if (x.rank() == 0) {
            Axes.ofScalar("indexCopy", axis);
            return indexCopy(x.reshape(1), 0, index, vector(src)).reshape();
        }
        int a = Axes.normalise("indexCopy", axis, x.rank());
        requireSameType("indexCopy", x, src);
        return Indices.bind("indexCopy", new Op.Scatter(a), x, along("indexCopy", x, a, index, src), src);
    }

    static Tensor indexFill(Tensor x, int axis, Tensor index, Tensor value) {
        if (x.rank() == 0) {
            Axes.ofScalar("indexFill", axis);
            return indexFill(x.reshape(1), 0, index, value).reshape();
        }
        int a = Axes.normalise("indexFill", axis, x.rank());
        Tensor i = Indices.vector("indexFill", index);
        Tensor no = ConcreteTensor.scalar(DType.BOOL, 0.0, x.device()).broadcastTo(x.size(a));
        Tensor yes = ConcreteTensor.scalar(DType.BOOL, 1.0, x.device()).broadcastTo(i.shape());
        return aligned(x, a, Indices.bind("indexFill", new Op.Scatter(0), no, i, yes))
                .where(value, x);
    }

    /** A 0-d tensor as an element of {@code x}. */
    static Tensor element(String name, Tensor x, Tensor value) {
        if (value.rank() != 0) {
            throw new ShapeException(name + ": the value has shape " + value.shape()
                    + " and must be a scalar, of shape []: select one element, or use where");
        }
        if (value.dtype().kind().compareTo(x.dtype().kind()) > 0) {
            throw new DTypeException(name + ": the value is " + value.dtype()
                    + " and can't be an element of a tensor of " + x.dtype() + ": convert one of them with to(dtype)");
        }
        return Arithmetic.cast(value, x.dtype());
    }

    static Tensor takeAlongAxis(Tensor x, Tensor index, int axis) {
        if (x.rank() == 0 && index.rank() == 0) {
            return gather("takeAlongAxis", x, axis, index);
        }
        if (x.rank() != index.rank()) {
            throw new ShapeException("takeAlongAxis: an index of shape " + index.shape() + " and a tensor of shape "
                    + x.shape() + " must have one rank: reshape the index, with sizes of 1 where it is repeated");
        }
        int a = Axes.normalise("takeAlongAxis", axis, x.rank());
        Tensor i = Indices.checked("takeAlongAxis", index);
        Shape others = Broadcasting.common(
                "takeAlongAxis", x.shape().withSize(a, 1), i.shape().withSize(a, 1));
        return Indices.bind(
                "takeAlongAxis",
                new Op.Gather(a),
                Arithmetic.expand(x, others.withSize(a, x.size(a))),
                Arithmetic.expand(i, others.withSize(a, i.size(a))));
    }

    static Tensor put(Tensor x, Tensor index, Tensor src, boolean accumulate) {
        requireSameType("put", x, src);
        Tensor i = Indices.checked("put", index);
        if (i.elements() != src.elements()) {
            throw new ShapeException("put: an index of shape " + index.shape() + " and a source of shape " + src.shape()
                    + " must have equally many elements");
        }
        return place("put", x, i, src, accumulate);
    }

    /** The elements of {@code src} written or added at positions counted over all elements of {@code x}. */
    static Tensor place(String name, Tensor x, Tensor places, Tensor src, boolean accumulate) {
        Tensor flat = x.flatten();
        Tensor i = places.flatten();
        try {
            Tensor placed = accumulate
                    ? scatterAdd(name, flat, 0, i, src.flatten())
                    : Dispatch.bind(new Op.Scatter(0), flat, i, src.flatten());
            return placed.reshape(x.shape());
        } catch (IndexOutOfBoundsException e) {
            throw Indices.outside(name, i, "the " + x.elements() + " elements of shape " + x.shape(), x.elements(), e);
        }
    }

    static Tensor set(String name, Tensor x, Tensor values, boolean accumulate, Index first, Index... more) {
        requireSameType(name, x, values);
        Tensor all = Dispatch.source(new Op.Iota(x.elements()), x.device()).reshape(x.shape());
        Tensor places = Renamed.call("get", name, () -> Indexing.get(all, first, more));
        Shape shape = places.shape();
        if (!Broadcasting.fits(values.shape(), shape)) {
            throw new ShapeException(name + ": values of shape " + values.shape() + " can't be repeated to " + shape
                    + ", the shape of what is indexed: aligned at the last axis, each size must be equal or 1");
        }
        return place(name, x, places, Arithmetic.expand(values, shape), accumulate);
    }

    static Tensor indexPut(Tensor x, List<Tensor> indices, Tensor values, boolean accumulate) {
        Joining.requireAll("indexPut", Joining.array("indexPut", indices));
        if (indices.isEmpty()) {
            throw new ShapeException("indexPut: no index was given for a tensor of shape " + x.shape()
                    + ": give one for each of the first axes, at least one");
        }
        Index[] entries = new Index[indices.size()];
        for (int k = 0; k < entries.length; k++) {
            Tensor index = indices.get(k);
            if (index.dtype() == DType.BOOL ? index.rank() == 0 : !index.dtype().isInteger()) {
                throw new DTypeException("indexPut: index number " + (k + 1) + " is " + index.dtype() + " of shape "
                        + index.shape() + ": give integers, converted with to(DType.I64), or a BOOL mask with at least"
                        + " one axis");
            }
            entries[k] = index.dtype() == DType.BOOL ? Index.mask(index) : Index.of(index);
        }
        return set("indexPut", x, values, accumulate, entries[0], Arrays.copyOfRange(entries, 1, entries.length));
    }

    static Tensor maskedScatter(Tensor x, Tensor mask, Tensor src) {
        Arithmetic.requireMask("maskedScatter", mask);
        requireSameType("maskedScatter", x, src);
        Shape shape = Broadcasting.common("maskedScatter", x.shape(), mask.shape());
        Tensor chosen = Arithmetic.expand(mask, shape);
        Tensor flat = chosen.flatten();
        // The i-th true place takes the i-th element of the source; the others take one in front of it, and drop it.
        Tensor front = Arithmetic.constant(x, x.dtype(), 0.0).reshape(1);
        Tensor elements = Joining.cat("maskedScatter", 0, front, src.flatten());
        Tensor number = flat.to(DType.I64).cumsum(0);
        Tensor places = flat.where(number, Arithmetic.constant(number, DType.I64, 0L));
        try {
            Tensor picked = Dispatch.bind(new Op.IndexSelect(0), elements, places);
            return chosen.where(picked.reshape(shape), Arithmetic.expand(x, shape));
        } catch (IndexOutOfBoundsException e) {
            throw new ShapeException(
                    "maskedScatter: the mask of shape " + mask.shape() + " has more true places than the "
                            + src.elements() + " elements of a source of shape " + src.shape()
                            + ": give as many at least",
                    e);
        }
    }

    static Tensor take(String name, Tensor x, Tensor index) {
        Tensor i = Indices.checked(name, index);
        try {
            return Dispatch.bind(new Op.IndexSelect(0), x.flatten(), i.flatten())
                    .reshape(i.shape());
        } catch (IndexOutOfBoundsException e) {
            throw Indices.outside(name, i, "the " + x.elements() + " elements of shape " + x.shape(), x.elements(), e);
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
        return HostCopies.of(Shape.of(count, rank), positions).to(x.device());
    }

    static Tensor maskedSelect(Tensor x, Tensor mask) {
        Arithmetic.requireMask("maskedSelect", mask);
        Shape shape = Broadcasting.common("maskedSelect", x.shape(), mask.shape());
        Tensor places = nonzero(Arithmetic.expand(mask, shape).flatten());
        return Dispatch.bind(
                new Op.IndexSelect(0), Arithmetic.expand(x, shape).flatten(), places.reshape(places.size(0)));
    }
}
