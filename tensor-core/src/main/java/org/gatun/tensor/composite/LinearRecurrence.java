package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
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
 * {@code y[t] = a[t] y[t - 1] + b[t]} along an axis, or with {@code y[t + 1]} in reverse; operands (a, b) of one shape, not empty. The
 * first y is the first b, and the first a is not used. With {@code y'} for the y one step before, the tangent is the recurrence
 * {@code dy = a dy' + (da y' + db)}, and the cotangent of b is the recurrence in the other direction {@code z[t] = a[t + 1] z[t + 1] + g[t]}, that of
 * a is {@code z y'}.
 *
 * @param axis the axis, not negative
 * @param reverse whether it runs from the last element to the first
 */
public record LinearRecurrence(int axis, boolean reverse) implements Composite {
    private static final Region STEP = Elementwise.region((a, x, b) -> a.mul(x).add(b));

    @Override
    public String name() {
        return "linearRecurrence";
    }

    @Override
    public int arity() {
        return 2;
    }

    /** Of pairs (a, b), each the map {@code y -> a y + b}, those 1, 2, 4, ... steps apart are chained. */
    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor a = reverse ? inputs.get(0).flip(axis) : inputs.get(0);
        Tensor y = reverse ? inputs.get(1).flip(axis) : inputs.get(1);
        long n = y.size(axis);
        for (long step = 1; step < n; step *= 2) {
            Tensor later = a.narrow(axis, step, n - step);
            Tensor next = later.mul(y.narrow(axis, 0, n - step)).add(y.narrow(axis, step, n - step));
            y = Tensors.cat(axis, y.narrow(axis, 0, step), next);
            a = Tensors.cat(axis, a.narrow(axis, 0, step), later.mul(a.narrow(axis, 0, n - step)));
        }
        return List.of(reverse ? y.flip(axis) : y.copy());
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(x -> new ConcreteTensor[] {ScanKernels.linearRecurrence(axis, reverse, x[0], x[1])});
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return operands.contains(false) ? Optional.empty() : Optional.of(new LinearRecurrence(axis + 1, reverse));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(axis, reverse));
    }

    /** Each element moved to the next place in the direction of the recurrence, with 0 at the first. */
    private static Tensor moved(Tensor x, int axis, boolean reverse) {
        long[] none = new long[x.rank()];
        long[] one = none.clone();
        one[axis] = 1;
        Tensor kept = x.narrow(axis, reverse ? 1 : 0, x.size(axis) - 1);
        return reverse ? kept.pad(none, one) : kept.pad(one, none);
    }

    private record Rule(int axis, boolean reverse) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor factors = moved(Saved.at(inputs, 0), axis, !reverse);
            Tensor z = Functional.linearRecurrence(factors, cotangents.get(0), axis, !reverse);
            Tensor a = wanted.test(0) ? z.mul(moved(Saved.at(results, 0), axis, reverse)) : null;
            return Arrays.asList(a, z);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor flow = present.test(0)
                    ? STEP.apply(tangents.get(0), moved(results.get(0), axis, reverse), tangents.get(1))
                    : tangents.get(1);
            return List.of(Functional.linearRecurrence(inputs.get(0), flow, axis, reverse));
        }

        @Override
        public boolean usesInput(int i) {
            return i == 0;
        }
    }
}
