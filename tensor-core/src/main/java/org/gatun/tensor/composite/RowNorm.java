package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.RowNormKernels;
import org.gatun.tensor.cuda.CudaNorms;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * Rows brought to mean 0 and variance 1, {@code (x - mean) / sqrt(variance + epsilon)}, times a weight and plus a bias: operands x
 * (rows, n) and, if there are, weight (n) and bias (n). The first result has x's shape and dtype. The second is for the derivative's
 * kernels and counts as a constant: for each row two numbers whose sum is the mean, and {@code 1 / sqrt(variance + epsilon)} (rows, 3),
 * in F32 for BF16 and F16. All sums are made in that dtype, of differences from a number near the mean.
 *
 * @param centred whether the mean is taken away; if not, it counts as 0, and the variance is the mean square
 * @param epsilon what is added to the variance
 * @param weight whether there is a weight
 * @param bias whether there is a bias
 */
public record RowNorm(boolean centred, double epsilon, boolean weight, boolean bias)
        implements Composite, NormDerivative.Norm {
    @Override
    public String name() {
        return centred ? "layerNorm" : "rmsNorm";
    }

    @Override
    public int arity() {
        return 1 + (weight ? 1 : 0) + (bias ? 1 : 0);
    }

    @Override
    public int results() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Parts parts = parts(x);
        Tensor y = parts.y();
        if (weight) {
            y = y.mul(wide(inputs.get(1)));
        }
        if (bias) {
            y = y.add(wide(inputs.get(weight ? 2 : 1)));
        }
        return List.of(y.to(x.dtype()), Tensors.cat(1, parts.shift(), parts.offset(), parts.scale()));
    }

    /** A row's statistics (rows, 1), and the row brought to mean 0 and variance 1 (rows, n), in the dtype that arithmetic runs in. */
    record Parts(Tensor shift, Tensor offset, Tensor scale, Tensor y) {}

    /** Twice the mean: the differences from the first one, which is rounded, have a mean that keeps its digits. */
    Parts parts(Tensor x) {
        Tensor wide = wide(x);
        Tensor shift = centred ? wide.mean(true, 1) : wide.slice(1, 0, 1).fullLike(0);
        Tensor difference = centred ? wide.sub(shift) : wide;
        Tensor offset = centred ? difference.mean(true, 1) : shift;
        Tensor spread = centred ? difference.sub(offset) : wide;
        Tensor scale = spread.square().mean(true, 1).add(epsilon).rsqrt();
        return new Parts(shift, offset, scale, spread.mul(scale));
    }

    static Tensor wide(Tensor x) {
        return x.to(x.dtype().arithmetic());
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(RowNormKernels.forward(centred, epsilon, weight));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaNorms.forward(centred, epsilon, weight));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new NormDerivative(this));
    }

    @Override
    public RowNorm unbiased(boolean weighted) {
        return new RowNorm(centred, epsilon, weighted, false);
    }

    @Override
    public Composite gradient(boolean weighted, boolean ofInput, boolean ofWeight, boolean ofBias) {
        return new RowNormGradient(unbiased(weighted), ofInput, ofWeight, ofBias);
    }

    @Override
    public Tensor beside(Tensor parameter) {
        return parameter;
    }
}
