package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.SoftmaxKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Axes;
import org.jspecify.annotations.Nullable;

/**
 * {@code log(sum(e^x))} over axes that stay with size 1 and are not empty; -inf where all are -inf. The derivative is the softmax
 * {@code e^(x - y)}, taken as 0 where all are -inf.
 *
 * @param axes the axes, at least one unless the operand is a scalar
 */
public record LogSumExp(Axes axes) implements Composite {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    /** The largest element, or 0 where it is infinite: what to subtract without making inf - inf. */
    private static final Region SHIFT =
            Elementwise.region(m -> m.maskedFill(m.abs().eq(INFINITY), 0));

    private static final Region WEIGHT =
            Elementwise.region((x, y) -> x.sub(y.maskedFill(y.eq(-INFINITY), 0)).exp());

    @Override
    public String name() {
        return "logsumexp";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        int[] over = axes.toArray();
        Tensor shift = SHIFT.apply(x.amax(true, over));
        return List.of(x.sub(shift).exp().sum(true, over).log().add(shift));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(x -> new ConcreteTensor[] {SoftmaxKernels.logSumExp(axes, x[0])});
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axes));
    }

    private record Rule(Axes axes) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor weight = WEIGHT.apply(Saved.at(inputs, 0), Saved.at(results, 0));
            return Arrays.asList(weight.mul(cotangents.get(0)));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor flow = WEIGHT.apply(inputs.get(0), results.get(0)).mul(tangents.get(0));
            return List.of(flow.sum(true, axes.toArray()));
        }
    }
}
