package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.CudaClassLosses;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The negative logarithms at a class of each row: operands x (rows, classes) of F32 or F64 and target (rows, I64), each target a class or
 * the one that is ignored. The result is {@code -x[target]} (rows), 0 for an ignored target.
 *
 * @param method the public method, for the message about a target that is no class
 * @param ignoreIndex the target that counts nothing
 */
public record ClassLikelihood(String method, long ignoreIndex) implements Composite {
    @Override
    public String name() {
        return "classLikelihood";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor ignored = inputs.get(1).eq(ignoreIndex);
        Tensor safe = inputs.get(1).maskedFill(ignored, 0).unsqueeze(1);
        Tensor picked = inputs.get(0).gather(1, safe).squeeze(1).neg();
        return List.of(picked.maskedFill(ignored, 0));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaClassLosses.likelihood(method, ignoreIndex));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    private record Rule(ClassLikelihood op) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor x = Saved.at(inputs, 0);
            Op gradient = new Op.Call(new ClassLikelihoodGradient(op.ignoreIndex, x.size(1)));
            return Arrays.asList(Dispatch.bind(gradient, Saved.at(inputs, 1), cotangents.get(0)), null);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return op.fallback(List.of(tangents.get(0), inputs.get(1)));
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }
}
