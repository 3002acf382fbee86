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
            long places = Rows.copy(index, scratch);
            IndexCheck.check("gather", places, index, axis, x.shape().size(axis));
            Shape touched = shape.withSize(axis, x.shape().size(axis));
            ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
            if (!shape.isEmpty()) {
                IndexedAxis along = IndexedAxis.of(axis, touched, shape.size(axis));
                PlaceKernels.gather(x.dtype(), part(x, touched, scratch), places, out.address(), along);
            }
            return out;
        }
    }

    static ConcreteTensor scatterAdd(Op.ScatterAdd op, ConcreteTensor src, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = index.shape();
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.copy(index, scratch);
            IndexCheck.check("scatterAdd", places, index, axis, op.shape().size(axis));
            ConcreteTensor out = zeros(src, op.shape());
            if (!shape.isEmpty()) {
                Shape touched = shape.withSize(axis, op.shape().size(axis));
                IndexedAxis along = IndexedAxis.of(axis, touched, shape.size(axis));
                long from = Rows.of(src, scratch);
                if (touched.equals(op.shape())) {
                    PlaceKernels.scatterAdd(SumType.of(src.dtype()), from, places, out.address(), along);
                } else {
                    long bytes = touched.elements() * src.dtype().bytes();
                    long sums = scratch.allocate(bytes);
                    Copies.zero(sums, bytes);
                    PlaceKernels.scatterAdd(SumType.of(src.dtype()), from, places, sums, along);
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
            long places = Rows.copy(index, scratch);
            IndexCheck.check("scatter", places, index, axis, base.shape().size(axis));
            ConcreteTensor out = Copies.copy(base);
            if (!shape.isEmpty()) {
                Shape touched = shape.withSize(axis, base.shape().size(axis));
                IndexedAxis along = IndexedAxis.of(axis, touched, shape.size(axis));
                long from = Rows.of(src, scratch);
                if (touched.equals(base.shape())) {
                    PlaceKernels.scatter(src.dtype(), from, places, out.address(), along);
                } else {
                    long values =
                            scratch.allocate(touched.elements() * base.dtype().bytes());
                    StridedCopy.copy(
                            base.address(),
                            Layout.strided(touched, base.layout().strides(), 0),
                            values,
                            Layout.contiguous(touched),
                            base.dtype());
                    PlaceKernels.scatter(src.dtype(), from, places, values, along);
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
            long places = Rows.copy(index, scratch);
            IndexCheck.check("indexSelect", places, index, axis, x.shape().size(axis));
            ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
            if (!shape.isEmpty()) {
                IndexedAxis along =
                        IndexedAxis.of(axis, x.shape(), index.shape().elements());
                SliceKernels.select(x.dtype(), Rows.of(x, scratch), places, out.address(), along);
            }
            return out;
        }
    }

    static ConcreteTensor indexAdd(Op.IndexAdd op, ConcreteTensor src, ConcreteTensor index) {
        int axis = op.axis();
        Shape shape = src.shape().withSize(axis, op.size());
        try (Scratch scratch = Scratch.open()) {
            long places = Rows.copy(index, scratch);
            IndexCheck.check("indexAdd", places, index, axis, op.size());
            ConcreteTensor out = zeros(src, shape);
            if (!src.shape().isEmpty()) {
                IndexedAxis along = IndexedAxis.of(axis, shape, index.shape().elements());
                SliceKernels.add(src.dtype(), Rows.of(src, scratch), places, out.address(), along);
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
        return Rows.of(x.address(), Layout.strided(part, x.layout().strides(), 0), x.dtype(), scratch);
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
     * An axis that indices point along.
     *
     * @param outer the lanes before the axis
     * @param size the size of the axis that is pointed into
     * @param count the indices along the axis
     * @param inner the lanes after the axis
     */
    record IndexedAxis(long outer, long size, long count, long inner) {
        static IndexedAxis of(int axis, Shape shape, long count) {
            return new IndexedAxis(Rows.outer(shape, axis), shape.size(axis), count, Rows.inner(shape, axis));
        }

        /**
         * How many elements of the index are handled as one run: those of a row; along the last axis, where rows have one element, those
         * of a lane; and if lanes have only one element too, all.
         */
        long run() {
            return inner > 1 ? inner : count > 1 ? count : outer;
        }

        /** The distance in the indexed tensor that comes with a step along a run, beside that of the index. */
        long step() {
            return inner > 1 ? 1 : count > 1 ? 0 : size;
        }

        /** How many parts of the indexed tensor have runs of their own. */
        long tables() {
            return inner > 1 || count > 1 ? outer : 1;
        }

        /** How many runs point into one table. */
        long runs() {
            return inner > 1 ? count : 1;
        }

        /** An index from 0 on. */
        long place(long index) {
            return index < 0 ? index + size : index;
        }
    }
}
