package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.SoftmaxKernels;
import org.gatun.tensor.cpu.Widening;
import org.gatun.tensor.cuda.CudaSoftmax;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x - log(sum(e^x))} along an axis, which is not empty. Its derivative needs the result only, see {@link
 * SoftmaxGradient}.
 *
 * @param axis the axis, not negative
 */
public record LogSoftmax(int axis) implements Composite {
    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor shifted = x.sub(x.amax(true, axis));
        return List.of(shifted.sub(shifted.exp().sum(true, axis).log()));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.around(x -> new ConcreteTensor[] {SoftmaxKernels.logSoftmax(axis, x[0])}));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaSoftmax.logSoftmax(axis));
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new LogSoftmax(axis + 1));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axis));
    }

    private record Rule(int axis) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(Dispatch.bind(
                    new Op.Call(new SoftmaxGradient(axis, true)), Saved.at(results, 0), cotangents.get(0)));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor t = tangents.get(0);
            return List.of(t.sub(results.get(0).exp().mul(t).sum(true, axis)));
        }

        @Override
        public boolean usesInput(int i) {
            return false;
        }
    }
}
