package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;

/** A tensor as matrices, its last two axes, by their number in the order of the axes before; the layout is any. */
final class Heads {
    private final DType dtype;
    private final long address;
    private final Layout layout;
    private final int outer;

    Heads(ConcreteTensor x) {
        this.dtype = x.dtype();
        this.address = x.address();
        this.layout = x.layout();
        this.outer = x.shape().rank() - 2;
    }

    DType dtype() {
        return dtype;
    }

    /** The number of matrices. */
    long count() {
        long count = 1;
        for (int a = 0; a < outer; a++) {
            count *= layout.shape().size(a);
        }
        return count;
    }

    long rows() {
        return layout.shape().size(outer);
    }

    long columns() {
        return layout.shape().size(outer + 1);
    }

    /** A matrix. */
    Matrix at(long number) {
        long offset = 0;
        long rest = number;
        for (int a = outer - 1; a >= 0; a--) {
            long size = layout.shape().size(a);
            offset += rest % size * layout.stride(a);
            rest /= size;
        }
        return new Matrix(
                address + offset * dtype.bytes(), rows(), columns(), layout.stride(outer), layout.stride(outer + 1));
    }

    /** Some rows of a matrix. */
    Matrix rows(long number, long first, long count) {
        return at(number).part(first, first + count, 0, columns(), dtype.bytes());
    }
}
