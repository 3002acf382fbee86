package org.gatun.tensor.cpu;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.F32Gelu;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/** The loops of {@link org.gatun.tensor.composite.Gelu} and its gradient over floats; other dtypes, and JVMs without vectors, run the regions. */
public final class GeluKernels {
    /** Tenths of a nanosecond for each element. */
    private static final int COST = 8;

    /** Elements that go through all loops one after the other: they stay in the first cache. */
    private static final long BLOCK = 1024;

    private GeluKernels() {}

    /** The kernel of {@code x Phi(x)} for operand x, if there is one. */
    public static Optional<Composite.Kernel> forward(List<TensorType> in) {
        return isFast(in)
                ? Optional.of(x -> run(x[0], x[0], (at, second, out, n, gaussian) -> {
                    Loops.GAUSSIAN.apply(at, gaussian, n);
                    Loops.GELU.apply(at, gaussian, out, n);
                }))
                : Optional.empty();
    }

    /** The kernel of the gradient for operands x and g, if there is one. */
    public static Optional<Composite.Kernel> gradient(List<TensorType> in) {
        return isFast(in)
                ? Optional.of(x -> run(x[0], x[1], (at, g, out, n, gaussian) -> {
                    Loops.GAUSSIAN.apply(at, gaussian, n);
                    Loops.SLOPE.apply(at, gaussian, gaussian, n);
                    Loops.MUL.apply(gaussian, g, out, n);
                }))
                : Optional.empty();
    }

    private static boolean isFast(List<TensorType> in) {
        return VectorSupport.ENABLED && in.getFirst().dtype() == DType.F32;
    }

    /** Loops over a block of contiguous operands, with a block of memory between them. */
    @FunctionalInterface
    private interface Body {
        void run(long x, long second, long out, long n, long block);
    }

    private static ConcreteTensor[] run(ConcreteTensor x, ConcreteTensor second, Body body) {
        ConcreteTensor out = ConcreteTensor.allocate(DType.F32, x.shape(), x.device());
        return new ConcreteTensor[] {Results.filled(out, () -> fill(out, x, second, body))};
    }

    private static void fill(ConcreteTensor out, ConcreteTensor x, ConcreteTensor second, Body body) {
        try (Scratch scratch = Scratch.open()) {
            long at = Rows.of(x, scratch);
            long and = x == second ? at : Rows.of(second, scratch);
            long to = out.address();
            WorkerPool.parallelFor(out.shape().elements(), Cost.grain(COST), (begin, end) -> {
                try (Scratch own = Scratch.open()) {
                    long block = own.allocate(Float.BYTES * BLOCK);
                    for (long i = begin; i < end; i += BLOCK) {
                        long offset = Float.BYTES * i;
                        body.run(at + offset, and + offset, to + offset, Math.min(BLOCK, end - i), block);
                    }
                }
            });
        }
    }

    /** Holds the loops, so that the Vector API's classes load only where they are used. */
    private static final class Loops {
        static final UnaryKernel GAUSSIAN =
                KernelTemplate.specialise(F32UnaryLoop.class, UnaryKernel.class, (F32Unary) F32Gelu::gaussian);
        static final BinaryKernel GELU =
                KernelTemplate.specialise(F32BinaryLoop.class, BinaryKernel.class, (F32Binary) F32Gelu::gelu);
        static final BinaryKernel SLOPE =
                KernelTemplate.specialise(F32BinaryLoop.class, BinaryKernel.class, (F32Binary) F32Gelu::slope);
        static final BinaryKernel MUL = ElementwiseKernels.binary(BinaryFn.MUL, DType.F32);

        private Loops() {}
    }
}
