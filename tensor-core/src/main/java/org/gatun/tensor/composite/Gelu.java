package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.GeluKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** {@code x Phi(x)} with the normal distribution function Phi (Hendrycks and Gimpel 2016). BF16 and F16 are computed in F32 and rounded once. */
public record Gelu() implements Composite {
    private static final Region FORWARD = Elementwise.region(x -> {
        Tensor wide = x.to(x.dtype().arithmetic());
        return wide.mul(Special.ndtr(wide)).to(x.dtype());
    });

    @Override
    public String name() {
        return "gelu";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(FORWARD.apply(inputs.get(0)));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return GeluKernels.forward(inputs);
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(this);
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(slope(Saved.at(inputs, 0), cotangents.get(0)));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(slope(inputs.get(0), tangents.get(0)));
        }

        private static Tensor slope(Tensor x, Tensor g) {
            return Dispatch.bind(new Op.Call(new GeluGradient()), x, g);
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }
}
