package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Picking and placing elements by index along an axis. An index may be negative, from the size's negative on. Every index is checked
 * before anything is written. Where several indices name one place, elements are added, or overwrite each other, in the order of the
 * index, whatever the number of threads.
 */
final class Indexing {
    private Indexing() {}

    static ConcreteTensor gather(Op.Gather op, ConcreteTensor x, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = index.shape();
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.of(index, scratch);
            IndexCheck.check("gather", places, index, axis, x.shape().size(axis));
            Shape touched = shape.withSize(axis, x.shape().size(axis));
            ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
            if (!shape.isEmpty()) {
                Lanes lanes = Lanes.along(axis, touched, shape.size(axis));
                PlaceKernels.gather(x.dtype(), part(x, touched, scratch), places, out.address(), lanes);
            }
            return out;
        }
    }

    static ConcreteTensor scatterAdd(Op.ScatterAdd op, ConcreteTensor src, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = index.shape();
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.of(index, scratch);
            IndexCheck.check("scatterAdd", places, index, axis, op.shape().size(axis));
            ConcreteTensor out = zeros(src, op.shape());
            if (!shape.isEmpty()) {
                Shape touched = shape.withSize(axis, op.shape().size(axis));
                Lanes lanes = Lanes.along(axis, touched, shape.size(axis));
                long from = Rows.of(src, scratch);
                if (touched.equals(op.shape())) {
                    PlaceKernels.scatterAdd(src.dtype(), from, places, out.address(), lanes);
                } else {
                    long bytes = touched.elements() * src.dtype().bytes();
                    long sums = scratch.allocate(bytes);
                    Ram.ALL.asSlice(sums, bytes).fill((byte) 0);
                    PlaceKernels.scatterAdd(src.dtype(), from, places, sums, lanes);
                    putPart(sums, touched, out);
                }
            }
            return out;
        }
    }

    static ConcreteTensor scatter(Op.Scatter op, ConcreteTensor base, ConcreteTensor index, ConcreteTensor src) {
        int axis = op.axis();
        Shape shape = index.shape();
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.of(index, scratch);
            IndexCheck.check("scatter", places, index, axis, base.shape().size(axis));
            ConcreteTensor out = Copies.copy(base);
            if (!shape.isEmpty()) {
                Shape touched = shape.withSize(axis, base.shape().size(axis));
                Lanes lanes = Lanes.along(axis, touched, shape.size(axis));
                long from = Rows.of(src, scratch);
                if (touched.equals(base.shape())) {
                    PlaceKernels.scatter(src.dtype(), from, places, out.address(), lanes);
                } else {
                    long values =
                            scratch.allocate(touched.elements() * base.dtype().bytes());
                    StridedCopy.copy(
                            base.address(),
                            Layout.strided(touched, base.layout().strides(), 0),
                            values,
                            Layout.contiguous(touched),
                            base.dtype());
                    PlaceKernels.scatter(src.dtype(), from, places, values, lanes);
                    putPart(values, touched, out);
                }
            }
            return out;
        }
    }

    static ConcreteTensor indexSelect(Op.IndexSelect op, ConcreteTensor x, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = x.shape().withSize(axis, index.shape().elements());
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.of(index, scratch);
            IndexCheck.check("indexSelect", places, index, axis, x.shape().size(axis));
            ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
            if (!shape.isEmpty()) {
                Lanes lanes = Lanes.along(axis, x.shape(), index.shape().elements());
                SliceKernels.select(x.dtype(), Rows.of(x, scratch), places, out.address(), lanes);
            }
            return out;
        }
    }

    static ConcreteTensor indexAdd(Op.IndexAdd op, ConcreteTensor src, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = src.shape().withSize(axis, op.size());
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.of(index, scratch);
            IndexCheck.check("indexAdd", places, index, axis, op.size());
            ConcreteTensor out = zeros(src, shape);
            if (!src.shape().isEmpty()) {
                Lanes lanes = Lanes.along(axis, shape, index.shape().elements());
                SliceKernels.add(src.dtype(), Rows.of(src, scratch), places, out.address(), lanes);
            }
            return out;
        }
    }

    private static ConcreteTensor zeros(ConcreteTensor like, Shape shape) {
        ConcreteTensor out = ConcreteTensor.allocate(like.dtype(), shape, like.device());
        Copies.zero(out.address(), shape.elements() * like.dtype().bytes());
        return out;
    }

    /** The address of the leading part of a tensor, row by row. */
    private static long part(ConcreteTensor x, Shape part, Scratch scratch) {
        Layout layout = Layout.strided(part, x.layout().strides(), 0);
        if (layout.isContiguous()) {
            return x.address();
        }
        long copy = scratch.allocate(part.elements() * x.dtype().bytes());
        StridedCopy.copy(x.address(), layout, copy, Layout.contiguous(part), x.dtype());
        return copy;
    }

    /** Overwrites the leading part of a tensor. */
    private static void putPart(long from, Shape part, ConcreteTensor out) {
        StridedCopy.copy(
                from,
                Layout.contiguous(part),
                out.address(),
                Layout.strided(part, out.layout().strides(), 0),
                out.dtype());
    }

    /**
     * How indices address elements.
     *
     * @param outer the lanes before the axis
     * @param size the size of the axis that is pointed into
     * @param count the indices along the axis
     * @param inner the lanes after the axis
     */
    record Lanes(long outer, long size, long count, long inner) {
        static Lanes along(int axis, Shape shape, long count) {
            return new Lanes(Rows.outer(shape, axis), shape.size(axis), count, Rows.inner(shape, axis));
        }

        /** An index from 0 on. */
        long place(long index) {
            return index < 0 ? index + size : index;
        }
    }
}
