package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Operands as contiguous elements, for kernels that walk plain arrays; and how an axis divides them. */
final class Rows {
    private Rows() {}

    /** The address of the elements row by row: the tensor's own memory if it lies so, otherwise a copy in scratch memory. */
    static long of(ConcreteTensor x, Scratch scratch) {
        return of(x.address(), x.layout(), x.dtype(), scratch);
    }

    /**
     * The same of elements anywhere.
     *
     * @param address the address of the first element; the layout's offset is in it already
     */
    static long of(long address, Layout layout, DType dtype, Scratch scratch) {
        if (layout.isContiguous()) {
            return address;
        }
        Shape shape = layout.shape();
        long copy = scratch.allocate(shape.elements() * dtype.bytes());
        StridedCopy.copy(address, layout, copy, Layout.contiguous(shape), dtype);
        return copy;
    }

    /**
     * The address of a copy in scratch memory of the elements row by row. What decides where memory is read and written is copied before
     * it is checked: another thread could change it between the two.
     */
    static long copy(ConcreteTensor x, Scratch scratch) {
        long bytes = x.shape().elements() * x.dtype().bytes();
        long copy = scratch.allocate(bytes);
        StridedCopy.copy(x.address(), x.layout(), copy, Layout.contiguous(x.shape()), x.dtype());
        return copy;
    }

    /** The order of axes that puts the given ones last. */
    static Axes last(Axes axes, int rank) {
        int[] order = new int[rank];
        int kept = 0;
        int moved = rank - axes.count();
        for (int a = 0; a < rank; a++) {
            if (axes.contains(a)) {
                order[moved++] = a;
            } else {
                order[kept++] = a;
            }
        }
        return Axes.listed("order", rank, order);
    }

    /** The product of the sizes before an axis. */
    static long outer(Shape shape, int axis) {
        return product(shape, 0, axis);
    }

    /** The product of the sizes after an axis. */
    static long inner(Shape shape, int axis) {
        return product(shape, axis + 1, shape.rank());
    }

    private static long product(Shape shape, int from, int to) {
        long n = 1;
        for (int i = from; i < to; i++) {
            n *= shape.size(i);
        }
        return n;
    }
}
