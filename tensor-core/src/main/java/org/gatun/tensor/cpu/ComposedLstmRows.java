package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/** {@link LstmRows} of a floating dtype, made of the elementwise kernels, one after the other over the row. */
final class ComposedLstmRows implements LstmRows {
    private final boolean single;
    private final long size;
    private final UnaryKernel sigmoid;
    private final UnaryKernel tanh;
    private final BinaryKernel add;
    private final BinaryKernel sub;
    private final BinaryKernel mul;

    ComposedLstmRows(DType dtype) {
        this.single = dtype == DType.F32;
        this.size = dtype.bytes();
        this.sigmoid = ElementwiseKernels.unary(UnaryFn.SIGMOID, dtype);
        this.tanh = ElementwiseKernels.unary(UnaryFn.TANH, dtype);
        this.add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        this.sub = ElementwiseKernels.binary(BinaryFn.SUB, dtype);
        this.mul = ElementwiseKernels.binary(BinaryFn.MUL, dtype);
    }

    @Override
    public void cell(long x, long z, long before, long gates, long c, long h, int n) {
        long gate = n * size;
        add.apply(x, z, gates, 4L * n);
        sigmoid.apply(gates, gates, 2L * n);
        tanh.apply(gates + 2 * gate, gates + 2 * gate, n);
        sigmoid.apply(gates + 3 * gate, gates + 3 * gate, n);
        mul.apply(gates + gate, before, c, n);
        mul.apply(gates, gates + 2 * gate, h, n);
        add.apply(c, h, c, n);
        tanh.apply(c, h, n);
        mul.apply(h, gates + 3 * gate, h, n);
    }

    @Override
    public void flow(long outside, long inside, long cell, long gates, long c, long before, long out, int n) {
        long gate = n * size;
        long i = gates;
        long f = gates + gate;
        long g = gates + 2 * gate;
        long o = gates + 3 * gate;
        try (Scratch scratch = Scratch.open()) {
            long d = scratch.allocate(gate);
            long tanhC = scratch.allocate(gate);
            long slope = scratch.allocate(gate);
            long one = scratch.allocate(size);
            if (single) {
                Ram.putFloat(one, 1);
            } else {
                Ram.putDouble(one, 1);
            }
            add.apply(outside, inside, d, n);
            tanh.apply(c, tanhC, n);
            restOfSquare(one, tanhC, slope, n);
            mul.apply(slope, o, slope, n);
            mul.apply(slope, d, slope, n);
            add.apply(cell, slope, cell, n);
            mul.apply(d, tanhC, d, n);
            throughSigmoid(one, d, o, out + 3 * gate, n);
            mul.apply(cell, g, d, n);
            throughSigmoid(one, d, i, out, n);
            mul.apply(cell, before, d, n);
            throughSigmoid(one, d, f, out + gate, n);
            restOfSquare(one, g, slope, n);
            mul.apply(cell, i, d, n);
            mul.apply(d, slope, out + 2 * gate, n);
            mul.apply(cell, f, cell, n);
        }
    }

    /** {@code out = 1 - x^2}. */
    private void restOfSquare(long one, long x, long out, int n) {
        mul.apply(x, x, out, n);
        sub.applyScalarLeft(one, out, out, n);
    }

    /** {@code out = d y (1 - y)}. */
    private void throughSigmoid(long one, long d, long y, long out, int n) {
        sub.applyScalarLeft(one, y, out, n);
        mul.apply(out, y, out, n);
        mul.apply(out, d, out, n);
    }
}
