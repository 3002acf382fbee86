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
import org.gatun.tensor.cpu.RowNormKernels;
import org.gatun.tensor.cuda.CudaNorms;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Rows brought to mean 0 and variance 1, {@code (x - mean) / sqrt(variance + epsilon)}, times a weight and plus a bias: operands x
 * (rows, n) and, if there are, weight (n) and bias (n). The first result has x's shape and dtype. The second is for the derivative's
 * kernels and counts as a constant: for each row two numbers whose sum is the mean, and {@code 1 / sqrt(variance + epsilon)} (rows, 3),
 * in F32 for BF16 and F16. All sums are made in that dtype, of differences from a number near the mean.
 *
 * @param centred whether the mean is taken away; if not, it counts as 0, and the variance is the mean square
 * @param epsilon what is added to the variance
 * @param weight whether there is a weight
 * @param bias whether there is a bias
 */
public record RowNorm(boolean centred, double epsilon, boolean weight, boolean bias) implements Composite {
    @Override
    public String name() {
        return centred ? "layerNorm" : "rmsNorm";
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
        Tensor x = inputs.get(0);
        Parts parts = parts(x);
        Tensor y = parts.y();
        if (weight) {
            y = y.mul(wide(inputs.get(1)));
        }
        if (bias) {
            y = y.add(wide(inputs.get(weight ? 2 : 1)));
        }
        return List.of(y.to(x.dtype()), Tensors.cat(1, parts.shift(), parts.offset(), parts.scale()));
    }

    /** A row's statistics (rows, 1), and the row brought to mean 0 and variance 1 (rows, n), in the dtype that arithmetic runs in. */
    record Parts(Tensor shift, Tensor offset, Tensor scale, Tensor y) {}

    /** Twice the mean: the differences from the first one, which is rounded, have a mean that keeps its digits. */
    Parts parts(Tensor x) {
        Tensor wide = wide(x);
        Tensor shift = centred ? wide.mean(true, 1) : wide.slice(1, 0, 1).fullLike(0);
        Tensor difference = centred ? wide.sub(shift) : wide;
        Tensor offset = centred ? difference.mean(true, 1) : shift;
        Tensor spread = centred ? difference.sub(offset) : wide;
        Tensor scale = spread.square().mean(true, 1).add(epsilon).rsqrt();
        return new Parts(shift, offset, scale, spread.mul(scale));
    }

    static Tensor wide(Tensor x) {
        return x.to(x.dtype().arithmetic());
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(RowNormKernels.forward(centred, epsilon, weight));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaNorms.forward(centred, epsilon, weight));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    private record Rule(RowNorm op) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            int bias = op.weight ? 2 : 1;
            var gradient = new RowNormGradient(
                    new RowNorm(op.centred, op.epsilon, op.weight, false),
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

        /** The Jacobian of a row, {@code scale (1 - 1/n - y y' / n)}, is symmetric, so tangents go through the gradient's formula. */
        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            RowNorm plain = new RowNorm(op.centred, op.epsilon, false, false);
            int bias = op.weight ? 2 : 1;
            Tensor ofRow = null;
            if (present.test(0)) {
                var gradient = new Op.Call(new RowNormGradient(plain, true, false, false));
                ofRow = Dispatch.bind(gradient, inputs.get(0), results.get(1), tangents.get(0));
                ofRow = op.weight ? ofRow.mul(inputs.get(1)) : ofRow;
            }
            Tensor ofWeight = op.weight && present.test(1)
                    ? Dispatch.bindAll(new Op.Call(plain), inputs.get(0))[0].mul(tangents.get(1))
                    : null;
            Tensor ofBias = op.bias && present.test(bias)
                    ? tangents.get(bias).broadcastTo(results.get(0).shape())
                    : null;
            Tensor sum = Stream.of(ofRow, ofWeight, ofBias)
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
