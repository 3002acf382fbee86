package org.gatun.examples.bench;

import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.Tensor;

/**
 * A function of operands.
 *
 * @param inputs the operands, which are freed with the step
 * @param function what is computed from them
 */
record Operation(List<Tensor> inputs, Function<List<Tensor>, Tensor> function) implements Step {
    @Override
    public Tensor run() {
        return function.apply(inputs);
    }

    @Override
    public void close() {
        inputs.forEach(Tensor::close);
    }
}
