package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.jspecify.annotations.Nullable;

/** A function of two operands of a narrow dtype, as {@link NarrowUnaryKernel}; its result has that dtype, or is BOOL. */
final class NarrowBinaryKernel implements BinaryKernel {
    private static final int BLOCK = NarrowUnaryKernel.BLOCK;

    private final BinaryKernel wide;
    private final UnaryKernel widen;
    /** Null if the wide kernel's results are the results: truth values. */
    private final @Nullable UnaryKernel narrow;

    private final int bytes;
    private final int wideBytes;
    private final int outBytes;

    /**
     * A kernel of narrow operands.
     *
     * @param wide the kernel of the wide type
     * @param dtype the dtype of the operands
     * @param result the dtype of the result: that of the operands or, of a comparison, BOOL
     */
    NarrowBinaryKernel(BinaryKernel wide, DType dtype, DType result) {
        this.wide = OutOfLine.binary(wide);
        this.widen = OutOfLine.unary(ElementwiseKernels.cast(dtype, dtype.arithmetic()));
        this.narrow = result == dtype ? OutOfLine.unary(ElementwiseKernels.cast(dtype.arithmetic(), dtype)) : null;
        this.bytes = dtype.bytes();
        this.wideBytes = dtype.arithmetic().bytes();
        this.outBytes = result.bytes();
    }

    @Override
    public void apply(long a, long b, long out, long n) {
        try (Scratch scratch = Scratch.open()) {
            long left = scratch.allocate(Math.min(n, BLOCK) * wideBytes);
            long right = scratch.allocate(Math.min(n, BLOCK) * wideBytes);
            for (long i = 0; i < n; i += BLOCK) {
                long count = Math.min(n - i, BLOCK);
                widen.apply(a + i * bytes, left, count);
                widen.apply(b + i * bytes, right, count);
                long to = narrow == null ? out + i * outBytes : left;
                wide.apply(left, right, to, count);
                narrow(left, out + i * outBytes, count);
            }
        }
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(wideBytes);
            long block = scratch.allocate(Math.min(n, BLOCK) * wideBytes);
            widen.apply(b, one, 1);
            for (long i = 0; i < n; i += BLOCK) {
                long count = Math.min(n - i, BLOCK);
                widen.apply(a + i * bytes, block, count);
                long to = narrow == null ? out + i * outBytes : block;
                wide.applyScalarRight(block, one, to, count);
                narrow(block, out + i * outBytes, count);
            }
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        try (Scratch scratch = Scratch.open()) {
            long one = scratch.allocate(wideBytes);
            long block = scratch.allocate(Math.min(n, BLOCK) * wideBytes);
            widen.apply(a, one, 1);
            for (long i = 0; i < n; i += BLOCK) {
                long count = Math.min(n - i, BLOCK);
                widen.apply(b + i * bytes, block, count);
                long to = narrow == null ? out + i * outBytes : block;
                wide.applyScalarLeft(one, block, to, count);
                narrow(block, out + i * outBytes, count);
            }
        }
    }

    private void narrow(long block, long out, long count) {
        if (narrow != null) {
            narrow.apply(block, out, count);
        }
    }
}
