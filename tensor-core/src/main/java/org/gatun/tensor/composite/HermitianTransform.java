package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.RealFftKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The inverse of {@link RealTransform}, times n: from the first {@code n / 2 + 1} complex numbers along an axis, the others being their conjugates in
 * reverse, to n real ones. The imaginary part of the first number, and for even n of the last, does not count.
 *
 * @param axis the axis
 * @param length the real numbers, at least 1
 */
public record HermitianTransform(int axis, long length) implements Composite {
    @Override
    public String name() {
        return "irfft";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        // The real part of a number and that of its conjugate partner are equal: those with a partner count twice.
        Tensor x = RealTransform.paired(inputs.get(0), axis, length, 2);
        long[] before = new long[x.rank()];
        long[] after = new long[x.rank()];
        after[axis] = length - x.size(axis);
        Tensor y = Dispatch.bind(new Op.Fft(axis, true), x.pad(before, after));
        return List.of(y.select(-1, 0));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        boolean halves = axis == inputs.get(0).shape().rank() - 2 && length % 2 == 0;
        return halves ? Optional.of(RealFftKernels::inverse) : Optional.empty();
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new HermitianTransform(axis + 1, length));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    private record Rule(HermitianTransform transform) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            int axis = transform.axis;
            Tensor y = Dispatch.bind(new Op.Call(new RealTransform(axis, transform.length)), cotangents.get(0));
            return Arrays.asList(RealTransform.paired(y, axis, transform.length, 2));
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
