package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.jspecify.annotations.Nullable;

/**
 * {@code -(t max(log p, -100) + (1 - t) max(log(1 - p), -100))}: operands p and t of equal shape. Its derivative in p is {@code
 * (p - t) / max(p (1 - p), 1e-12)}, as in PyTorch, which stays finite at 0 and 1.
 */
public record BinaryCrossEntropy() implements Composite {
    /** Where the logarithm reaches -100. */
    private static final double SMALLEST = Math.exp(-100);

    private static final Region FORWARD = Elementwise.region((p, t) -> {
        Tensor yes = log(p);
        Tensor no = log(p.neg().add(1.0));
        return t.sub(1.0).mul(no).sub(t.mul(yes));
    });

    private static final Region BY_PROBABILITY = Elementwise.region((p, t, g) -> {
        Tensor width = p.mul(p.neg().add(1.0));
        return g.mul(p.sub(t)).div(width.maskedFill(width.lt(1e-12), 1e-12));
    });

    private static final Region BY_TARGET =
            Elementwise.region((p, g) -> g.mul(log(p.neg().add(1.0)).sub(log(p))));

    /** The logarithm cut off at -100, where its derivative is 0; NaN below 0. */
    private static Tensor log(Tensor p) {
        Tensor small = p.abs().lt(SMALLEST);
        return p.maskedFill(small, 1).log().maskedFill(small, -100);
    }

    @Override
    public String name() {
        return "binaryCrossEntropy";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(FORWARD.apply(inputs.get(0), inputs.get(1)));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements Derivative {
        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return jvp(inputs, results, tangents, i -> true);
        }

        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor p = Saved.at(inputs, 0);
            Tensor t = Saved.at(inputs, 1);
            Tensor g = cotangents.get(0);
            return Arrays.asList(BY_PROBABILITY.apply(p, t, g), BY_TARGET.apply(p, g));
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor p = inputs.get(0);
            Tensor t = inputs.get(1);
            if (!present.test(1)) {
                return List.of(BY_PROBABILITY.apply(p, t, tangents.get(0)));
            }
            Tensor byTarget = BY_TARGET.apply(p, tangents.get(1));
            return List.of(
                    present.test(0)
                            ? BY_PROBABILITY.apply(p, t, tangents.get(0)).add(byTarget)
                            : byTarget);
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }
}
