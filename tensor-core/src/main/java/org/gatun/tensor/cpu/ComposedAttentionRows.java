package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/** {@link AttentionRows} of a floating dtype, made of the elementwise kernels and folds, one after the other over the row. */
final class ComposedAttentionRows implements AttentionRows {
    private final boolean single;
    private final long size;
    private final UnaryKernel exp;
    private final BinaryKernel sub;
    private final BinaryKernel mul;
    private final BinaryKernel div;
    private final FoldKernel max;
    private final FoldKernel sum;

    ComposedAttentionRows(DType dtype) {
        this.single = dtype == DType.F32;
        this.size = dtype.bytes();
        this.exp = ElementwiseKernels.unary(UnaryFn.EXP, dtype);
        this.sub = ElementwiseKernels.binary(BinaryFn.SUB, dtype);
        this.mul = ElementwiseKernels.binary(BinaryFn.MUL, dtype);
        this.div = ElementwiseKernels.binary(BinaryFn.DIV, dtype);
        this.max = FoldKernels.of(FoldFn.MAX, WideType.of(dtype));
        this.sum = FoldKernels.of(FoldFn.SUM, WideType.of(dtype));
    }

    @Override
    public double max(long x, int n) {
        return n == 0 ? Double.NEGATIVE_INFINITY : fold(max, x, n);
    }

    @Override
    public double powers(long x, int n, double shift) {
        if (n == 0) {
            return 0;
        }
        with(sub, x, n, shift, x);
        exp.apply(x, x, n);
        return fold(sum, x, n);
    }

    @Override
    public void flow(long scores, long g, int n, double shift, double log, double delta) {
        with(sub, scores, n, shift, scores);
        with(sub, scores, n, log, scores);
        exp.apply(scores, scores, n);
        with(sub, g, n, delta, g);
        mul.apply(g, scores, g, n);
    }

    @Override
    public void scale(long x, int n, double factor, long out) {
        with(mul, x, n, factor, out);
    }

    @Override
    public void divide(long x, int n, double divisor) {
        with(div, x, n, divisor, x);
    }

    private void with(BinaryKernel kernel, long x, int n, double scalar, long out) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            if (single) {
                Ram.putFloat(one, (float) scalar);
            } else {
                Ram.putDouble(one, scalar);
            }
            kernel.applyScalarRight(x, one, out, n);
        }
    }

    private double fold(FoldKernel kernel, long x, int n) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            kernel.row(x, n, one);
            return single ? Ram.getFloat(one) : Ram.getDouble(one);
        }
    }
}
