package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.CudaSoftmax;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The Jacobian of {@link Softmax}, which is symmetric, times g: {@code y (g - sum(g y))}; or that of {@link LogSoftmax}, transposed, times g:
 * {@code g - e^y sum(g)}. Operands y, the result, and g. Both are computed in the dtype that arithmetic runs in and rounded once.
 *
 * @param axis the axis, not negative
 * @param logarithm whether y is the log-softmax
 */
record SoftmaxGradient(int axis, boolean logarithm) implements Composite {
    private static final Region OF_SOFTMAX = Elementwise.region((y, g, sum) -> y.mul(g.sub(sum)));

    private static final Region OF_LOGARITHM =
            Elementwise.region((y, g, sum) -> g.sub(y.exp().mul(sum)));

    @Override
    public String name() {
        return logarithm ? "logSoftmaxGradient" : "softmaxGradient";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor y = wide(inputs.get(0));
        Tensor g = wide(inputs.get(1));
        Tensor result = logarithm
                ? OF_LOGARITHM.apply(y, g, g.sum(true, axis))
                : OF_SOFTMAX.apply(y, g, g.mul(y).sum(true, axis));
        return List.of(result.to(inputs.get(0).dtype()));
    }

    private static Tensor wide(Tensor x) {
        return x.to(x.dtype().arithmetic());
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaSoftmax.gradient(axis, logarithm));
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return operands.contains(false) ? Optional.empty() : Optional.of(new SoftmaxGradient(axis + 1, logarithm));
    }
}
