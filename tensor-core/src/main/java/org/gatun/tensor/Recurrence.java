package org.gatun.tensor;

import org.gatun.tensor.composite.Lstm;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.gatun.tensor.trace.Dispatch;

/** The arguments of recurrent layers, checked and turned into calls of their composites. */
final class Recurrence {
    private static final String NAME = "lstm";

    private Recurrence() {}

    static LstmStates lstm(Tensor inputs, Tensor weight, Tensor hidden, Tensor cell) {
        return CastPolicy.LOWER.apply(in -> steps(in[0], in[1], in[2], in[3]), inputs, weight, hidden, cell);
    }

    private static LstmStates steps(Tensor inputs, Tensor weight, Tensor hidden, Tensor cell) {
        Reductions.requireFloating(NAME, inputs);
        Windows.requireType(NAME, "weight", weight, inputs);
        Windows.requireType(NAME, "first hidden state", hidden, inputs);
        Windows.requireType(NAME, "first cell state", cell, inputs);
        if (inputs.rank() != 3 || weight.rank() != 2) {
            throw new ShapeException(NAME + ": inputs of shape " + inputs.shape() + " and a weight of shape "
                    + weight.shape() + ": they must be (steps, batch, 4 width) and (4 width, width)");
        }
        long width = weight.size(1);
        if (weight.size(0) != 4 * width || inputs.size(2) != 4 * width) {
            throw new ShapeException(NAME + ": inputs of shape " + inputs.shape() + " and a weight of shape "
                    + weight.shape()
                    + " do not fit: the last size of the inputs and the first of the weight must be 4 times"
                    + " the weight's last, one part for each gate");
        }
        if (inputs.size(0) == 0) {
            throw new ShapeException(NAME + ": inputs of shape " + inputs.shape() + " have no step: give one or more");
        }
        Shape state = Shape.of(inputs.size(1), width);
        if (!hidden.shape().equals(state) || !cell.shape().equals(state)) {
            throw new ShapeException(NAME + ": first states of shapes " + hidden.shape() + " and " + cell.shape()
                    + ": both must be (batch, width), here " + state);
        }
        Tensor[] results = Dispatch.bindAll(new Op.Call(new Lstm()), inputs, weight, hidden, cell);
        for (int i = 2; i < results.length; i++) {
            // What only a derivative would need, where no interpreter keeps it.
            if (results[i] instanceof ConcreteTensor unused) {
                unused.close();
            }
        }
        return new LstmStates(results[0], results[1]);
    }
}
