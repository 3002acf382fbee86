package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.VariateKernels;
import org.gatun.tensor.cpu.Variates;
import org.gatun.tensor.cuda.CudaVariates;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * Binomial variates: operands (count F64, probability F64, keys I64) whose shapes broadcast, result F64. With p the smaller of the probabilities of
 * success and failure, a mean n p below 10 by inversion, others by transformed rejection with squeeze (BTRS: Hoermann, "The generation
 * of binomial random variates", 1993). NaN where a parameter is. Piecewise constant: give it operands that nobody differentiates by.
 */
public record BinomialSample() implements Composite {
    @Override
    public String name() {
        return "binomial";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor n = inputs.get(0);
        Tensor probability = inputs.get(1);
        Tensor keys = inputs.get(2);
        Tensor p = probability.minimum(probability.neg().add(1));
        Tensor small = n.mul(p).lt(Variates.LARGE);
        Tensor k = small.where(byInversion(n, p, keys), byRejection(n, p, keys));
        return List.of(probability.gt(0.5).where(n.sub(k), k));
    }

    /** Elementwise: operands with a batch in front broadcast with those without. */
    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(this);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(in -> new ConcreteTensor[] {VariateKernels.binomial(in)});
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaVariates::binomial);
    }

    private static Tensor byInversion(Tensor n, Tensor p, Tensor keys) {
        Tensor u = ElementBlock.of(keys, 0).fine().neg().add(1);
        Tensor odds = p.div(p.neg().add(1));
        Tensor mass = n.mul(p.neg().log1p()).exp();
        Tensor below = mass;
        Tensor k = u.ge(below).to(DType.F64);
        for (int step = 1; step < Variates.STEPS; step++) {
            mass = mass.mul(n.sub(step - 1).div((double) step).mul(odds));
            below = below.add(mass);
            k = k.add(u.ge(below).to(DType.F64));
        }
        return n.mul(p).ge(0).where(k.minimum(n), k.fullLike(Double.NaN));
    }

    private static Tensor byRejection(Tensor n, Tensor p, Tensor keys) {
        Tensor q = p.neg().add(1);
        Tensor mean = n.mul(p);
        Tensor failures = n.mul(q);
        Tensor deviation = mean.mul(q).sqrt();
        Tensor b = deviation.mul(2.53).add(1.15);
        Tensor a = b.mul(0.0248).add(-0.0873).add(p.mul(0.01));
        Tensor alpha = b.reciprocal().mul(5.1).add(2.83).mul(deviation);
        Tensor sure = b.reciprocal().mul(-4.2).add(0.92);
        Tensor mode = n.add(1).mul(p).floor();
        Tensor top = PoissonSample.logPoisson(mode, mean).add(PoissonSample.logPoisson(n.sub(mode), failures));
        Tensor result = n.fullLike(Double.NaN);
        // From the last round to the first, so that an earlier acceptance replaces a later one.
        for (int round = Variates.ROUNDS; round >= 1; round--) {
            ElementBlock block = ElementBlock.of(keys, round);
            Tensor u = block.fine().sub(0.5);
            Tensor v = block.third();
            Tensor us = u.abs().neg().add(0.5).maximum(0x1p-54);
            Tensor k = a.mul(2).div(us).add(b).mul(u).add(mean).add(0.5).floor();
            Tensor inside = us.ge(0.07).and(v.le(sure));
            Tensor hat = v.mul(alpha).div(a.div(us.square()).add(b)).log();
            Tensor mass = PoissonSample.logPoisson(k, mean).add(PoissonSample.logPoisson(n.sub(k), failures));
            Tensor below = k.ge(0).and(k.le(n)).and(hat.le(mass.sub(top)));
            result = inside.or(below).where(k, result);
        }
        return result;
    }
}
