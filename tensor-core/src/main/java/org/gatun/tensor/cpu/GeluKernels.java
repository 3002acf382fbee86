package org.gatun.tensor.cpu;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.F32Gelu;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/** The loops of {@link org.gatun.tensor.composite.Gelu} and its gradient over floats; other dtypes, and JVMs without vectors, run the regions. */
public final class GeluKernels {
    /** Tenths of a nanosecond for each element. */
    private static final int COST = 10;

    private GeluKernels() {}

    /** The kernel of {@code x Phi(x)} for operand x, if there is one. */
    public static Optional<Composite.Kernel> forward(List<TensorType> in) {
        return isFast(in)
                ? Optional.of(x -> run(x, (at, out, n) -> Loops.FORWARD.apply(at[0], out, n)))
                : Optional.empty();
    }

    /** The kernel of the gradient for operands x and g, if there is one. */
    public static Optional<Composite.Kernel> gradient(List<TensorType> in) {
        return isFast(in)
                ? Optional.of(x -> run(x, (at, out, n) -> Loops.GRADIENT.apply(at[0], at[1], out, n)))
                : Optional.empty();
    }

    private static boolean isFast(List<TensorType> in) {
        return VectorSupport.ENABLED && in.getFirst().dtype() == DType.F32;
    }

    /** A loop over contiguous operands. */
    @FunctionalInterface
    private interface Loop {
        void run(long[] at, long out, long n);
    }

    private static ConcreteTensor[] run(ConcreteTensor[] in, Loop loop) {
        ConcreteTensor out = ConcreteTensor.allocate(DType.F32, in[0].shape(), in[0].device());
        try (Scratch scratch = Scratch.open()) {
            long[] at = new long[in.length];
            for (int i = 0; i < at.length; i++) {
                at[i] = Rows.of(in[i], scratch);
            }
            long to = out.address();
            WorkerPool.parallelFor(out.shape().elements(), Cost.grain(COST), (begin, end) -> {
                long[] from = at.clone();
                for (int i = 0; i < from.length; i++) {
                    from[i] += Float.BYTES * begin;
                }
                loop.run(from, to + Float.BYTES * begin, end - begin);
            });
        }
        return new ConcreteTensor[] {out};
    }

    /** Holds the loops, so that the Vector API's classes load only where they are used. */
    private static final class Loops {
        static final UnaryKernel FORWARD =
                KernelTemplate.specialise(F32UnaryLoop.class, UnaryKernel.class, (F32Unary) F32Gelu::gelu);
        static final BinaryKernel GRADIENT =
                KernelTemplate.specialise(F32BinaryLoop.class, BinaryKernel.class, (F32Binary) F32Gelu::gradient);

        private Loops() {}
    }
}
