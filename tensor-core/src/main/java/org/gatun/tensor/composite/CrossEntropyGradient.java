package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.SoftmaxKernels;
import org.gatun.tensor.cpu.Widening;
import org.gatun.tensor.cuda.CudaClassLosses;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;

/**
 * The cotangent of the scores x of {@link CrossEntropy}: {@code g softmax(x)}, less g at each target. Operands x (rows, classes), target
 * (rows), the shift and the logarithm that the loss gave with it, and g (rows). The kernels take the softmax from the third and fourth,
 * the fallback, which is there to be differentiated, from x.
 *
 * @param ignoreIndex the target that counts nothing
 */
record CrossEntropyGradient(long ignoreIndex) implements Composite {
    private static final Region GRADIENT =
            Elementwise.region((softmax, g, at) -> softmax.mul(g).sub(at));

    @Override
    public String name() {
        return "crossEntropyGradient";
    }

    @Override
    public int arity() {
        return 5;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor wide = x.to(x.dtype().arithmetic());
        Tensor ignored = inputs.get(1).eq(ignoreIndex);
        Tensor g = inputs.get(4).maskedFill(ignored, 0).unsqueeze(1);
        Tensor target = inputs.get(1).maskedFill(ignored, 0).unsqueeze(1);
        Tensor at = Dispatch.bind(new Op.ScatterAdd(1, x.shape()), g, target);
        return List.of(GRADIENT.apply(wide.softmax(1), g, at).to(x.dtype()));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.around(in -> SoftmaxKernels.crossEntropyGradient(ignoreIndex, in)));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaClassLosses.crossEntropyGradient(ignoreIndex));
    }
}
