package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Operands as contiguous elements, for kernels that walk plain arrays; and how an axis divides them. */
final class Rows {
    private Rows() {}

    /** The address of the elements row by row: the tensor's own memory if it lies so, otherwise a copy in scratch memory. */
    static long of(ConcreteTensor x, Scratch scratch) {
        if (x.isContiguous()) {
            return x.address();
        }
        long copy = scratch.allocate(x.shape().elements() * x.dtype().bytes());
        StridedCopy.copy(x.address(), x.layout(), copy, Layout.contiguous(x.shape()), x.dtype());
        return copy;
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
