package org.gatun.tensor.composite;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;

/**
 * {@code x w' + b}: operands x (rows, in), weight (out, in) and, if there is one, bias (out).
 *
 * @param bias whether there is a bias
 */
public record Linear(boolean bias) implements Composite {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public int arity() {
        return bias ? 3 : 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor product = inputs.get(0).matmul(inputs.get(1).t());
        return List.of(bias ? product.add(inputs.get(2)) : product);
    }
}
