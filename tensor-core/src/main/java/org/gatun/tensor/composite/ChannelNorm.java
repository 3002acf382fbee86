package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.ChannelNormKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

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
public record ChannelNorm(double epsilon, boolean weight, boolean bias) implements Composite {
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
        return Optional.of(new Rule(this));
    }

    private record Rule(ChannelNorm op) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            int bias = op.weight ? 2 : 1;
            var gradient = new ChannelNormGradient(
                    new ChannelNorm(op.epsilon, op.weight, false),
                    wanted.test(0),
                    op.weight && wanted.test(1),
                    op.bias && wanted.test(bias));
            var operands = new ArrayList<>(List.of(Saved.at(inputs, 0), Saved.at(results, 1), cotangents.get(0)));
            if (op.weight) {
                operands.add(Saved.at(inputs, 1));
            }
            Tensor[] found = Dispatch.bindAll(new Op.Call(gradient), operands.toArray(Tensor[]::new));
            @Nullable Tensor[] out = new Tensor[op.arity()];
            int next = 0;
            if (gradient.ofInput()) {
                out[0] = found[next++];
            }
            if (gradient.ofWeight()) {
                out[1] = found[next++];
            }
            if (gradient.ofBias()) {
                out[bias] = found[next];
            }
            return Arrays.asList(out);
        }

        /** The Jacobian of a channel, {@code scale (1 - 1/n - y y' / n)}, is symmetric, so tangents go through the gradient's formula. */
        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            ChannelNorm plain = new ChannelNorm(op.epsilon, false, false);
            int bias = op.weight ? 2 : 1;
            Tensor ofInput = null;
            if (present.test(0)) {
                var gradient = new Op.Call(new ChannelNormGradient(plain, true, false, false));
                ofInput = Dispatch.bind(gradient, inputs.get(0), results.get(1), tangents.get(0));
                ofInput = op.weight ? ofInput.mul(inputs.get(1).unsqueeze(1)) : ofInput;
            }
            Tensor ofWeight = op.weight && present.test(1)
                    ? Dispatch.bindAll(new Op.Call(plain), inputs.get(0))[0].mul(
                            tangents.get(1).unsqueeze(1))
                    : null;
            Tensor ofBias = op.bias && present.test(bias)
                    ? tangents.get(bias).unsqueeze(1).broadcastTo(results.get(0).shape())
                    : null;
            Tensor sum = Stream.of(ofInput, ofWeight, ofBias)
                    .filter(Objects::nonNull)
                    .reduce(Tensor::add)
                    .orElseThrow();
            return List.of(sum, results.get(1).fullLike(0));
        }

        @Override
        public boolean usesInput(int i) {
            return i == 0 || (op.weight && i == 1);
        }

        @Override
        public boolean usesResult(int i) {
            return i == 1;
        }

        @Override
        public boolean usesCotangent(int i) {
            return i == 0;
        }
    }
}
