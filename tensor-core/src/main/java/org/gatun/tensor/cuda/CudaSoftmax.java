package org.gatun.tensor.cuda;

import java.util.stream.IntStream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * Softmax and its relatives in one launch each; the kernels are in {@code softmax.cuh}. Operands have a floating dtype, any layout and at
 * least one element in each row.
 */
public final class CudaSoftmax {
    private static final int WARP = 32;

    private CudaSoftmax() {}

    /** What is computed, numbered as in {@code softmax.cuh}. */
    private enum Kind {
        SOFTMAX,
        LOG_SOFTMAX,
        LOG_SUM_EXP
    }

    /** A program: all kinds, of elements of a dtype. */
    private record Key(DType dtype) {}

    /** The kernel of softmax along an axis. */
    public static Composite.Kernel softmax(int axis) {
        return in -> new ConcreteTensor[] {softmax(gpu(in[0]), axis, in[0])};
    }

    /** The kernel of log-softmax along an axis. */
    public static Composite.Kernel logSoftmax(int axis) {
        return in -> new ConcreteTensor[] {logSoftmax(gpu(in[0]), axis, in[0])};
    }

    /** The kernel of the logarithm of sums of powers over axes, with its parts. */
    public static Composite.Kernel logSumExp(Axes axes) {
        return in -> logSumExp(gpu(in[0]), axes, in[0]);
    }

    private static CudaDevice gpu(ConcreteTensor x) {
        return CudaDevice.of((Device.Cuda) x.device());
    }

    /** {@code e^x / sum(e^x)} along an axis; NaN throughout a row whose largest element is infinite. */
    static ConcreteTensor softmax(CudaDevice gpu, int axis, ConcreteTensor x) {
        return alongAxis(gpu, Kind.SOFTMAX, axis, x);
    }

    /** {@code x - log(sum(e^x))} along an axis; NaN throughout a row whose largest element is infinite. */
    static ConcreteTensor logSoftmax(CudaDevice gpu, int axis, ConcreteTensor x) {
        return alongAxis(gpu, Kind.LOG_SOFTMAX, axis, x);
    }

    /**
     * {@code log(sum(e^x))} over axes, which stay with size 1.
     *
     * @return it, and the two parts that it is the sum of: the largest element, or 0 if that is infinite, and the rest
     */
    static ConcreteTensor[] logSumExp(CudaDevice gpu, Axes axes, ConcreteTensor x) {
        int rank = x.shape().rank();
        int[] order = IntStream.concat(
                        IntStream.range(0, rank).filter(a -> !axes.contains(a)),
                        IntStream.range(0, rank).filter(axes::contains))
                .toArray();
        Shape reduced = x.shape().reduced(axes);
        ConcreteTensor[] out = new ConcreteTensor[3];
        boolean done = false;
        try (ConcreteTensor view = single(axes)
                ? x.view(x.layout())
                : x.view(x.layout().permuted(Axes.listed("logsumexp", rank, order)))) {
            for (int i = 0; i < out.length; i++) {
                out[i] = gpu.allocate(x.dtype(), reduced);
            }
            long count = reduced.elements();
            if (count > 0) {
                long inner = single(axes) ? inner(x.shape(), axes.get(0)) : 1;
                long n = x.shape().elements() / count;
                long[] to = {out[0].address(), out[1].address(), out[2].address()};
                run(gpu, Kind.LOG_SUM_EXP, view, to, count / inner, n, inner);
            }
            done = true;
            return out;
        } finally {
            for (int i = 0; i < out.length && !done; i++) {
                if (out[i] != null) {
                    out[i].close();
                }
            }
        }
    }

    private static boolean single(Axes axes) {
        return axes.count() == 1;
    }

    private static long inner(Shape shape, int axis) {
        long inner = 1;
        for (int a = axis + 1; a < shape.rank(); a++) {
            inner *= shape.size(a);
        }
        return inner;
    }

    private static ConcreteTensor alongAxis(CudaDevice gpu, Kind kind, int axis, ConcreteTensor x) {
        Shape shape = x.shape();
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        boolean done = false;
        try {
            if (!shape.isEmpty()) {
                long n = shape.size(axis);
                long inner = inner(shape, axis);
                long[] to = {out.address(), 0, 0};
                run(gpu, kind, x, to, shape.elements() / n / inner, n, inner);
            }
            done = true;
            return out;
        } finally {
            if (!done) {
                out.close();
            }
        }
    }

    private static void run(CudaDevice gpu, Kind kind, ConcreteTensor x, long[] out, long outer, long n, long inner) {
        ConcreteTensor rows = gpu.contiguous(x);
        try {
            DType dtype = x.dtype();
            boolean columns = inner > 1;
            RowThreads threads = RowThreads.of(dtype, rows.address(), outer, n);
            long lanes = threads.lanes();
            long blocks = threads.blocks();
            if (columns) {
                // Few threads below each other where the axis is short, so that none is idle.
                long depth = Math.clamp(RowThreads.powerOfTwo(n / 4), 1, RowThreads.THREADS / WARP);
                lanes = Math.min(RowThreads.powerOfTwo(inner), RowThreads.THREADS / depth);
                blocks = RowThreads.blocks(outer * Math.ceilDiv(inner, lanes));
            }
            Kernel kernel = gpu.kernel(new Key(dtype), columns ? "columns" : "rows", () -> program(CType.of(dtype)));
            gpu.launch(
                    kernel,
                    blocks,
                    RowThreads.THREADS,
                    0,
                    rows.address(),
                    out[0],
                    out[1],
                    out[2],
                    outer,
                    n,
                    inner,
                    lanes,
                    threads.vectorFlag(),
                    kind.ordinal());
        } finally {
            if (rows != x) {
                rows.close();
            }
        }
    }

    private static String program(String type) {
        return """
                #include "softmax.cuh"
                extern "C" __global__ void __launch_bounds__(256, 2) rows(const Softmax a) {
                    softmaxRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) columns(const Softmax a) {
                    softmaxColumns<%1$s>(a);
                }
                """.formatted(type);
    }
}
