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
 * {@code y = e^x / sum(e^x)} along an axis, which is not empty; BF16 and F16 are computed in F32 and rounded once. Its derivative
 * needs the result only, see {@link SoftmaxGradient}.
 *
 * @param axis the axis, not negative
 */
public record Softmax(int axis) implements Composite {
    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0).to(inputs.get(0).dtype().arithmetic());
        Tensor e = x.sub(x.amax(true, axis)).exp();
        return List.of(e.div(e.sum(true, axis)).to(inputs.get(0).dtype()));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.around(x -> new ConcreteTensor[] {SoftmaxKernels.softmax(axis, x[0])}));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaSoftmax.softmax(axis));
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new Softmax(axis + 1));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axis));
    }

    /** The Jacobian {@code diag(y) - y y'} is symmetric, so tangents and cotangents go through one formula. */
    private record Rule(int axis) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(apply(Saved.at(results, 0), cotangents.get(0)));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(apply(results.get(0), tangents.get(0)));
        }

        private Tensor apply(Tensor y, Tensor g) {
            return Dispatch.bind(new Op.Call(new SoftmaxGradient(axis, false)), y, g);
        }

        @Override
        public boolean usesInput(int i) {
            return false;
        }
    }
}
