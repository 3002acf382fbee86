package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.AttentionKernels;
import org.gatun.tensor.cuda.CudaAttention;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The derivative of {@link Attention} in reverse (Dao 2023, FlashAttention-2): operands are those of attention, its second and third results, the
 * cotangent g (..., L, Ev) of its first, and for each query the sum of {@code g out} less the cotangent of the logarithm (..., L, 1). Results
 * are the cotangents of queries, keys and values.
 *
 * @param of the attention
 */
record AttentionGradient(Attention of) implements Composite {
    /** The softmax, and what flows to the scores. */
    private static final Region SOFTMAX =
            Elementwise.region((score, shift, log) -> score.sub(shift).sub(log).exp());

    private static final Region FLOW =
            Elementwise.region((softmax, g, delta) -> g.sub(delta).mul(softmax));

    @Override
    public String name() {
        return "scaledDotProductAttentionGradient";
    }

    @Override
    public int arity() {
        return of.arity() + 4;
    }

    @Override
    public int results() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(all(inputs)).subList(0, 3);
    }

    /** The cotangents of all operands of attention. */
    Tensor[] all(List<Tensor> inputs) {
        int n = of.arity();
        Tensor q = inputs.get(0);
        Tensor k = inputs.get(1);
        Tensor v = inputs.get(2);
        Tensor g = Attention.wide(inputs.get(n + 2));
        Tensor softmax = SOFTMAX.apply(of.scores(inputs), inputs.get(n), inputs.get(n + 1));
        Tensor values = Attention.wide(v).transpose(-2, -1);
        Tensor flow = FLOW.apply(softmax, g.matmul(values), inputs.get(n + 3));
        Tensor toQueries = flow.matmul(Attention.wide(k)).mul(of.scale());
        Tensor toKeys = flow.transpose(-2, -1).matmul(Attention.wide(q).mul(of.scale()));
        Tensor toValues = softmax.transpose(-2, -1).matmul(g);
        Tensor[] parts = new Tensor[n];
        parts[0] = Attention.narrow(toQueries, q.dtype());
        parts[1] = Attention.narrow(toKeys, k.dtype());
        parts[2] = Attention.narrow(toValues, v.dtype());
        if (n > 3) {
            parts[3] = Attention.narrow(flow, inputs.get(3).dtype());
        }
        return parts;
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(AttentionKernels.gradient(of.causal(), of.scale()));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return CudaAttention.gradient(of.causal(), of.scale(), inputs);
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(operands.contains(false) ? new Spread(this, operands) : this);
    }
}
