package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;

/**
 * A function of tensors, and a batch of operands for it, for checks of {@code vmap} against a loop.
 *
 * @param name what it shows
 * @param body the function
 * @param batch for each element of the batch, the operands
 * @param differentiable whether the floating results carry derivatives
 */
public record BatchSample(
        String name, Function<List<Tensor>, List<Tensor>> body, List<List<HostArray>> batch, boolean differentiable) {
    /** How many elements a batch has: a number that is no size of the operands' axes. */
    public static final int SIZE = 4;

    private static final int LARGEST = 200;

    /** The batch of a use of a public method; none where it can't be batched. */
    public static List<BatchSample> of(CompositeSample sample) {
        return sample.unbatched().isEmpty() ? List.of(filled(sample)) : List.of();
    }

    /** The batch of a use of a public method that can't be batched. */
    public static BatchSample refused(CompositeSample sample) {
        return filled(sample);
    }

    private static BatchSample filled(CompositeSample sample) {
        var batch = new ArrayList<List<HostArray>>();
        for (int b = 0; b < SIZE; b++) {
            batch.add(sample.fill(DType.F64, b));
        }
        return new BatchSample(sample.toString(), sample.body(), batch, sample.differentiable());
    }

    /** Batches of the cases of a kind of operation that has operands. */
    public static List<BatchSample> of(Op kind) {
        List<DType> dtypes = OpCases.dtypes(kind);
        DType dtype = dtypes.contains(DType.F64) ? DType.F64 : dtypes.get(0);
        var samples = new ArrayList<BatchSample>();
        for (OpCase c : OpCases.cases(kind, dtype)) {
            if (c.operands().isEmpty() || c.size() > LARGEST) {
                continue;
            }
            var batch = new ArrayList<List<HostArray>>();
            for (int b = 0; b < SIZE; b++) {
                batch.add(OperandValues.fill(c, dtype, OperandValues.Flavour.ORDINARY, samples.size() * SIZE + b));
            }
            samples.add(new BatchSample(
                    c.toString(), in -> List.of(Dispatch.bindAll(c.op(), in.toArray(Tensor[]::new))), batch, false));
        }
        return samples;
    }

    /** The operands of one element. */
    public List<Tensor> place(int element) {
        return batch.get(element).stream()
                .map(a -> (Tensor) LayoutVariant.CONTIGUOUS.place(a, Device.CPU))
                .toList();
    }

    /** An operand of all elements, along a new first axis. */
    public Tensor stacked(int operand) {
        var all = new ArrayList<Tensor>();
        for (int b = 0; b < SIZE; b++) {
            all.add(place(b).get(operand).unsqueeze(0));
        }
        return Tensors.cat(0, all);
    }

    /** The number of operands. */
    public int operands() {
        return batch.get(0).size();
    }

    @Override
    public String toString() {
        return name;
    }
}
