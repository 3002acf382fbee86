package org.gatun.tensor.trace;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;

/**
 * An interpreter of operations above the devices: a tape, dual numbers, a region under construction. Interpreters nest; each
 * has a level, and an operation goes to the one of the highest level among its operands. The interpreter unwraps its own
 * operands and calls {@link Dispatch#bind} again, so the next level below handles what remains.
 */
public interface Trace {
    /** The depth of nesting, from 1; the innermost interpreter of a thread has the highest. */
    int level();

    /**
     * Interprets one operation.
     *
     * @param op the operation
     * @param inputs its operands; at least one is a {@link Traced} of this interpreter, the others are of lower levels
     * @return its results
     */
    Tensor[] process(Op op, Tensor[] inputs);
}
