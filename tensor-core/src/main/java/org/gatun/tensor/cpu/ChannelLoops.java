package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * The loops of {@link ChannelPieces} over a block of one channel's elements, which lie in {@code count} pieces of {@code n}
 * contiguous ones, {@code step} bytes apart in all operands and results. A block has at most {@link #BLOCK} elements.
 */
interface ChannelLoops {
    /** The elements whose sums are kept in the elements' own precision; sums over more are added up in double precision. */
    int BLOCK = 4096;

    /** The loops for a dtype, F32 or F64. */
    static ChannelLoops of(DType dtype) {
        return VectorSupport.ENABLED && dtype == DType.F32
                ? Vectors.F32
                : dtype == DType.F32 ? Composed.F32 : Composed.F64;
    }

    /** The sum of x. */
    double sum(long x, long step, int n, int count);

    /** Adds the sum of {@code x - shift} to {@code sums[0]} and that of its square to {@code sums[1]}. */
    void moments(long x, long step, int n, int count, double shift, double[] sums);

    /** Adds the sum of g to {@code sums[0]} and that of {@code g (x - shift)} to {@code sums[1]}. */
    void products(long g, long x, long step, int n, int count, double shift, double[] sums);

    /** Writes {@code (x - shift) factor + term}. */
    void affine(long x, long out, long step, int n, int count, double shift, double factor, double term);

    /** Writes {@code g factor + (x - shift) slope + term}. */
    void combine(
            long g,
            long x,
            long out,
            long step,
            int n,
            int count,
            double shift,
            double factor,
            double slope,
            double term);

    /** Holds the loops on the Vector API, whose classes load only where they are used. */
    final class Vectors {
        private static final ChannelLoops F32 = KernelTemplate.outOfLine(F32ChannelLoops.class, ChannelLoops.class);

        private Vectors() {}
    }

    /** Holds the loops made of other kernels. */
    final class Composed {
        private static final ChannelLoops F32 = new ComposedChannelLoops(DType.F32);
        private static final ChannelLoops F64 = new ComposedChannelLoops(DType.F64);

        private Composed() {}
    }
}
