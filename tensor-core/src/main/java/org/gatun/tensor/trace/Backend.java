package org.gatun.tensor.trace;

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
}
