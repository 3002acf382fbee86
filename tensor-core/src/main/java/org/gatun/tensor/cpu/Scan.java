package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Running sums and products along an axis. Floating ones are kept in double precision and rounded once for each element, as
 * {@code torch.cumsum} does on the CPU; integers wrap around.
 */
final class Scan {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 14;

    /** The columns that run together. */
    private static final int PANEL = 512;

    // Filled without a lock: a kernel that two threads make at once is the same twice, and has no state.
    private static final @Nullable ScanKernel[] SUMS = new ScanKernel[SumType.values().length];
    private static final @Nullable ScanKernel[] PRODUCTS = new ScanKernel[SumType.values().length];

    private Scan() {}

    static ConcreteTensor sum(Op.CumSum op, ConcreteTensor x) {
        SumType type = SumType.of(x.dtype());
        ScanKernel kernel = SUMS[type.ordinal()];
        if (kernel == null) {
            kernel = make(FoldFn.SUM, type);
            SUMS[type.ordinal()] = kernel;
        }
        return scan(kernel, x, op.axis(), op.reverse());
    }

    static ConcreteTensor prod(Op.CumProd op, ConcreteTensor x) {
        SumType type = SumType.of(x.dtype());
        ScanKernel kernel = PRODUCTS[type.ordinal()];
        if (kernel == null) {
            kernel = make(FoldFn.PRODUCT, type);
            PRODUCTS[type.ordinal()] = kernel;
        }
        return scan(kernel, x, op.axis(), false);
    }

    private static ScanKernel make(FoldFn fn, SumType type) {
        return switch (type) {
            case F32 ->
                floating(new FloatingScanLoop.Of(
                        FoldKernels.f64(fn)::apply,
                        fn.floatingIdentity(),
                        Ram::getFloat,
                        (at, v) -> Ram.putFloat(at, (float) v),
                        4));
            case F64 ->
                floating(new FloatingScanLoop.Of(
                        FoldKernels.f64(fn)::apply, fn.floatingIdentity(), Ram::getDouble, Ram::putDouble, 8));
            case I64 ->
                KernelTemplate.specialise(
                        LongScanLoop.class,
                        ScanKernel.class,
                        new LongScanLoop.Of(FoldKernels.integer(fn), fn.integerIdentity()));
        };
    }

    private static ScanKernel floating(FloatingScanLoop.Of data) {
        return KernelTemplate.specialise(FloatingScanLoop.class, ScanKernel.class, data);
    }

    private static ConcreteTensor scan(ScanKernel kernel, ConcreteTensor x, int axis, boolean reverse) {
        Shape shape = x.shape();
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
        if (!shape.isEmpty()) {
            try (Scratch scratch = Scratch.open()) {
                run(
                        kernel,
                        Rows.of(x, scratch),
                        out.address(),
                        Rows.outer(shape, axis),
                        shape.size(axis),
                        Rows.inner(shape, axis),
                        x.dtype().bytes(),
                        reverse);
            }
        }
        return out;
    }

    private static void run(
            ScanKernel kernel, long in, long out, long outer, long n, long inner, long size, boolean reverse) {
        long stride = reverse ? -inner * size : inner * size;
        long start = reverse ? (n - 1) * inner * size : 0;
        if (inner == 1) {
            long bytes = n * size;
            WorkerPool.parallelFor(
                    outer,
                    Math.max(1, GRAIN / n),
                    (from, to) -> kernel.rows(
                            in + start + from * bytes, out + start + from * bytes, n, stride, bytes, to - from));
            return;
        }
        long panels = (inner - 1) / PANEL + 1;
        WorkerPool.parallelFor(outer * panels, Math.max(1, GRAIN / (n * Math.min(inner, PANEL))), (from, to) -> {
            for (long i = from; i < to; i++) {
                long first = i % panels * PANEL;
                long at = start + (i / panels * n * inner + first) * size;
                kernel.columns(in + at, out + at, n, stride, (int) Math.min(PANEL, inner - first));
            }
        });
    }
}
