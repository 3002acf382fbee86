package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.RealFftKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The Fourier transform of real numbers along an axis: of {@code n} real numbers the first {@code n / 2 + 1} complex ones, their parts on a new
 * last axis. Along the last axis it goes by a complex transform of half the length.
 *
 * @param axis the axis
 * @param length its size, at least 1
 */
public record RealTransform(int axis, long length) implements Composite {
    @Override
    public String name() {
        return "rfft";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0).unsqueeze(-1);
        long[] before = new long[x.rank()];
        long[] after = new long[x.rank()];
        after[x.rank() - 1] = 1;
        Tensor y = Dispatch.bind(new Op.Fft(axis, false), x.pad(before, after));
        return List.of(y.narrow(axis, 0, length / 2 + 1));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        boolean halves = axis == inputs.get(0).shape().rank() - 1 && length % 2 == 0;
        return halves ? Optional.of(RealFftKernels::forward) : Optional.empty();
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new RealTransform(axis + 1, length));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    /** The numbers with those that stand for a conjugate too multiplied by a factor: all but the first and, if n is even, the last. */
    static Tensor paired(Tensor half, int axis, long n, double factor) {
        Tensor first = half.narrow(axis, 0, 1);
        Tensor inner = half.narrow(axis, 1, (n - 1) / 2).mul(factor);
        return n % 2 == 1
                ? Tensors.cat(axis, first, inner)
                : Tensors.cat(axis, first, inner, half.narrow(axis, n / 2, 1));
    }

    /** The transpose counts each number once, where the transform back counts it for its conjugate too. */
    private record Rule(RealTransform transform) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            int axis = transform.axis;
            Tensor once = paired(cotangents.get(0), axis, transform.length, 0.5);
            return Arrays.asList(Dispatch.bind(new Op.Call(new HermitianTransform(axis, transform.length)), once));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(Dispatch.bind(new Op.Call(transform), tangents.get(0)));
        }

        @Override
        public boolean usesInput(int i) {
            return false;
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }
}
