package org.gatun.tensor.conformance;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;

/**
 * A composite without kernels or a derivative of its own, {@code (a * b + factor, a - factor * b)}.
 *
 * @param factor a parameter
 */
record SampleComposite(double factor) implements Composite {
    @Override
    public String name() {
        return "sample";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public int results() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor a = inputs.get(0);
        Tensor b = inputs.get(1);
        return List.of(a.mul(b).add(factor), a.sub(b.mul(factor)));
    }
}
