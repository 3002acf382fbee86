package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.SoftmaxKernels;
import org.gatun.tensor.cpu.Widening;
import org.gatun.tensor.cuda.CudaSoftmax;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Axes;
import org.jspecify.annotations.Nullable;

/**
 * {@code log(sum(e^x))} over axes that stay with size 1 and are not empty; -inf where all are -inf. It is the sum of the two other
 * results: the shift, which is the largest element or 0 if that is infinite and counts as a constant, and {@code log(sum(e^(x -
 * shift)))}. From these the derivative takes the softmax {@code e^(x - shift - log)}, which is exact for large elements too; it is taken
 * as 0 where all are -inf.
 *
 * @param axes the axes, at least one unless the operand is a scalar
 */
public record LogSumExp(Axes axes) implements Composite {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    /** The largest element, or 0 where it is infinite: what to subtract without making inf - inf. */
    private static final Region SHIFT =
            Elementwise.region(m -> m.maskedFill(m.abs().eq(INFINITY), 0));

    /** The softmax times what flows through it. */
    private static final Region FLOW = Elementwise.region(4, in -> {
        Tensor log = in.get(2).maskedFill(in.get(2).eq(-INFINITY), 0);
        return List.of(in.get(0).sub(in.get(1)).sub(log).exp().mul(in.get(3)));
    });

    /** The largest element over axes, or 0 where it is infinite, as a constant. */
    static Tensor shift(Tensor x, int... axes) {
        return SHIFT.apply(x.detach().amax(true, axes));
    }

    @Override
    public String name() {
        return "logsumexp";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public int results() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        int[] over = axes.toArray();
        Tensor shift = shift(x, over);
        Tensor log = x.sub(shift).exp().sum(true, over).log();
        return List.of(log.add(shift), shift, log);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.around(x -> SoftmaxKernels.logSumExp(axes, x[0])));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaSoftmax.logSumExp(axes));
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        int[] shifted = Arrays.stream(axes.toArray()).map(a -> a + 1).toArray();
        int rank = Arrays.stream(shifted).max().orElse(0) + 1;
        return shifted.length == 0
                ? Optional.empty()
                : Optional.of(new LogSumExp(Axes.listed("logsumexp", rank, shifted)));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axes));
    }

    private record Rule(Axes axes) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor g = cotangents.get(0).add(cotangents.get(2));
            return Arrays.asList(FLOW.apply(Saved.at(inputs, 0), Saved.at(results, 1), Saved.at(results, 2), g));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor shift = results.get(1);
            Tensor flow = FLOW.apply(inputs.get(0), shift, results.get(2), tangents.get(0));
            Tensor log = flow.sum(true, axes.toArray());
            return List.of(log, shift.fullLike(0), log);
        }

        @Override
        public boolean usesResult(int i) {
            return i > 0;
        }
    }
}
