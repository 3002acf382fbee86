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

    /** A program: both gradients, of elements of a dtype. */
    private record GradientKey(DType dtype) {}

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

    /** The kernel of {@link org.gatun.tensor.composite.SoftmaxGradient}. */
    public static Composite.Kernel gradient(int axis, boolean logarithm) {
        return in -> new ConcreteTensor[] {gradient(gpu(in[0]), axis, logarithm, in[0], in[1])};
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

    /**
     * How the lines along an axis are divided among threads.
     *
     * @param name which of the kernels runs: for rows, where the axis is the last, or columns
     * @param lanes threads of a row, or those side by side
     * @param vector whether rows are read in steps of 16 bytes, as kernels take it
     */
    private record Division(String name, long lanes, long vector, long blocks) {
        static Division of(DType dtype, long addresses, long outer, long n, long inner) {
            if (inner <= 1) {
                RowThreads threads = RowThreads.of(dtype, addresses, outer, n);
                return new Division("rows", threads.lanes(), threads.vectorFlag(), threads.blocks());
            }
            // Few threads below each other where the axis is short, so that none is idle.
            long depth = Math.clamp(RowThreads.powerOfTwo(n / 4), 1, RowThreads.THREADS / WARP);
            long lanes = Math.min(RowThreads.powerOfTwo(inner), RowThreads.THREADS / depth);
            return new Division("columns", lanes, 0, RowThreads.blocks(outer * Math.ceilDiv(inner, lanes)));
        }
    }

    private static ConcreteTensor gradient(
            CudaDevice gpu, int axis, boolean logarithm, ConcreteTensor y, ConcreteTensor g) {
        DType dtype = y.dtype();
        Shape shape = y.shape();
        ConcreteTensor out = gpu.allocate(dtype, shape);
        boolean done = false;
        ConcreteTensor results = gpu.contiguous(y);
        ConcreteTensor cotangents = g;
        try {
            cotangents = gpu.contiguous(g);
            if (!shape.isEmpty()) {
                long n = shape.size(axis);
                long inner = inner(shape, axis);
                long outer = shape.elements() / n / inner;
                long addresses = results.address() | cotangents.address() | out.address();
                Division division = Division.of(dtype, addresses, outer, n, inner);
                gpu.launch(
                        gpu.kernel(new GradientKey(dtype), division.name(), () -> gradientProgram(CType.of(dtype))),
                        division.blocks(),
                        RowThreads.THREADS,
                        0,
                        results.address(),
                        cotangents.address(),
                        out.address(),
                        outer,
                        n,
                        inner,
                        division.lanes(),
                        division.vector(),
                        logarithm ? 1 : 0);
            }
            done = true;
            return out;
        } finally {
            if (results != y) {
                results.close();
            }
            if (cotangents != g) {
                cotangents.close();
            }
            if (!done) {
                out.close();
            }
        }
    }

    private static void run(CudaDevice gpu, Kind kind, ConcreteTensor x, long[] out, long outer, long n, long inner) {
        ConcreteTensor rows = gpu.contiguous(x);
        try {
            DType dtype = x.dtype();
            Division division = Division.of(dtype, rows.address(), outer, n, inner);
            Kernel kernel = gpu.kernel(new Key(dtype), division.name(), () -> program(CType.of(dtype)));
            gpu.launch(
                    kernel,
                    division.blocks(),
                    RowThreads.THREADS,
                    0,
                    rows.address(),
                    out[0],
                    out[1],
                    out[2],
                    outer,
                    n,
                    inner,
                    division.lanes(),
                    division.vector(),
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

    private static String gradientProgram(String type) {
        return """
                #include "softmax.cuh"
                extern "C" __global__ void __launch_bounds__(256, 2) rows(const SoftmaxGradient a) {
                    softmaxGradientRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) columns(const SoftmaxGradient a) {
                    softmaxGradientColumns<%1$s>(a);
                }
                """.formatted(type);
    }
}
