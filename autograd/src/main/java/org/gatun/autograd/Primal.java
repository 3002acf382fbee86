package org.gatun.autograd;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * What a derivative rule may look at: the types of the operands and results, and those values that were saved.
 *
 * @param inputTypes the operands' types
 * @param inputs the operands, null where not saved
 * @param results the results, null where not saved
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Primal(
        List<TensorType> inputTypes,
        @Nullable Tensor[] inputs,
        @Nullable Tensor[] results) {
    Tensor input(int i) {
        Tensor t = inputs[i];
        if (t == null) {
            throw new IllegalStateException("the rule reads operand " + i + ", which it does not name as saved");
        }
        return t;
    }

    Tensor result(int i) {
        Tensor t = results[i];
        if (t == null) {
            throw new IllegalStateException("the rule reads result " + i + ", which it does not name as saved");
        }
        return t;
    }

    TensorType type(int i) {
        return inputTypes.get(i);
    }
}
