package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.VariateKernels;
import org.gatun.tensor.cpu.Variates;
import org.gatun.tensor.cuda.CudaVariates;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Logarithms of gamma variates of rate 1: operands (concentration F64, keys I64) whose shapes broadcast, result F64. By rejection from a cubed
 * normal (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000); below concentration 1 as {@code gamma(a + 1)
 * u^(1/a)}, whose logarithm does not underflow however small a is. NaN for a concentration that is NaN or infinite.
 *
 * <p>A rejection loop has no useful derivative of its own. The derivative by the concentration is the implicit one (Figurnov, Mohamed and
 * Mnih, "Implicit reparameterization gradients", 2018), under which the probability of being below the sample stays: {@code dx/da =
 * -(dP(a, x)/da) / p(x; a)}, with P the distribution function and p the density. {@link GammaSlope} has it, differentiable to any order.
 */
public record LogGammaSample() implements Composite {
    @Override
    public String name() {
        return "logGamma";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor concentration = inputs.get(0);
        Tensor keys = inputs.get(1);
        Tensor small = concentration.lt(1);
        Tensor d = small.where(concentration.add(1), concentration).sub(1.0 / 3);
        Tensor c = d.mul(9).sqrt().reciprocal();
        Tensor log = concentration.fullLike(Double.NaN);
        // From the last round to the first, so that an earlier acceptance replaces a later one.
        for (int round = Variates.GAMMA_ROUNDS; round >= 1; round--) {
            ElementBlock block = ElementBlock.of(keys, round);
            Tensor radius = block.fine().log().mul(-2).sqrt();
            Tensor z = radius.mul(block.second().mul(2 * Math.PI).cos());
            Tensor root = c.mul(z).add(1);
            Tensor v = root.mul(root).mul(root);
            Tensor logV = root.log().mul(3);
            Tensor bound = z.square().mul(0.5).add(d).sub(d.mul(v)).add(d.mul(logV));
            Tensor accepted = root.gt(0).and(block.third().log().lt(bound));
            log = accepted.where(d.log().add(logV), log);
        }
        Tensor boost = ElementBlock.of(keys, 0).fine().log().div(concentration);
        return List.of(small.where(log.add(boost), log));
    }

    /** Elementwise: operands with a batch in front broadcast with those without. */
    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return operands.get(0) ? Optional.of(this) : Optional.empty();
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(in -> new ConcreteTensor[] {VariateKernels.logGamma(in)});
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaVariates::logGamma);
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(cotangents.get(0).mul(GammaSlope.of(Saved.at(inputs, 0), Saved.at(results, 0))), null);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(tangents.get(0).mul(GammaSlope.of(inputs.get(0), results.get(0))));
        }

        @Override
        public boolean usesInput(int i) {
            return i == 0;
        }
    }
}
