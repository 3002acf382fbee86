package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.CudaClassLosses;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * The cotangent of the logarithms of {@link ClassLikelihood}: -g at each target, 0 elsewhere. Operands target (rows) and g (rows).
 *
 * @param ignoreIndex the target that counts nothing
 * @param classes the size of a row
 */
record ClassLikelihoodGradient(long ignoreIndex, long classes) implements Composite {
    @Override
    public String name() {
        return "classLikelihoodGradient";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor ignored = inputs.get(0).eq(ignoreIndex);
        Tensor target = inputs.get(0).maskedFill(ignored, 0).unsqueeze(1);
        Tensor g = inputs.get(1).maskedFill(ignored, 0).neg().unsqueeze(1);
        return List.of(Dispatch.bind(new Op.ScatterAdd(1, Shape.of(target.size(0), classes)), g, target));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaClassLosses.likelihoodGradient(ignoreIndex, classes));
    }
}
