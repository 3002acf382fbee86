package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.ScanKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[t] = log(e^x[0] + ... + e^x[t])} along an axis, which is not empty. With {@code y'} for the y one step before, the tangent is the recurrence
 * {@code dy = e^(y' - y) dy' + e^(x - y) dx}, whose factors are at most 1; where all so far are -inf they are taken as 0.
 *
 * @param axis the axis, not negative
 */
public record LogCumSumExp(int axis) implements Composite {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static final Region SUM = Elementwise.region((a, b) -> {
        Tensor larger = a.maximum(b);
        Tensor shift = larger.maskedFill(larger.abs().eq(INFINITY), 0);
        return a.sub(shift).exp().add(b.sub(shift).exp()).log().add(shift);
    });

    /** {@code e^(part - whole)}, and 0 where the whole is -inf. */
    private static final Region SHARE = Elementwise.region(
            (part, whole) -> part.sub(whole.maskedFill(whole.eq(-INFINITY), 0)).exp());

    @Override
    public String name() {
        return "logcumsumexp";
    }

    @Override
    public int arity() {
        return 1;
    }

    /** The sums of windows of 1, 2, 4, ... elements. */
    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor y = inputs.get(0).copy();
        long n = y.size(axis);
        for (long step = 1; step < n; step *= 2) {
            Tensor sums = SUM.apply(y.narrow(axis, 0, n - step), y.narrow(axis, step, n - step));
            y = Tensors.cat(axis, y.narrow(axis, 0, step), sums);
        }
        return List.of(y);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(x -> new ConcreteTensor[] {ScanKernels.runningLogSumExp(axis, x[0])});
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new LogCumSumExp(axis + 1));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axis));
    }

    private record Rule(int axis) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor y = Saved.at(results, 0);
            long n = y.size(axis);
            // How much of each sum is in the next; nothing comes after the last.
            Tensor last = y.narrow(axis, n - 1, 1);
            Tensor next = Tensors.cat(axis, y.narrow(axis, 1, n - 1), last);
            Tensor z = Functional.linearRecurrence(SHARE.apply(y, next), cotangents.get(0), axis, true);
            return Arrays.asList(SHARE.apply(Saved.at(inputs, 0), y).mul(z));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor y = results.get(0);
            long n = y.size(axis);
            Tensor before = Tensors.cat(axis, y.narrow(axis, 0, 1), y.narrow(axis, 0, n - 1));
            Tensor flow = SHARE.apply(inputs.get(0), y).mul(tangents.get(0));
            return List.of(Functional.linearRecurrence(SHARE.apply(before, y), flow, axis, false));
        }
    }
}
