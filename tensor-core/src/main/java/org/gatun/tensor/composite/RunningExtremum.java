package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cpu.ScanKernels;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.TensorType;

/**
 * The index (I64) of the largest or smallest element so far along an axis, of equal ones the last; NaN is larger and smaller than
 * all numbers.
 *
 * @param fn the largest or the smallest
 * @param axis the axis, not negative
 */
public record RunningExtremum(ExtremumFn fn, int axis) implements Composite {
    @Override
    public String name() {
        return switch (fn) {
            case MAX -> "cummax";
            case MIN -> "cummin";
        };
    }

    @Override
    public int arity() {
        return 1;
    }

    /** The best of windows of 1, 2, 4, ... elements. */
    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        long n = x.size(axis);
        long[] along = new long[x.rank()];
        Arrays.fill(along, 1);
        along[axis] = n;
        Tensor place = Tensors.arange(n)
                .to(x.device())
                .reshape(along)
                .broadcastTo(x.shape())
                .copy();
        for (long step = 1; step < n; step *= 2) {
            Tensor before = x.narrow(axis, 0, n - step);
            Tensor after = x.narrow(axis, step, n - step);
            Tensor later = isAsGood(after, before);
            Tensor best = later.where(place.narrow(axis, step, n - step), place.narrow(axis, 0, n - step));
            place = Tensors.cat(axis, place.narrow(axis, 0, step), best);
            x = Tensors.cat(axis, x.narrow(axis, 0, step), later.where(after, before));
        }
        return List.of(place);
    }

    private Tensor isAsGood(Tensor x, Tensor other) {
        Tensor better = switch (fn) {
            case MAX -> x.ge(other);
            case MIN -> x.le(other);
        };
        return x.dtype().isFloating() ? better.or(x.isNan()) : better;
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(x -> new ConcreteTensor[] {ScanKernels.runningExtremum(fn, axis, x[0])});
    }

    @Override
    public Optional<Composite> batched(List<Boolean> operands) {
        return Optional.of(new RunningExtremum(fn, axis + 1));
    }
}
