package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.CudaLinear;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The gradients of a linear map's weight and bias, {@code g' x} of shape (out, in) and the sum of g's rows: operands g (rows, out), the
 * gradient of the result, and x (rows, in).
 */
public record LinearWeightGradient() implements Composite {
    @Override
    public String name() {
        return "linearWeightGradient";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public int results() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor g = inputs.get(0);
        return List.of(g.t().matmul(inputs.get(1)), g.sum(0));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return CudaLinear.gradientKernel(inputs);
    }
}
