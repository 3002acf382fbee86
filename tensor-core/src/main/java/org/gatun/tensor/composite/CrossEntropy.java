package org.gatun.tensor.composite;

import java.util.Arrays;
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
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of the softmax of each row against a class: operands x (rows, classes) and target (rows, I64), each target a
 * class or the one that is ignored. The first result is {@code log(sum(e^x)) - x[target]} (rows), 0 for an ignored target. The
 * others are for the derivative's kernels, whose softmax {@code e^(x - shift - log)} is exact for large scores too, where their sum is
 * rounded, and count as constants: the shift (rows, 1), which is the largest score or 0 if that is infinite, and {@code
 * log(sum(e^(x - shift)))} (rows, 1). Of BF16 and F16 the results are F32.
 *
 * @param ignoreIndex the target that counts nothing
 */
public record CrossEntropy(long ignoreIndex) implements Composite {
    private static final Region TANGENT = Elementwise.region((softmax, t) -> softmax.mul(t));

    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public int results() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0).to(inputs.get(0).dtype().arithmetic());
        Tensor ignored = ignored(inputs.get(1));
        Tensor shift = LogSumExp.shift(x, 1);
        Tensor log = x.sub(shift).exp().sum(true, 1).log();
        Tensor picked = x.gather(1, safe(inputs.get(1)).unsqueeze(1));
        // The difference first: of large scores, it keeps what their own rounding would swallow.
        return List.of(log.add(shift.sub(picked)).squeeze(1).maskedFill(ignored, 0), shift, log);
    }

    private Tensor ignored(Tensor target) {
        return target.eq(ignoreIndex);
    }

    private Tensor safe(Tensor target) {
        return target.maskedFill(ignored(target), 0);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.of(x -> SoftmaxKernels.crossEntropy(ignoreIndex, x[0], x[1])));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaClassLosses.crossEntropy(ignoreIndex));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    private record Rule(CrossEntropy op) implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(
                    Dispatch.bind(
                            new Op.Call(new CrossEntropyGradient(op.ignoreIndex)),
                            Saved.at(inputs, 0),
                            Saved.at(inputs, 1),
                            Saved.at(results, 1),
                            Saved.at(results, 2),
                            cotangents.get(0)),
                    null);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor target = inputs.get(1);
            Tensor wide = inputs.get(0).to(results.get(0).dtype());
            Tensor tangent = tangents.get(0).to(wide.dtype());
            Tensor log = TANGENT.apply(wide.softmax(1), tangent).sum(true, 1);
            Tensor picked = tangent.gather(1, op.safe(target).unsqueeze(1));
            Tensor loss = log.sub(picked).squeeze(1).maskedFill(op.ignored(target), 0);
            return List.of(loss, results.get(1).fullLike(0), results.get(2).fullLike(0));
        }

        @Override
        public boolean usesResult(int i) {
            return i > 0;
        }

        @Override
        public boolean usesCotangent(int i) {
            return i == 0;
        }
    }
}
