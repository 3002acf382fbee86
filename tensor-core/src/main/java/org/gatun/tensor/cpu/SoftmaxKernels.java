package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * The fused kernels of softmax and its relatives: a row at a time, while it is in cache. Operands have a floating dtype, any layout and
 * at least one element in each row.
 */
public final class SoftmaxKernels {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 12;

    private SoftmaxKernels() {}

    /** {@code e^x / sum(e^x)} along an axis. */
    public static ConcreteTensor softmax(int axis, ConcreteTensor x) {
        RowSoftmax rows = rows(x.dtype());
        return alongAxis(axis, x, rows::softmax);
    }

    /** {@code x - log(sum(e^x))} along an axis. */
    public static ConcreteTensor logSoftmax(int axis, ConcreteTensor x) {
        RowSoftmax rows = rows(x.dtype());
        return alongAxis(axis, x, rows::logSoftmax);
    }

    /**
     * {@code log(sum(e^x))} over axes, which stay with size 1.
     *
     * @return it, and the two parts that it is the sum of: the largest element, or 0 if that is infinite, and the rest
     */
    public static ConcreteTensor[] logSumExp(Axes axes, ConcreteTensor x) {
        Layout layout = x.layout().permuted(Rows.last(axes, x.shape().rank()));
        long size = x.dtype().bytes();
        Shape reduced = x.shape().reduced(axes);
        long count = reduced.elements();
        try (Scratch scratch = Scratch.open()) {
            long in = Rows.of(x.address(), layout, x.dtype(), scratch);
            long n = layout.shape().elements() / Math.max(1, count);
            ConcreteTensor[] out = Results.allocate(3, i -> ConcreteTensor.allocate(x.dtype(), reduced, x.device()));
            long to = out[0].address();
            long toShift = out[1].address();
            long toLog = out[2].address();
            RowSoftmax rows = rows(x.dtype());
            forRows(count, n, (from, end) -> {
                try (Scratch own = Scratch.open()) {
                    long parts = own.allocate(2 * size);
                    for (long r = from; r < end; r++) {
                        rows.logSumExp(in + r * n * size, n, parts);
                        double shift = get(x.dtype(), parts);
                        double log = get(x.dtype(), parts + size);
                        put(x.dtype(), to + r * size, shift + log);
                        put(x.dtype(), toShift + r * size, shift);
                        put(x.dtype(), toLog + r * size, log);
                    }
                }
            });
            return out;
        }
    }

    /**
     * The cross-entropy of the softmax of each row against a class.
     *
     * @param ignoreIndex the target that counts nothing
     * @param x the scores (rows, classes)
     * @param target the classes (rows), I64
     * @return {@code log(sum(e^x)) - x[target]} (rows), 0 for an ignored target, and the two parts that {@code log(sum(e^x))} is the
     *     sum of (rows, 1): the largest score, or 0 if that is infinite, and the rest
     * @throws IndexOutOfBoundsException if another target is no class
     */
    public static ConcreteTensor[] crossEntropy(long ignoreIndex, ConcreteTensor x, ConcreteTensor target) {
        long count = x.shape().size(0);
        long classes = x.shape().size(1);
        DType dtype = x.dtype();
        long size = dtype.bytes();
        try (Scratch scratch = Scratch.open()) {
            long in = Rows.of(x, scratch);
            long labels = Rows.copy(target, scratch);
            checkTargets(labels, count, classes, ignoreIndex);
            Shape[] shapes = {Shape.of(count), Shape.of(count, 1), Shape.of(count, 1)};
            ConcreteTensor[] out = Results.allocate(3, i -> ConcreteTensor.allocate(dtype, shapes[i], x.device()));
            long toLoss = out[0].address();
            long toShift = out[1].address();
            long toLog = out[2].address();
            RowSoftmax rows = rows(dtype);
            forRows(count, classes, (from, end) -> {
                try (Scratch own = Scratch.open()) {
                    long parts = own.allocate(2 * size);
                    for (long r = from; r < end; r++) {
                        long row = in + r * classes * size;
                        rows.logSumExp(row, classes, parts);
                        double shift = get(dtype, parts);
                        double log = get(dtype, parts + size);
                        put(dtype, toShift + r * size, shift);
                        put(dtype, toLog + r * size, log);
                        long label = Ram.getLong(labels + 8 * r);
                        // The difference first: of large scores, it keeps what their own rounding would swallow.
                        double loss = label == ignoreIndex ? 0 : log + (shift - get(dtype, row + label * size));
                        put(dtype, toLoss + r * size, loss);
                    }
                }
            });
            return out;
        }
    }

