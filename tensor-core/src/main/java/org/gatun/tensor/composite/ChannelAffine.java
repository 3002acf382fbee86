package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.ChannelNormKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * {@code (x - shift) factor + term} in each channel: operands x (n, channels, m), shift, factor and term (channels), all F32 or all F64.
 * What normalising by given statistics is, in one pass that finds no index for each element.
 */
public record ChannelAffine() implements Composite {
    private static final Region REGION = Elementwise.region(
            4, in -> List.of(in.get(0).sub(in.get(1)).mul(in.get(2)).add(in.get(3))));

    @Override
    public String name() {
        return "channelAffine";
    }

    @Override
    public int arity() {
        return 4;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(REGION.apply(
                inputs.get(0),
                inputs.get(1).unsqueeze(1),
                inputs.get(2).unsqueeze(1),
                inputs.get(3).unsqueeze(1)));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(in -> new ConcreteTensor[] {ChannelNormKernels.affine(in[0], in[1], in[2], in[3])});
    }
}
