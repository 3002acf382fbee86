package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.GeluKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/** {@code g} times the derivative of {@link Gelu}, {@code Phi(x) + x phi(x)} with the normal density phi: operands x and g of one shape. */
record GeluGradient() implements Composite {
    private static final double ONE_BY_SQRT_2_PI = 1 / Math.sqrt(2 * Math.PI);

    private static final Region GRADIENT = Elementwise.region((x, g) -> {
        DType wide = x.dtype().arithmetic();
        Tensor z = x.to(wide);
        Tensor density = z.square().mul(-0.5).exp().mul(ONE_BY_SQRT_2_PI);
        return Special.ndtr(z).add(z.mul(density)).mul(g.to(wide)).to(x.dtype());
    });

    @Override
    public String name() {
        return "geluGradient";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(GRADIENT.apply(inputs.get(0), inputs.get(1)));
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return GeluKernels.gradient(inputs);
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(operands.contains(false) ? new Spread(this, operands) : this);
    }
}
