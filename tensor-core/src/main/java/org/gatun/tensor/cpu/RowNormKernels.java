package org.gatun.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The fused kernels of {@link org.gatun.tensor.composite.RowNorm} and its gradient, a row at a time, while it is in
 * cache: floats in loops of their own, everything else by the elementwise kernels and folds.
 */
public final class RowNormKernels {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 12;

    /** Rows whose products are summed one after the other. */
    private static final long SUMMED = 32;

    private RowNormKernels() {}

    /** The kernel of the function, with or without a weight in front of the bias. */
    public static Composite.Kernel forward(boolean centred, double epsilon, boolean weighted) {
        return Widening.around(
                1,
                in -> forward(
                        centred,
                        epsilon,
                        in[0],
                        weighted ? in[1] : null,
                        in.length > (weighted ? 2 : 1) ? in[in.length - 1] : null));
    }

    /** The kernel of the cotangents that are wanted. */
    public static Composite.Kernel gradient(boolean centred, boolean ofInput, boolean ofWeight, boolean ofBias) {
        return Widening.around(
                in -> gradient(centred, ofInput, ofWeight, ofBias, in[0], in[1], in[2], in.length > 3 ? in[3] : null));
    }

    /** The kernels for elements of a dtype. */
    private record Row(DType dtype, BinaryKernel add, BinaryKernel sub, BinaryKernel mul, FoldKernel sum) {
        static Row of(DType dtype) {
            return new Row(
                    dtype,
                    ElementwiseKernels.binary(BinaryFn.ADD, dtype),
                    ElementwiseKernels.binary(BinaryFn.SUB, dtype),
                    ElementwiseKernels.binary(BinaryFn.MUL, dtype),
                    FoldKernels.of(FoldFn.SUM, WideType.of(dtype)));
        }

        /** The mean of a row, by way of one element of scratch memory, which holds it then. */
        double mean(long row, long n, long one) {
            sum.row(row, n, one);
            double mean = get(one) / n;
            put(one, mean);
            return mean;
        }

        double get(long at) {
            return dtype == DType.F32 ? Ram.getFloat(at) : Ram.getDouble(at);
        }

        void put(long at, double value) {
            if (dtype == DType.F32) {
                Ram.putFloat(at, (float) value);
            } else {
                Ram.putDouble(at, value);
            }
        }
    }