    /**
     * The cotangent of the scores of {@link #crossEntropy}: {@code g softmax(x)}, less g at each target.
     *
     * @param in the scores (rows, classes), the classes (rows), the two parts of {@code log(sum(e^x))} (rows, 1), and g (rows)
     * @return the cotangent (rows, classes)
     */
    public static ConcreteTensor[] crossEntropyGradient(long ignoreIndex, ConcreteTensor... in) {
        ConcreteTensor x = in[0];
        DType dtype = x.dtype();
        long size = dtype.bytes();
        long count = x.shape().size(0);
        long classes = x.shape().size(1);
        UnaryKernel exp = ElementwiseKernels.unary(UnaryFn.EXP, dtype);
        BinaryKernel sub = ElementwiseKernels.binary(BinaryFn.SUB, dtype);
        BinaryKernel mul = ElementwiseKernels.binary(BinaryFn.MUL, dtype);
        try (Scratch scratch = Scratch.open()) {
            long scores = Rows.of(x, scratch);
            long labels = Rows.copy(in[1], scratch);
            checkTargets(labels, count, classes, ignoreIndex);
            long shifts = Rows.of(in[2], scratch);
            long logs = Rows.of(in[3], scratch);
            long cotangents = Rows.of(in[4], scratch);
            ConcreteTensor out = ConcreteTensor.allocate(dtype, x.shape(), x.device());
            long to = out.address();
            RangeBody rows = (from, end) -> {
                try (Scratch own = Scratch.open()) {
                    long parts = own.allocate(2 * size);
                    for (long r = from; r < end; r++) {
                        long row = to + r * classes * size;
                        long label = Ram.getLong(labels + 8 * r);
                        double log = get(dtype, logs + r * size);
                        double g = label == ignoreIndex ? 0 : get(dtype, cotangents + r * size);
                        put(dtype, parts, Double.isInfinite(log) ? Double.NaN : log);
                        put(dtype, parts + size, g);
                        sub.applyScalarRight(scores + r * classes * size, shifts + r * size, row, classes);
                        sub.applyScalarRight(row, parts, row, classes);
                        exp.apply(row, row, classes);
                        mul.applyScalarRight(row, parts + size, row, classes);
                        if (label != ignoreIndex) {
                            put(dtype, row + label * size, get(dtype, row + label * size) - g);
                        }
                    }
                }
            };
            return new ConcreteTensor[] {Results.filled(out, () -> forRows(count, classes, rows))};
        }
    }

    private static void checkTargets(long labels, long count, long classes, long ignoreIndex) {
        for (long r = 0; r < count; r++) {
            long label = Ram.getLong(labels + 8 * r);
            if ((label < 0 || label >= classes) && label != ignoreIndex) {
                throw IndexCheck.noClass("crossEntropy", label, r, Shape.of(count), classes, ignoreIndex);
            }
        }
    }

    /** What is done with a row of elements: reads it at one address and writes as many at another. */
    @FunctionalInterface
    private interface RowBody {
        void run(long x, long n, long out);
    }

    /** Runs over the rows along an axis. The result lies in memory with that axis last. */
    private static ConcreteTensor alongAxis(int axis, ConcreteTensor x, RowBody body) {
        Shape shape = x.shape();
        Axes order = Rows.last(Axes.listed("softmax", shape.rank(), axis), shape.rank());
        Layout layout = x.layout().permuted(order);
        long size = x.dtype().bytes();
        ConcreteTensor out = ConcreteTensor.over(
                Allocators.of(x.device()).allocate(shape.elements() * size),
                Layout.contiguous(layout.shape()).permuted(order.inverse()),
                x.dtype());
        try (Scratch scratch = Scratch.open()) {
            long in = Rows.of(x.address(), layout, x.dtype(), scratch);
            long to = out.address();
            long n = shape.size(axis);
            forRows(shape.elements() / n, n, (from, end) -> {
                for (long r = from; r < end; r++) {
                    body.run(in + r * n * size, n, to + r * n * size);
                }
            });
        }
        return out;
    }

    private static void forRows(long count, long n, RangeBody body) {
        WorkerPool.parallelFor(count, Math.max(1, GRAIN / Math.max(1, n)), body);
    }

    private static RowSoftmax rows(DType dtype) {
        return VectorSupport.ENABLED && dtype == DType.F32 ? RowSoftmax.Floats.ROWS : new ComposedRowSoftmax(dtype);
    }

    private static double get(DType dtype, long at) {
        return dtype == DType.F32 ? Ram.getFloat(at) : Ram.getDouble(at);
    }

    private static void put(DType dtype, long at, double value) {
        if (dtype == DType.F32) {
            Ram.putFloat(at, (float) value);
        } else {
            Ram.putDouble(at, value);
        }
    }
}
