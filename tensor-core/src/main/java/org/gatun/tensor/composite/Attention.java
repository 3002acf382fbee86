package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.AttentionKernels;
import org.gatun.tensor.cuda.CudaAttention;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Attention {@code softmax(scale q k' + mask) v}: operands queries q (..., L, E), keys k (..., S, E), values v (..., S, Ev) and, if there is one,
 * the mask (..., L, S); all have the same leading axes, and S is not 0. BF16 and F16 are computed in F32 inside and rounded once.
 *
 * <p>The first result is (..., L, Ev), 0 in rows of which all keys are masked. The others, in the dtype that is computed in, are for the derivative: the
 * largest score of each row (..., L, 1), or 0 if that is infinite, which counts as a constant, and the logarithm of the sum of {@code e^(score - largest)}
 * (..., L, 1), or 0 where that sum is 0. The softmax {@code e^(score - largest - logarithm)} is exact for large scores too, where the two's sum is
 * rounded, and 0 in a row that is masked.
 *
 * @param mask what the mask is
 * @param causal whether a query sees no keys behind its own place
 * @param scale what products of queries and keys are multiplied by
 */
public record Attention(Mask mask, boolean causal, double scale) implements Composite {
    /** What the mask of attention is. */
    public enum Mask {
        /** There is none. */
        NONE,
        /** Truth values: whether a query sees a key. */
        BOOLEAN,
        /** Numbers that are added to the scores. */
        ADDITIVE
    }

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static final Region POWER =
            Elementwise.region((score, shift) -> score.sub(shift).exp());

    private static final Region SEEN = Elementwise.region((score, seen) -> score.maskedFill(seen.not(), -INFINITY));

    /** {@code x / sum}, 0 where the sum is 0. */
    private static final Region NORMALISED = Elementwise.region((x, sum) -> x.div(sum.maskedFill(sum.eq(0), 1)));

    /** {@code g out} in the dtype that is computed in. */
    private static final Region WEIGHTED = Elementwise.region((g, out) -> wide(g).mul(wide(out)));

    private static final Region LOG =
            Elementwise.region(sum -> sum.maskedFill(sum.eq(0), 1).log());

    @Override
    public String name() {
        return "scaledDotProductAttention";
    }

    @Override
    public int arity() {
        return mask == Mask.NONE ? 3 : 4;
    }

    @Override
    public int results() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor q = inputs.get(0);
        Tensor scores = scores(inputs);
        Tensor shift = LogSumExp.shift(scores, -1);
        Tensor powers = POWER.apply(scores, shift);
        Tensor sum = powers.sum(true, -1);
        Tensor weighted = powers.matmul(wide(inputs.get(2)));
        return List.of(narrow(NORMALISED.apply(weighted, sum), q.dtype()), shift, LOG.apply(sum));
    }

    /** {@code scale q k'} with the mask, in the dtype that is computed in; -infinity where a query does not see a key. */
    Tensor scores(List<Tensor> inputs) {
        Tensor keys = wide(inputs.get(1)).transpose(-2, -1);
        Tensor products = wide(inputs.get(0)).mul(scale).matmul(keys);
        Tensor masked = switch (mask) {
            case NONE -> products;
            case BOOLEAN -> SEEN.apply(products, inputs.get(3));
            case ADDITIVE -> products.add(wide(inputs.get(3)));
        };
        if (!causal) {
            return masked;
        }
        Tensor query = Tensors.arange(0, products.size(-2), 1, products.device());
        Tensor key = Tensors.arange(0, products.size(-1), 1, products.device());
        return SEEN.apply(masked, query.unsqueeze(1).ge(key));
    }

    static Tensor wide(Tensor x) {
        return narrow(x, x.dtype().arithmetic());
    }

    static Tensor narrow(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : x.to(dtype);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(AttentionKernels.forward(causal, scale));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return CudaAttention.attention(causal, scale, inputs);
    }

    /** Leading axes are any, so with one more, this is it. */
    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(operands.contains(false) ? new Spread(this, operands) : this);
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    /** The softmax is computed again from the scores; nothing of the size L S is kept for it. */
    private record Rule(Attention op) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor out = Saved.at(results, 0);
            Tensor g = cotangents.get(0);
            // The softmax p gets p (g v' - sum(p g v')), and that sum over keys is g out'.
            Tensor delta = WEIGHTED.apply(g, out).sum(true, -1).sub(cotangents.get(2));
            Tensor[] operands = new Tensor[op.arity() + 4];
            for (int i = 0; i < op.arity(); i++) {
                operands[i] = Saved.at(inputs, i);
            }
            operands[op.arity()] = Saved.at(results, 1);
            operands[op.arity() + 1] = Saved.at(results, 2);
            operands[op.arity() + 2] = g;
            operands[op.arity() + 3] = delta;
            AttentionGradient gradient = new AttentionGradient(op);
            if (op.mask == Mask.ADDITIVE && wanted.test(3)) {
                // That of the mask is as large as the scores, so it is left to the operations.
                return Arrays.asList(gradient.all(List.of(operands)));
            }
            @Nullable Tensor[] parts = Arrays.copyOf(Dispatch.bindAll(new Op.Call(gradient), operands), op.arity());
            return Arrays.asList(parts);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            throw new UnsupportedOperationException("the forward mode uses the fallback");
        }

        @Override
        public boolean definesJvp() {
            return false;
        }
    }
}
