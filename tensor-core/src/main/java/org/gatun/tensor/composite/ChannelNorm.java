package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.ChannelNormKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * Channels brought to mean 0 and variance 1, {@code (x - mean) / sqrt(variance + epsilon)}, times a weight and plus a bias: operands x
 * (n, channels, m) and, if there are, weight (channels) and bias (channels), all F32 or all F64. The first result has x's shape. The
 * second is for the derivative's kernels and counts as a constant: for each channel two numbers whose sum is the mean, and {@code 1 /
 * sqrt(variance + epsilon)} (channels, 3). The variance is made of differences from a number near the mean.
 *
 * @param epsilon what is added to the variance
 * @param weight whether there is a weight
 * @param bias whether there is a bias
 */
public record ChannelNorm(double epsilon, boolean weight, boolean bias) implements Composite, NormDerivative.Norm {
    @Override
    public String name() {
        return "batchNorm";
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
        Parts parts = parts(inputs.get(0));
        Tensor y = parts.y();
        if (weight) {
            y = y.mul(inputs.get(1).unsqueeze(1));
        }
        if (bias) {
            y = y.add(inputs.get(weight ? 2 : 1).unsqueeze(1));
        }
        Tensor statistics = Tensors.cat(
                1,
                parts.shift().reshape(-1, 1),
                parts.offset().reshape(-1, 1),
                parts.scale().reshape(-1, 1));
        return List.of(y, statistics);
    }

    /** A channel's statistics (1, channels, 1), and the channels brought to mean 0 and variance 1 (n, channels, m). */
    record Parts(Tensor shift, Tensor offset, Tensor scale, Tensor y) {}

    /** Twice the mean: the differences from the first one, which is rounded, have a mean that keeps its digits. */
    Parts parts(Tensor x) {
        Tensor shift = x.mean(true, 0, 2);
        Tensor difference = x.sub(shift);
        Tensor offset = difference.mean(true, 0, 2);
        Tensor spread = difference.sub(offset);
        Tensor scale = spread.square().mean(true, 0, 2).add(epsilon).rsqrt();
        return new Parts(shift, offset, scale, spread.mul(scale));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(ChannelNormKernels.forward(epsilon, weight));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new NormDerivative(this));
    }

    @Override
    public ChannelNorm unbiased(boolean weighted) {
        return new ChannelNorm(epsilon, weighted, false);
    }

    @Override
    public Composite gradient(boolean weighted, boolean ofInput, boolean ofWeight, boolean ofBias) {
        return new ChannelNormGradient(unbiased(weighted), ofInput, ofWeight, ofBias);
    }

    @Override
    public Tensor beside(Tensor parameter) {
        return parameter.unsqueeze(1);
    }
}
