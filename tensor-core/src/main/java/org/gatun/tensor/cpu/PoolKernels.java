package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;

/** {@code Op.MaxPool2d}, {@code Op.AvgPool2d} and its transpose on tensors of shape (batch, channels, height, width). */
final class PoolKernels {

    /** Window elements worth handing to another thread. */
    private static final long GRAIN_TAPS = 8 * 1024;

    private PoolKernels() {}

    /**
     * The largest element of each window, and its index in the flattened height x width plane as I64. NaN counts as largest; of equal
     * elements the first, row by row, wins. A window without an element, which dilation and padding together can make, gives
     * the dtype's least value and index 0.
     */
    static ConcreteTensor[] maxPool2d(PoolSpec spec, ConcreteTensor x) {
        Shape out = outShape(spec, x.shape());
        DType[] dtypes = {x.dtype(), DType.I64};
        ConcreteTensor[] results = Results.allocate(2, i -> ConcreteTensor.allocate(dtypes[i], out, x.device()));
        try (Scratch scratch = Scratch.open()) {
            var loop = new MaxPoolLoop(
                    x.dtype(),
                    Rows.of(x, scratch),
                    results[0].address(),
                    results[1].address(),
                    x.shape().size(2),
                    x.shape().size(3),
                    rows(spec, x.shape()),
                    columns(spec, x.shape()),
                    spec.dilationH(),
                    spec.dilationW());
            long grain = grain(spec, out.size(3));
            WorkerPool.parallelFor(out.size(0) * out.size(1) * out.size(2), grain, loop::rows);
        }
        return results;
    }

    /** The mean of each window; {@code spec.countIncludePad()} says whether padding counts in the divisor. */
    static ConcreteTensor avgPool2d(PoolSpec spec, ConcreteTensor x) {
        Shape out = outShape(spec, x.shape());
        ConcreteTensor means = ConcreteTensor.allocate(x.dtype(), out, x.device());
        try (Scratch scratch = Scratch.open()) {
            AvgPoolLoop loop = average(spec, x.shape(), x.dtype(), Rows.of(x, scratch), means.address());
            long grain = grain(spec, out.size(3));
            WorkerPool.parallelFor(out.size(0) * out.size(1) * out.size(2), grain, loop::means);
        }
        return means;
    }

    /** The transpose of {@link #avgPool2d}: each element gets its share of the cotangents of the windows that it is in. */
    static ConcreteTensor avgPool2dGrad(PoolSpec spec, Shape input, ConcreteTensor g) {
        ConcreteTensor result = ConcreteTensor.allocate(g.dtype(), input, g.device());
        try (Scratch scratch = Scratch.open()) {
            AvgPoolLoop loop = average(spec, input, g.dtype(), result.address(), Rows.of(g, scratch));
            long grain = grain(spec, g.shape().size(2) * g.shape().size(3));
            WorkerPool.parallelFor(input.size(0) * input.size(1), grain, loop::shares);
        }
        return result;
    }

    private static AvgPoolLoop average(PoolSpec spec, Shape input, DType dtype, long image, long pooled) {
        return new AvgPoolLoop(
                dtype,
                image,
                pooled,
                input.size(2),
                input.size(3),
                rows(spec, input),
                columns(spec, input),
                spec.countIncludePad());
    }

    private static Shape outShape(PoolSpec spec, Shape x) {
        return Shape.of(x.size(0), x.size(1), spec.outHeight(x.size(2)), spec.outWidth(x.size(3)));
    }

    private static PoolWindows rows(PoolSpec spec, Shape x) {
        long count = spec.outHeight(x.size(2));
        return PoolWindows.along(x.size(2), count, spec.kernelH(), spec.strideH(), spec.padH(), spec.dilationH());
    }

    private static PoolWindows columns(PoolSpec spec, Shape x) {
        long count = spec.outWidth(x.size(3));
        return PoolWindows.along(x.size(3), count, spec.kernelW(), spec.strideW(), spec.padW(), spec.dilationW());
    }

    private static long grain(PoolSpec spec, long windows) {
        return Math.max(1, GRAIN_TAPS / Math.max(1, windows * spec.kernelH() * spec.kernelW()));
    }
}
