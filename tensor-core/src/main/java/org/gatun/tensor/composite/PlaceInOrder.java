package org.gatun.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.CudaSorting;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;

/**
 * The index (I64) of the element that a stable sort along an axis puts at a place; the axis stays with size 1. NaN is the largest.
 *
 * @param place the place in ascending order, from 0
 * @param axis the axis, not negative
 */
public record PlaceInOrder(long place, int axis) implements Composite {
    @Override
    public String name() {
        return "kthvalue";
    }

    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(inputs.get(0).argsort(axis).narrow(axis, place, 1));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return Optional.of(CudaSorting.placeInOrder(place, axis));
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new PlaceInOrder(place, axis + 1));
    }
}
