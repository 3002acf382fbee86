package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.jspecify.annotations.Nullable;

/**
 * A composite over a batch: its function and its derivative are those of one element, batched. Operands have the batch as first axis where
 * {@code batched} says so, results always.
 */
record BatchedComposite(Composite element, List<Boolean> batched, long size) implements Composite {
    @Override
    public String name() {
        return element.name();
    }

    @Override
    public int arity() {
        return element.arity();
    }

    @Override
    public int results() {
        return element.results();
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return run(trace -> whole(trace, element.fallback(operands(trace, inputs))));
    }

    @Override
    public Optional<Derivative> derivative() {
        return element.derivative().map(own -> new Rule(this, own));
    }

    private <T> T run(Function<BatchTrace, T> body) {
        var trace = new BatchTrace(size);
        try {
            return body.apply(trace);
        } finally {
            trace.close();
        }
    }

    /** The operands, or what has their shapes, as the function of one element sees them. */
    private <T extends @Nullable Tensor> List<T> operands(BatchTrace trace, List<T> values) {
        return batch(trace, values, batched::get);
    }

    @SuppressWarnings("unchecked") // a Batched in the place of a tensor
    private static <T extends @Nullable Tensor> List<T> batch(BatchTrace trace, List<T> values, IntBoolean batched) {
        var out = new ArrayList<T>();
        for (int i = 0; i < values.size(); i++) {
            T value = values.get(i);
            out.add(value != null && batched.test(i) ? (T) new Batched(trace, value) : value);
        }
        return out;
    }

    private static <T extends @Nullable Tensor> List<T> results(BatchTrace trace, List<T> values) {
        return batch(trace, values, i -> true);
    }

    private static List<Tensor> whole(BatchTrace trace, List<Tensor> results) {
        return results.stream().map(trace::whole).toList();
    }

    private interface IntBoolean {
        boolean test(int i);
    }

    private record Rule(BatchedComposite composite, Derivative own) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return composite.run(trace -> {
                List<@Nullable Tensor> out = CompositeRules.returned(
                        composite,
                        "vjp",
                        own.vjp(
                                composite.operands(trace, inputs),
                                results(trace, results),
                                results(trace, cotangents),
                                wanted));
                var whole = new ArrayList<@Nullable Tensor>();
                for (int i = 0; i < out.size(); i++) {
                    Tensor g = out.get(i);
                    if (g == null || (i < composite.arity() && composite.batched.get(i))) {
                        whole.add(g == null ? null : trace.whole(g));
                    } else {
                        // The operand serves every element: its cotangents are added up.
                        whole.add(trace.whole(g).sum(0));
                    }
                }
                return whole;
            });
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            return composite.run(trace -> CompositeRules.returned(
                            composite,
                            "jvp",
                            own.jvp(
                                    composite.operands(trace, inputs),
                                    results(trace, results),
                                    composite.operands(trace, tangents),
                                    present))
                    .stream()
                    .map(t -> trace.whole(CompositeRules.returned(composite, "jvp", t)))
                    .toList());
        }

        @Override
        public boolean definesVjp() {
            return own.definesVjp();
        }

        @Override
        public boolean definesJvp() {
            return own.definesJvp();
        }

        @Override
        public boolean usesInput(int i) {
            return own.usesInput(i);
        }

        @Override
        public boolean usesResult(int i) {
            return own.usesResult(i);
        }

        @Override
        public boolean usesCotangent(int i) {
            return own.usesCotangent(i);
        }
    }
}
