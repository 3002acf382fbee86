package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** A function of one operand of a narrow dtype: block by block widened, computed by the wide type's kernel, and narrowed. */
final class NarrowUnaryKernel implements UnaryKernel {
    /** The elements of a block: with a second operand, they leave the first-level cache room for what they come from. */
    static final int BLOCK = 1024;

    private final UnaryKernel wide;
    private final UnaryKernel widen;
    private final UnaryKernel narrow;
    private final int bytes;
    private final int wideBytes;

    NarrowUnaryKernel(UnaryKernel wide, DType dtype) {
        this.wide = OutOfLine.unary(wide);
        this.widen = OutOfLine.unary(ElementwiseKernels.cast(dtype, dtype.arithmetic()));
        this.narrow = OutOfLine.unary(ElementwiseKernels.cast(dtype.arithmetic(), dtype));
        this.bytes = dtype.bytes();
        this.wideBytes = dtype.arithmetic().bytes();
    }

    @Override
    public void apply(long x, long out, long n) {
        try (Scratch scratch = Scratch.open()) {
            long block = scratch.allocate(Math.min(n, BLOCK) * wideBytes);
            for (long i = 0; i < n; i += BLOCK) {
                long count = Math.min(n - i, BLOCK);
                widen.apply(x + i * bytes, block, count);
                wide.apply(block, block, count);
                narrow.apply(block, out + i * bytes, count);
            }
        }
    }
}
