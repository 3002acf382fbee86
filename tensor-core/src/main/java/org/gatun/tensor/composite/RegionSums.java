package org.gatun.tensor.composite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.CudaForEach;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * The sums of a region's one result over all elements, for each of several lists of operands. The operands are those of the lists, one list
 * after the other, and then those that all lists share.
 *
 * @param region the region
 * @param own how many operands each list has of its own
 * @param lists how many lists there are, at least one
 */
public record RegionSums(Op.Fused region, int own, int lists) implements Composite {
    @Override
    public String name() {
        return "sumEach";
    }

    @Override
    public int arity() {
        return lists * own + shared();
    }

    private int shared() {
        return region.expr().inputs().size() - own;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        List<Tensor> shared = inputs.subList(lists * own, inputs.size());
        var sums = new ArrayList<Tensor>();
        for (int i = 0; i < lists; i++) {
            var operands = new ArrayList<>(inputs.subList(i * own, (i + 1) * own));
            operands.addAll(shared);
            Shape shape = operands.get(0).shape();
            for (Tensor x : operands) {
                shape = Broadcasting.common(name(), shape, x.shape());
            }
            Tensor[] expanded = new Tensor[operands.size()];
            for (int k = 0; k < expanded.length; k++) {
                Tensor x = operands.get(k);
                expanded[k] = x.shape().equals(shape) ? x : x.broadcastTo(shape);
            }
            sums.add(Dispatch.bind(region, expanded).sum());
        }
        return List.of(Tensors.stack(0, sums.toArray(Tensor[]::new)));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        DType result = region.expr().dtype(region.expr().outputs().get(0));
        return result == DType.F32 || result == DType.F64
                ? Optional.of(CudaForEach.sums(region.expr(), own, lists))
                : Optional.empty();
    }
}
