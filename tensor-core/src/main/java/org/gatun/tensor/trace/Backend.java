package org.gatun.tensor.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;

/**
 * A device's implementation of the primitive operations. The caller keeps the operands' memory alive and has dealt with views
 * ({@link org.gatun.tensor.ir.Op.Reshape} where possible, permute, broadcast, slice, flip) and calls of composites.
 */
public interface Backend {
    /** Runs an operation on operands of any layout and returns fresh results. */
    ConcreteTensor[] execute(Op op, ConcreteTensor[] inputs);

    /**
     * Runs an elementwise operation into existing memory. All operands and results have
     * one shape; a result may be the very memory of an operand with the same layout, and overlaps none otherwise.
     */
    void executeInto(Op.Elementwise op, ConcreteTensor[] inputs, ConcreteTensor[] results);

    /**
     * Runs a region into existing memory for several lists of operands of the same dtypes: for each as {@link #executeInto}, in any order. What
     * one list writes, no other reads or writes.
     *
     * @param inputs for each list the operands that are its own, the region's first arguments
     * @param shared the region's further arguments, the same for all lists, which broadcast to the shape of each
     * @param results for each list its results
     */
    default void executeEachInto(
            Op.Fused op, List<ConcreteTensor[]> inputs, ConcreteTensor[] shared, List<ConcreteTensor[]> results) {
        for (int i = 0; i < inputs.size(); i++) {
            ConcreteTensor[] own = inputs.get(i);
            ConcreteTensor[] out = results.get(i);
            ConcreteTensor[] in = Arrays.copyOf(own, own.length + shared.length);
            var views = new ArrayList<ConcreteTensor>();
            try {
                for (int k = 0; k < shared.length; k++) {
                    ConcreteTensor x = shared[k].view(shared[k].layout().broadcast(out[0].shape()));
                    views.add(x);
                    in[own.length + k] = x;
                }
                executeInto(op, in, out);
            } finally {
                views.forEach(ConcreteTensor::close);
            }
        }
    }
}
