package org.gatun.tensor.composite;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * A composite that takes any number of leading axes, on operands of which some have one axis more than the others: these are repeated
 * along it, which copies nothing.
 *
 * @param of the composite
 * @param batched for each operand, whether it has the axis; at least one does
 */
record Spread(Composite of, List<Boolean> batched) implements Composite {
    Spread {
        batched = List.copyOf(batched);
    }

    @Override
    public String name() {
        return of.name();
    }

    @Override
    public int arity() {
        return of.arity();
    }

    @Override
    public int results() {
        return of.results();
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        long size = inputs.get(batched.indexOf(true)).size(0);
        Tensor[] operands = new Tensor[inputs.size()];
        for (int i = 0; i < operands.length; i++) {
            Tensor x = inputs.get(i);
            Shape all = batched.get(i) ? x.shape() : x.shape().inserted(0, size);
            operands[i] = x.broadcastTo(all);
        }
        return List.of(Dispatch.bindAll(new Op.Call(of), operands));
    }
}
