package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.ChannelNormKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The cotangents of the operands of {@link ChannelNorm}, those that are wanted: with y the channels of mean 0 and variance 1, of x
 * {@code scale weight (g - mean(g) - y mean(g y))}, of the weight the sum of {@code g y} over a channel, of the bias that of g. Operands x
 * (n, channels, m), its statistics (channels, 3), g of x's shape and, if there is one, weight (channels). The kernel reads the
 * statistics; the fallback, which is there to be differentiated, finds its own.
 *
 * @param of the function
 * @param ofInput whether the first result is the cotangent of x
 * @param ofWeight whether the next result is the cotangent of the weight
 * @param ofBias whether the last result is the cotangent of the bias
 */
record ChannelNormGradient(ChannelNorm of, boolean ofInput, boolean ofWeight, boolean ofBias) implements Composite {
    @Override
    public String name() {
        return of.name() + "Gradient";
    }

    @Override
    public int arity() {
        return of.weight() ? 4 : 3;
    }

    @Override
    public int results() {
        return (ofInput ? 1 : 0) + (ofWeight ? 1 : 0) + (ofBias ? 1 : 0);
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor g = inputs.get(2);
        ChannelNorm.Parts parts = of.parts(inputs.get(0));
        Tensor y = parts.y();
        var out = new ArrayList<Tensor>();
        if (ofInput) {
            Tensor along = y.mul(g.mul(y).mean(true, 0, 2));
            Tensor scale = of.weight() ? parts.scale().mul(inputs.get(3).unsqueeze(1)) : parts.scale();
            out.add(g.sub(g.mean(true, 0, 2)).sub(along).mul(scale));
        }
        if (ofWeight) {
            out.add(g.mul(y).sum(0, 2));
        }
        if (ofBias) {
            out.add(g.sum(0, 2));
        }
        return out;
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(ChannelNormKernels.gradient(ofInput, ofWeight, ofBias));
    }
}
