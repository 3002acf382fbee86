package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cpu.IndexCheck;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The losses of scores (rows, classes) against a class for each row, and their gradients, in one launch each; the kernels are in {@code
 * crossentropy.cuh}. A target that is no class is found on the way, and the next wait throws.
 */
public final class CudaClassLosses {
    private CudaClassLosses() {}

    /** A program: all kernels, of scores of a dtype. */
    private record Key(DType dtype) {}

    /** The kernel of {@link org.gatun.tensor.composite.CrossEntropy}. */
    public static Composite.Kernel crossEntropy(long ignoreIndex) {
        return in -> {
            ConcreteTensor x = in[0];
            long rows = x.shape().size(0);
            return loss(
                    gpu(x),
                    "crossEntropy",
                    ignoreIndex,
                    x,
                    in[1],
                    Shape.of(rows),
                    Shape.of(rows, 1),
                    Shape.of(rows, 1));
        };
    }

    /** The kernel of {@link org.gatun.tensor.composite.ClassLikelihood}. */
    public static Composite.Kernel likelihood(String name, long ignoreIndex) {
        return in -> loss(
                gpu(in[0]),
                name,
                ignoreIndex,
                in[0],
                in[1],
                Shape.of(in[0].shape().size(0)));
    }

    /** The kernel of {@link org.gatun.tensor.composite.CrossEntropyGradient}. */
    public static Composite.Kernel crossEntropyGradient(long ignoreIndex) {
        return in -> {
            ConcreteTensor x = in[0];
            CudaDevice gpu = gpu(x);
            ConcreteTensor rows = gpu.contiguous(x);
            ConcreteTensor shift = gpu.contiguous(in[2]);
            ConcreteTensor log = gpu.contiguous(in[3]);
            try {
                return gradient(
                        gpu, ignoreIndex, x.dtype(), x.shape(), rows, in[1], shift.address(), log.address(), in[4]);
            } finally {
                closeCopy(rows, x);
                closeCopy(shift, in[2]);
                closeCopy(log, in[3]);
            }
        };
    }

    /** The kernel of {@link org.gatun.tensor.composite.ClassLikelihoodGradient}, of logarithms of a dtype. */
    public static Composite.Kernel likelihoodGradient(long ignoreIndex, long classes) {
        return in -> gradient(
                gpu(in[0]),
                ignoreIndex,
                in[1].dtype(),
                Shape.of(in[0].shape().size(0), classes),
                null,
                in[0],
                0,
                0,
                in[1]);
    }

    private static CudaDevice gpu(ConcreteTensor x) {
        return CudaDevice.of((Device.Cuda) x.device());
    }

    private static void closeCopy(ConcreteTensor used, ConcreteTensor given) {
        if (used != given) {
            used.close();
        }
    }

    /** The loss and, if there are more shapes, the parts of its sum. */
    private static ConcreteTensor[] loss(
            CudaDevice gpu, String name, long ignoreIndex, ConcreteTensor x, ConcreteTensor target, Shape... shapes) {
        long count = x.shape().size(0);
        long n = x.shape().size(1);
        DType dtype = x.dtype();
        Shape targets = target.shape();
        ConcreteTensor rows = gpu.contiguous(x);
        ConcreteTensor[] out = new ConcreteTensor[shapes.length];
        boolean done = false;
        try {
            for (int i = 0; i < out.length; i++) {
                out[i] = gpu.allocate(dtype.arithmetic(), shapes[i]);
            }
            boolean likelihood = out.length == 1;
            RowThreads threads = RowThreads.of(dtype, rows.address(), count, n);
            if (count > 0) {
                Kernel kernel = gpu.kernel(
                        new Key(dtype), likelihood ? "likelihood" : "entropy", () -> program(CType.of(dtype)));
                long site = gpu.site((value, place) -> IndexCheck.noClass(name, value, place, targets, n, ignoreIndex));
                gpu.launch(
                        kernel,
                        likelihood ? RowThreads.blocks(Math.ceilDiv(count, RowThreads.THREADS)) : threads.blocks(),
                        RowThreads.THREADS,
                        0,
                        rows.address(),
                        target.address(),
                        out[0].address(),
                        likelihood ? 0 : out[1].address(),
                        likelihood ? 0 : out[2].address(),
                        gpu.faults(),
                        site,
                        count,
                        n,
                        ignoreIndex,
                        threads.lanes(),
                        threads.vectorFlag(),
                        target.layout().stride(0));
            }
            done = true;
            return out;
        } finally {
            closeCopy(rows, x);
            for (int i = 0; i < out.length && !done; i++) {
                if (out[i] != null) {
                    out[i].close();
                }
            }
        }
    }

    private static ConcreteTensor[] gradient(
            CudaDevice gpu,
            long ignoreIndex,
            DType dtype,
            Shape shape,
            @Nullable ConcreteTensor x,
            ConcreteTensor target,
            long shift,
            long log,
            ConcreteTensor g) {
        ConcreteTensor out = gpu.allocate(dtype, shape);
        boolean done = false;
        try {
            if (!shape.isEmpty()) {
                long from = x == null ? 0 : x.address();
                RowThreads threads = RowThreads.of(dtype, from | out.address(), shape.size(0), shape.size(1));
                gpu.launch(
                        gpu.kernel(new Key(dtype), "gradient", () -> program(CType.of(dtype))),
                        threads.blocks(),
                        RowThreads.THREADS,
                        0,
                        from,
                        target.address(),
                        shift,
                        log,
                        g.address(),
                        out.address(),
                        shape.size(0),
                        shape.size(1),
                        ignoreIndex,
                        threads.lanes(),
                        threads.vectorFlag(),
                        target.layout().stride(0),
                        g.layout().stride(0));
            }
            done = true;
            return new ConcreteTensor[] {out};
        } finally {
            if (!done) {
                out.close();
            }
        }
    }

    private static String program(String type) {
        return """
                #include "crossentropy.cuh"
                extern "C" __global__ void __launch_bounds__(256, 2) entropy(const ClassLoss a) {
                    crossEntropyRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) likelihood(const ClassLoss a) {
                    likelihoodRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) gradient(const ClassLossGradient a) {
                    classLossGradientRows<%1$s>(a);
                }
                """.formatted(type);
    }
}
