package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/** {@link RowSoftmax} of a floating dtype, made of the elementwise kernels and folds, one after the other over the row. */
final class ComposedRowSoftmax implements RowSoftmax {
    private final boolean single;
    private final long size;
    private final UnaryKernel exp;
    private final BinaryKernel sub;
    private final BinaryKernel div;
    private final FoldKernel max;
    private final FoldKernel sum;

    ComposedRowSoftmax(DType dtype) {
        this.single = dtype == DType.F32;
        this.size = dtype.bytes();
        this.exp = ElementwiseKernels.unary(UnaryFn.EXP, dtype);
        this.sub = ElementwiseKernels.binary(BinaryFn.SUB, dtype);
        this.div = ElementwiseKernels.binary(BinaryFn.DIV, dtype);
        this.max = FoldKernels.of(FoldFn.MAX, WideType.of(dtype));
        this.sum = FoldKernels.of(FoldFn.SUM, WideType.of(dtype));
    }

    @Override
    public void softmax(long x, long n, long out) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            max.row(x, n, one);
            sub.applyScalarRight(x, one, out, n);
            exp.apply(out, out, n);
            sum.row(out, n, one);
            div.applyScalarRight(out, one, out, n);
        }
    }

    @Override
    public void logSoftmax(long x, long n, long out) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            max.row(x, n, one);
            sub.applyScalarRight(x, one, out, n);
            sumOfExponentials(out, n, one, scratch);
            sub.applyScalarRight(out, one, out, n);
        }
    }

    @Override
    public void logSumExp(long x, long n, long out) {
        try (Scratch scratch = Scratch.open()) {
            max.row(x, n, out);
            if (Double.isInfinite(get(out))) {
                put(out, 0);
            }
            long shifted = scratch.allocate(n * size);
            sub.applyScalarRight(x, out, shifted, n);
            sumOfExponentials(shifted, n, out + size, scratch);
        }
    }

    /** Writes the logarithm of the sum of the exponentials of a row. */
    private void sumOfExponentials(long x, long n, long out, Scratch scratch) {
        long exponentials = scratch.allocate(n * size);
        exp.apply(x, exponentials, n);
        sum.row(exponentials, n, out);
        put(out, Math.log(get(out)));
    }

    private double get(long at) {
        return single ? Ram.getFloat(at) : Ram.getDouble(at);
    }

    private void put(long at, double value) {
        if (single) {
            Ram.putFloat(at, (float) value);
        } else {
            Ram.putDouble(at, value);
        }
    }
}
