package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/** Calls the derivative that a composite brings, and checks what it returns. */
final class CompositeRules {
    private CompositeRules() {}

    /** The cotangents of the operands, null where none flows or is wanted. */
    static @Nullable Tensor[] vjp(
            Composite composite, Composite.Derivative derivative, Primal p, Tensor[] cotangents, IntPredicate wanted) {
        List<@Nullable Tensor> out = returned(
                composite,
                "vjp",
                derivative.vjp(Arrays.asList(p.inputs()), Arrays.asList(p.results()), List.of(cotangents), wanted));
        checkCount(composite.name(), out.size(), p.inputs().length);
        @Nullable Tensor[] gradients = new Tensor[out.size()];
        for (int i = 0; i < gradients.length; i++) {
            Tensor g = out.get(i);
            if (g != null && wanted.test(i)) {
                check(composite.name(), "vjp", "cotangent of operand " + i, g, p.type(i));
                // A rule from outside may return any tensor, also one that is not its own: take a view of it.
                gradients[i] = g.view();
            }
        }
        return gradients;
    }

    /** The tangents of the results, null for results that have none. */
    static @Nullable Tensor[] jvp(
            Composite composite,
            Composite.Derivative derivative,
            Tensor[] inputs,
            Tensor[] results,
            Tensor[] tangents,
            IntPredicate present) {
        List<Tensor> out = returned(
                composite, "jvp", derivative.jvp(List.of(inputs), List.of(results), Arrays.asList(tangents), present));
        if (out.size() != results.length) {
            throw new IllegalStateException(composite.name() + ": its jvp returns " + out.size() + " tangents for "
                    + results.length + " results: return one for each");
        }
        @Nullable Tensor[] own = new Tensor[results.length];
        for (int i = 0; i < own.length; i++) {
            if (results[i].dtype().isFloating()) {
                Tensor t = returned(composite, "jvp", out.get(i));
                check(
                        composite.name(),
                        "jvp",
                        "tangent of result " + i,
                        t,
                        new TensorType(results[i].dtype(), results[i].shape()));
                own[i] = t.view();
            }
        }
        return own;
    }

    /**
     * Refuses results that depend on a followed tensor in another way than by the operands: the composite's derivative knows nothing
     * of it.
     */
    static void checkCaptures(Composite composite, Tensor[] results, Predicate<Tensor> followed) {
        if (Arrays.stream(results).anyMatch(followed)) {
            throw new IllegalStateException(
                    composite.name() + ": its body uses a followed tensor that is not an argument,"
                            + " for which its derivative has no gradient: pass it as one, or use its detach()");
        }
    }

    static void checkCount(String name, int cotangents, int operands) {
        if (cotangents != operands) {
            throw new IllegalStateException(name + ": its vjp returns " + cotangents + " cotangents for " + operands
                    + " operands: return one for each, null for none");
        }
    }

    /** What a rule gave, which must not be null. */
    static <T> T returned(Composite composite, String rule, @Nullable T result) {
        return returned(composite.name(), rule, result);
    }

    /** As {@link #returned(Composite, String, Object)}, by the function's name. */
    static <T> T returned(String name, String rule, @Nullable T result) {
        if (result == null) {
            throw new IllegalStateException(
                    name + ": its " + rule + " returns null: return zeros where a derivative is 0");
        }
        return result;
    }

    /** Refuses what a rule gave for a tensor of another type. */
    static void check(String name, String rule, String what, Tensor t, TensorType type) {
        if (!t.shape().equals(type.shape()) || t.dtype() != type.dtype()) {
            throw new ShapeException(name + ": its " + rule + " returns " + t.dtype() + t.shape() + " as the " + what
                    + ", which is " + type + ": the two must agree");
        }
    }
}
