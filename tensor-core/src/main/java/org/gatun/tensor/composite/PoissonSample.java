package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.VariateKernels;
import org.gatun.tensor.cpu.Variates;
import org.gatun.tensor.cuda.CudaVariates;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * Poisson variates: operands (rate F64, keys I64) whose shapes broadcast, result F64. Rates below 10 by inversion, others by transformed rejection
 * with squeeze (PTRS: Hoermann, "The transformed rejection method for generating Poisson random variables", 1993). NaN for a rate that
 * is negative or NaN. Piecewise constant: give it operands that nobody differentiates by.
 */
public record PoissonSample() implements Composite {
    @Override
    public String name() {
        return "poisson";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor rate = inputs.get(0);
        Tensor keys = inputs.get(1);
        return List.of(rate.lt(Variates.LARGE).where(byInversion(rate, keys), byRejection(rate, keys)));
    }

    /** Elementwise: operands with a batch in front broadcast with those without. */
    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(this);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(in -> new ConcreteTensor[] {VariateKernels.poisson(in)});
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaVariates::poisson);
    }

    private static Tensor byInversion(Tensor rate, Tensor keys) {
        Tensor u = ElementBlock.of(keys, 0).fine().neg().add(1);
        Tensor p = rate.neg().exp();
        Tensor below = p;
        Tensor k = u.ge(below).to(DType.F64);
        for (int step = 1; step < Variates.STEPS; step++) {
            p = p.mul(rate.div((double) step));
            below = below.add(p);
            k = k.add(u.ge(below).to(DType.F64));
        }
        return rate.ge(0).where(k, k.fullLike(Double.NaN));
    }

    private static Tensor byRejection(Tensor rate, Tensor keys) {
        Tensor b = rate.sqrt().mul(2.53).add(0.931);
        Tensor a = b.mul(0.02483).add(-0.059);
        Tensor inverse = b.sub(3.4).reciprocal().mul(1.1328).add(1.1239);
        Tensor sure = b.sub(2).reciprocal().mul(-3.6224).add(0.9277);
        Tensor result = rate.fullLike(Double.NaN);
        // From the last round to the first, so that an earlier acceptance replaces a later one.
        for (int round = Variates.ROUNDS; round >= 1; round--) {
            ElementBlock block = ElementBlock.of(keys, round);
            Tensor u = block.fine().sub(0.5);
            Tensor v = block.third();
            Tensor us = u.abs().neg().add(0.5).maximum(0x1p-54);
            Tensor k = a.mul(2).div(us).add(b).mul(u).add(rate).add(0.43).floor();
            Tensor inside = us.ge(0.07).and(v.le(sure));
            Tensor hat = v.mul(inverse).div(a.div(us.square()).add(b)).log();
            Tensor below = k.ge(0).and(us.ge(0.013).or(v.le(us))).and(hat.le(logPoisson(k, rate)));
            result = inside.or(below).where(k, result);
        }
        return result;
    }

    /** The logarithm of the Poisson probability of k, as the kernels compute it; anything where k is negative. */
    static Tensor logPoisson(Tensor k, Tensor rate) {
        Tensor m = k.add(1);
        Tensor excess = m.sub(rate);
        Tensor z = m.reciprocal();
        Tensor w = z.square();
        Tensor series = w.div(-1680)
                .add(1.0 / 1260)
                .mul(w)
                .neg()
                .add(1.0 / 360)
                .mul(w)
                .neg()
                .add(1.0 / 12)
                .mul(z);
        double[] small = Variates.tails();
        Tensor table = Tensors.of(small)
                .to(k.device())
                .take(k.clamp(0, small.length - 1).to(DType.I64));
        return excess.sub(k.mul(excess.div(rate).log1p()))
                .sub(m.log().mul(0.5))
                .sub(0.5 * Math.log(2 * Math.PI))
                .sub(k.lt(small.length).where(table, series));
    }
}