    private static ConcreteTensor[] forward(
            boolean centred,
            double epsilon,
            ConcreteTensor x,
            @Nullable ConcreteTensor weight,
            @Nullable ConcreteTensor bias) {
        long count = x.shape().size(0);
        long n = x.shape().size(1);
        DType dtype = x.dtype();
        long size = dtype.bytes();
        Row kernels = Row.of(dtype);
        try (Scratch scratch = Scratch.open()) {
            long in = Rows.of(x, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            long terms = bias == null ? 0 : Rows.of(bias, scratch);
            Shape[] shapes = {x.shape(), Shape.of(count, 3)};
            ConcreteTensor[] out = Results.allocate(2, i -> ConcreteTensor.allocate(dtype, shapes[i], x.device()));
            long to = out[0].address();
            long statistics = out[1].address();
            if (isFast(dtype, n)) {
                return filled(out, count, n, (from, end) -> {
                    for (long r = from; r < end; r++) {
                        long at = r * n * size;
                        RowNormLoops.Floats.LOOPS.forward(
                                centred, epsilon, in + at, (int) n, weights, terms, to + at, statistics + 3 * r * size);
                    }
                });
            }
            return filled(out, count, n, (from, end) -> {
                try (Scratch own = Scratch.open()) {
                    long squares = own.allocate(n * size);
                    for (long r = from; r < end; r++) {
                        long row = in + r * n * size;
                        long y = to + r * n * size;
                        long shift = statistics + 3 * r * size;
                        long offset = shift + size;
                        long scale = offset + size;
                        kernels.put(shift, 0);
                        kernels.put(offset, 0);
                        if (centred) {
                            // Twice: differences from the rounded mean have a mean that keeps its digits.
                            kernels.mean(row, n, shift);
                            kernels.sub.applyScalarRight(row, shift, y, n);
                            kernels.mean(y, n, offset);
                            kernels.sub.applyScalarRight(y, offset, y, n);
                        }
                        long spread = centred ? y : row;
                        kernels.mul.apply(spread, spread, squares, n);
                        kernels.put(scale, 1 / Math.sqrt(kernels.mean(squares, n, squares) + epsilon));
                        kernels.mul.applyScalarRight(spread, scale, y, n);
                        if (weights != 0) {
                            kernels.mul.apply(y, weights, y, n);
                        }
                        if (terms != 0) {
                            kernels.add.apply(y, terms, y, n);
                        }
                    }
                }
            });
        }
    }

    private static ConcreteTensor[] gradient(
            boolean centred,
            boolean ofInput,
            boolean ofWeight,
            boolean ofBias,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            @Nullable ConcreteTensor weight) {
        long count = x.shape().size(0);
        long n = x.shape().size(1);
        DType dtype = x.dtype();
        long size = dtype.bytes();
        if (isFast(dtype, n)) {
            return fastGradient(centred, ofInput, ofWeight, ofBias, x, statistics, g, weight);
        }
        Row kernels = Row.of(dtype);
        List<ConcreteTensor> out = new ArrayList<>();
        boolean done = false;
        try (Scratch scratch = Scratch.open();
                ConcreteTensor products =
                        ConcreteTensor.allocate(dtype, Shape.of(ofWeight ? count : 0, n), x.device())) {
            if (ofInput) {
                out.add(ConcreteTensor.allocate(dtype, x.shape(), x.device()));
            }
            long in = Rows.of(x, scratch);
            long parts = Rows.of(statistics, scratch);
            long cotangents = Rows.of(g, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            long to = ofInput ? out.get(0).address() : 0;
            long product = products.address();
            if (ofInput || ofWeight) {
                forRows(count, n, (from, end) -> {
                    try (Scratch own = Scratch.open()) {
                        long y = own.allocate(n * size);
                        long h = own.allocate(n * size);
                        long mean = own.allocate(size);
                        for (long r = from; r < end; r++) {
                            long shift = parts + 3 * r * size;
                            long row = cotangents + r * n * size;
                            kernels.sub.applyScalarRight(in + r * n * size, shift, y, n);
                            kernels.sub.applyScalarRight(y, shift + size, y, n);
                            kernels.mul.applyScalarRight(y, shift + 2 * size, y, n);
                            if (ofWeight) {
                                kernels.mul.apply(row, y, product + r * n * size, n);
                            }
                            if (!ofInput) {
                                continue;
                            }
                            long all = to + r * n * size;
                            long scaled = row;
                            if (weights != 0) {
                                kernels.mul.apply(row, weights, h, n);
                                scaled = h;
                            }
                            kernels.mul.apply(scaled, y, all, n);
                            kernels.mean(all, n, mean);
                            kernels.mul.applyScalarRight(y, mean, y, n);
                            if (centred) {
                                kernels.mean(scaled, n, mean);
                                kernels.sub.applyScalarRight(scaled, mean, h, n);
                                scaled = h;
                            }
                            kernels.sub.apply(scaled, y, all, n);
                            kernels.mul.applyScalarRight(all, shift + 2 * size, all, n);
                        }
                    }
                });
            }
            if (ofWeight) {
                out.add(sum(products));
            }
            if (ofBias) {
                out.add(sum(g));
            }
            done = true;
            return out.toArray(ConcreteTensor[]::new);
        } finally {
            if (!done) {
                out.forEach(ConcreteTensor::close);
            }
        }
    }

    /** The gradient of floats on vectors; the sums of the weight's and the bias's go through blocks of rows. */
    private static ConcreteTensor[] fastGradient(
            boolean centred,
            boolean ofInput,
            boolean ofWeight,
            boolean ofBias,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            @Nullable ConcreteTensor weight) {
        long count = x.shape().size(0);
        int n = (int) x.shape().size(1);
        int blocks = (int) ((count + SUMMED - 1) / SUMMED);
        List<ConcreteTensor> out = new ArrayList<>();
        boolean done = false;
        try (Scratch scratch = Scratch.open();
                ConcreteTensor products =
                        ConcreteTensor.allocate(DType.F32, Shape.of(ofWeight ? blocks : 0, n), x.device())) {
            if (ofInput) {
                out.add(ConcreteTensor.allocate(DType.F32, x.shape(), x.device()));
            }
            long in = Rows.of(x, scratch);
            long parts = Rows.of(statistics, scratch);
            long cotangents = Rows.of(g, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            long sums = products.address();
            long to = ofInput ? out.get(0).address() : 0;
            if (ofInput || ofWeight) {
                WorkerPool.parallelFor(blocks, Math.max(1, GRAIN / (SUMMED * Math.max(1, n))), (from, end) -> {
                    for (long block = from; block < end; block++) {
                        long sum = ofWeight ? sums + 4L * n * block : 0;
                        if (ofWeight) {
                            Ram.zero(sum, 4L * n);
                        }
                        for (long r = block * SUMMED; r < Math.min(count, (block + 1) * SUMMED); r++) {
                            long at = 4 * r * n;
                            long statistic = parts + 12 * r;
                            if (ofWeight) {
                                RowNormLoops.Floats.LOOPS.toWeight(in + at, cotangents + at, n, statistic, sum);
                            }
                            if (ofInput) {
                                RowNormLoops.Floats.LOOPS.gradient(
                                        centred, in + at, cotangents + at, n, weights, statistic, to + at);
                            }
                        }
                    }
                });
            }
            if (ofWeight) {
                out.add(sum(products));
            }
            if (ofBias) {
                out.add(sum(g));
            }
            done = true;
            return out.toArray(ConcreteTensor[]::new);
        } finally {
            if (!done) {
                out.forEach(ConcreteTensor::close);
            }
        }
    }

    private static boolean isFast(DType dtype, long n) {
        return VectorSupport.ENABLED && dtype == DType.F32 && n > 0 && n <= Integer.MAX_VALUE / 4;
    }

    private static ConcreteTensor sum(ConcreteTensor rows) {
        var op = new Op.Sum(Axes.listed("sum", 2, 0));
        try (ConcreteTensor kept = CpuBackend.INSTANCE.execute(op, new ConcreteTensor[] {rows})[0]) {
            return kept.view(Layout.contiguous(Shape.of(rows.shape().size(1))));
        }
    }

    private static ConcreteTensor[] filled(ConcreteTensor[] out, long count, long n, RangeBody rows) {
        return Results.filled(out, () -> forRows(count, n, rows));
    }

    private static void forRows(long count, long n, RangeBody body) {
        WorkerPool.parallelFor(count, Math.max(1, GRAIN / Math.max(1, n)), body);
    }
}
