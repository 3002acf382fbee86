package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/** {@link ChannelLoops} of F32 or F64, made of the elementwise kernels and folds, one after the other over each piece. */
final class ComposedChannelLoops implements ChannelLoops {
    private final DType dtype;
    private final long size;
    private final BinaryKernel add;
    private final BinaryKernel sub;
    private final BinaryKernel mul;
    private final FoldKernel sum;

    ComposedChannelLoops(DType dtype) {
        this.dtype = dtype;
        this.size = dtype.bytes();
        this.add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        this.sub = ElementwiseKernels.binary(BinaryFn.SUB, dtype);
        this.mul = ElementwiseKernels.binary(BinaryFn.MUL, dtype);
        this.sum = FoldKernels.of(FoldFn.SUM, WideType.of(dtype));
    }

    @Override
    public double sum(long x, long step, int n, int count) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            double total = 0;
            for (int i = 0; i < count; i++) {
                total += sum(x + i * step, n, one);
            }
            return total;
        }
    }

    @Override
    public void moments(long x, long step, int n, int count, double shift, double[] sums) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            long constant = constant(shift, scratch);
            long d = scratch.allocate(n * size);
            for (int i = 0; i < count; i++) {
                sub.applyScalarRight(x + i * step, constant, d, n);
                sums[0] += sum(d, n, one);
                mul.apply(d, d, d, n);
                sums[1] += sum(d, n, one);
            }
        }
    }

    @Override
    public void products(long g, long x, long step, int n, int count, double shift, double[] sums) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(size);
            long constant = constant(shift, scratch);
            long d = scratch.allocate(n * size);
            for (int i = 0; i < count; i++) {
                sums[0] += sum(g + i * step, n, one);
                sub.applyScalarRight(x + i * step, constant, d, n);
                mul.apply(g + i * step, d, d, n);
                sums[1] += sum(d, n, one);
            }
        }
    }

    @Override
    public void affine(long x, long out, long step, int n, int count, double shift, double factor, double term) {
        try (Scratch scratch = Scratch.open()) {
            long s = constant(shift, scratch);
            long f = constant(factor, scratch);
            long t = constant(term, scratch);
            for (int i = 0; i < count; i++) {
                long to = out + i * step;
                sub.applyScalarRight(x + i * step, s, to, n);
                mul.applyScalarRight(to, f, to, n);
                add.applyScalarRight(to, t, to, n);
            }
        }
    }

    @Override
    public void combine(
            long g,
            long x,
            long out,
            long step,
            int n,
            int count,
            double shift,
            double factor,
            double slope,
            double term) {
        try (Scratch scratch = Scratch.open()) {
            long f = constant(factor, scratch);
            long d = scratch.allocate(n * size);
            for (int i = 0; i < count; i++) {
                long to = out + i * step;
                affine(x + i * step, d, 0, n, 1, shift, slope, term);
                mul.applyScalarRight(g + i * step, f, to, n);
                add.apply(to, d, to, n);
            }
        }
    }

    private long constant(double value, Scratch scratch) {
        long at = scratch.allocate(size);
        if (dtype == DType.F32) {
            Ram.putFloat(at, (float) value);
        } else {
            Ram.putDouble(at, value);
        }
        return at;
    }

    private double sum(long x, int n, long one) {
        sum.row(x, n, one);
        return dtype == DType.F32 ? Ram.getFloat(one) : Ram.getDouble(one);
    }
}
