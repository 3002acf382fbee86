package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of what brings groups of numbers to mean 0 and variance 1, times a weight and plus a bias: of {@link RowNorm} and of
 * {@link ChannelNorm}. Operands are x and, if there are, weight and bias; the second result is the groups' statistics, a constant.
 */
record NormDerivative(Norm op) implements Composite.SelectiveDerivative {
    /** What differs between the two. */
    interface Norm {
        /** Whether there is a weight. */
        boolean weight();

        /** Whether there is a bias. */
        boolean bias();

        /** The same groups with a weight or without, and without a bias. */
        Composite unbiased(boolean weighted);

        /** Of {@link #unbiased}, the cotangents that are asked for, of operands x, statistics, the result's cotangent and the weight if there is one. */
        Composite gradient(boolean weighted, boolean ofInput, boolean ofWeight, boolean ofBias);

        /** A weight or a bias as it broadcasts to x. */
        Tensor beside(Tensor parameter);
    }

    private int biasAt() {
        return op.weight() ? 2 : 1;
    }

    @Override
    public List<@Nullable Tensor> vjp(
            List<@Nullable Tensor> inputs,
            List<@Nullable Tensor> results,
            List<Tensor> cotangents,
            IntPredicate wanted) {
        boolean ofInput = wanted.test(0);
        boolean ofWeight = op.weight() && wanted.test(1);
        boolean ofBias = op.bias() && wanted.test(biasAt());
        var operands = new ArrayList<>(List.of(Saved.at(inputs, 0), Saved.at(results, 1), cotangents.get(0)));
        if (op.weight()) {
            operands.add(Saved.at(inputs, 1));
        }
        var gradient = new Op.Call(op.gradient(op.weight(), ofInput, ofWeight, ofBias));
        Tensor[] found = Dispatch.bindAll(gradient, operands.toArray(Tensor[]::new));
        @Nullable Tensor[] out = new Tensor[inputs.size()];
        int next = 0;
        if (ofInput) {
            out[0] = found[next++];
        }
        if (ofWeight) {
            out[1] = found[next++];
        }
        if (ofBias) {
            out[biasAt()] = found[next];
        }
        return Arrays.asList(out);
    }

    /** The Jacobian of a group, {@code scale (1 - 1/n - y y' / n)}, is symmetric, so tangents go through the gradient's formula. */
    @Override
    public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
        Tensor ofInput = null;
        if (present.test(0)) {
            var gradient = new Op.Call(op.gradient(false, true, false, false));
            ofInput = Dispatch.bind(gradient, inputs.get(0), results.get(1), tangents.get(0));
            ofInput = op.weight() ? ofInput.mul(op.beside(inputs.get(1))) : ofInput;
        }
        Tensor ofWeight = op.weight() && present.test(1)
                ? Dispatch.bindAll(new Op.Call(op.unbiased(false)), inputs.get(0))[0].mul(op.beside(tangents.get(1)))
                : null;
        Tensor ofBias = op.bias() && present.test(biasAt())
                ? op.beside(tangents.get(biasAt())).broadcastTo(results.get(0).shape())
                : null;
        Tensor sum = Stream.of(ofInput, ofWeight, ofBias)
                .filter(Objects::nonNull)
                .reduce(Tensor::add)
                .orElseThrow();
        return List.of(sum, results.get(1).fullLike(0));
    }

    @Override
    public boolean usesInput(int i) {
        return i == 0 || (op.weight() && i == 1);
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
