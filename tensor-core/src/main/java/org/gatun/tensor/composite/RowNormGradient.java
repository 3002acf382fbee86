package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.RowNormKernels;
import org.gatun.tensor.cuda.CudaNorms;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The cotangents of the operands of {@link RowNorm}, those that are wanted: with y the rows of mean 0 and variance 1 and {@code h = g
 * weight}, of x {@code scale (h - mean(h) - y mean(h y))}, where rows that are not centred lose no mean of h; of the weight the sum of
 * {@code g y} over rows, of the bias that of g. Operands x (rows, n), its statistics (rows, 3), g (rows, n) and, if there is one, weight
 * (n). The kernels read the statistics; the fallback, which is there to be differentiated, finds its own.
 *
 * @param of the function
 * @param ofInput whether the first result is the cotangent of x
 * @param ofWeight whether the next result is the cotangent of the weight
 * @param ofBias whether the last result is the cotangent of the bias
 */
record RowNormGradient(RowNorm of, boolean ofInput, boolean ofWeight, boolean ofBias) implements Composite {
    @Override
    public String name() {
        return of.name() + "Gradient";
    }

    @Override
    public int arity() {
        return of.weight() ? 4 : 3;
    }

    @Override
    public int results() {
        return (ofInput ? 1 : 0) + (ofWeight ? 1 : 0) + (ofBias ? 1 : 0);
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        Tensor g = RowNorm.wide(inputs.get(2));
        RowNorm.Parts parts = of.parts(x);
        Tensor y = parts.y();
        var out = new ArrayList<Tensor>();
        if (ofInput) {
            Tensor h = of.weight() ? g.mul(RowNorm.wide(inputs.get(3))) : g;
            Tensor centred = of.centred() ? h.sub(h.mean(true, 1)) : h;
            Tensor along = y.mul(h.mul(y).mean(true, 1));
            out.add(centred.sub(along).mul(parts.scale()));
        }
        if (ofWeight) {
            out.add(g.mul(y).sum(0));
        }
        if (ofBias) {
            out.add(g.sum(0));
        }
        return out.stream().map(t -> t.to(x.dtype())).toList();
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(RowNormKernels.gradient(of.centred(), ofInput, ofWeight, ofBias));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaNorms.gradient(of.centred(), ofInput, ofWeight, ofBias));
    }
}
