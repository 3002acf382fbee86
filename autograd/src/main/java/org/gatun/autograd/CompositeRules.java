package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/** Calls the derivative that a composite brings, and checks what it returns. */
final class CompositeRules {
    private CompositeRules() {}

    static @Nullable Tensor[] vjp(
            Composite composite, Composite.Derivative derivative, Primal p, Tensor[] cotangents, IntPredicate wanted) {
        List<@Nullable Tensor> out =
                derivative.vjp(Arrays.asList(p.inputs()), Arrays.asList(p.results()), List.of(cotangents), wanted);
        if (out.size() != p.inputs().length) {
            throw new IllegalStateException(composite.name() + ": its vjp returns " + out.size() + " cotangents for "
                    + p.inputs().length + " operands: return one for each, null for none");
        }
        @Nullable Tensor[] gradients = new Tensor[out.size()];
        for (int i = 0; i < gradients.length; i++) {
            Tensor g = out.get(i);
            if (g != null && wanted.test(i)) {
                check(composite, "vjp", "cotangent of operand " + i, g, p.type(i));
                // A rule from outside may return any tensor, also one that is not its own: take a view of it.
                gradients[i] = g.view();
            }
        }
        return gradients;
    }

    static void check(Composite composite, String rule, String what, Tensor t, TensorType type) {
        if (!t.shape().equals(type.shape()) || t.dtype() != type.dtype()) {
            throw new ShapeException(composite.name() + ": its " + rule + " returns " + t.dtype() + t.shape()
                    + " as the " + what + ", which is " + type + ": the two must agree");
        }
    }
}
