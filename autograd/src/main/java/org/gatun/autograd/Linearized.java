package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;

/**
 * A value and the pushforward at its point: what {@link Grad#linearize} gives. It holds what the pushforward needs until it is closed or
 * unreachable.
 *
 * @param <P> the form of the argument: a tensor, or a record, list, map, optional or array of tensors
 * @param <R> the form of the result, likewise
 */
public final class Linearized<P, R> implements AutoCloseable {
    private final R value;
    private final LinearTrace trace;
    private final P argument;
    private final int[] slots;
    private boolean closed;

    private Linearized(R value, LinearTrace trace, P argument, int[] slots) {
        this.value = value;
        this.trace = trace;
        this.argument = argument;
        this.slots = slots;
    }

    static <P, R> Linearized<P, R> of(Function<P, R> f, P x) {
        List<Tensor> arguments = Structure.tensors(Structure.required("linearize", x));
        Forward.checkTangents("linearize", arguments, arguments);
        try (MemoryScope scope = MemoryScope.open("linearize")) {
            var trace = new LinearTrace();
            boolean done = false;
            try {
                P leaves = Structure.map(x, t -> t.dtype().isFloating() ? trace.leaf(Grad.plain(t)) : t);
                R y = f.apply(leaves);
                Grad.requireFloating("linearize", y);
                trace.close();
                R value = Structure.map(y, t -> below(trace, Grad.plain(t)).view());
                int[] slots = Structure.tensors(y).stream()
                        .map(Grad::plain)
                        .mapToInt(t -> trace.own(t) ? ((LinearTrace.Value) t).slot() : -1)
                        .toArray();
                // The pushforward outlives every scope: its values are left to the collector, and close() frees them
                // at once.
                trace.unscope();
                scope.keep(value);
                done = true;
                return new Linearized<>(value, trace, x, slots);
            } finally {
                trace.close();
                if (!done) {
                    trace.free();
                }
            }
        }
    }

    private static Tensor below(LinearTrace trace, Tensor t) {
        return trace.own(t) ? ((LinearTrace.Value) t).value() : t;
    }

    /** f(x). */
    public R value() {
        return value;
    }

    /**
     * The Jacobian at x times a direction, without running f again; may be called any number of times, inside other transforms too.
     *
     * @param tangent of x's form, shapes and dtypes; in the place of integers, anything
     * @return a structure of the value's form, shapes and dtypes, 0 where the value does not depend on x
     * @throws IllegalStateException after {@link #close}
     */
    public R pushforward(P tangent) {
        if (closed) {
            throw new IllegalStateException(
                    "pushforward: closed: what it needs is freed: call it before close(), or call linearize again");
        }
        List<Tensor> arguments = Structure.tensors(argument);
        List<Tensor> tangents = Structure.tensors("pushforward: the tangent", tangent, argument);
        Forward.checkTangents("pushforward", arguments, tangents);
        var leaves = new ArrayList<Tensor>();
        for (int i = 0; i < tangents.size(); i++) {
            if (arguments.get(i).dtype().isFloating()) {
                leaves.add(Grad.plain(tangents.get(i)));
            }
        }
        return MemoryScope.tidy(() -> {
            @Nullable Tensor[] out = trace.push(leaves, slots);
            var number = new int[1];
            return Structure.map(value, y -> {
                Tensor t = out[number[0]++];
                return t != null ? t : y.detach().fullLike(0);
            });
        });
    }

    /** Frees what the pushforward needs. The value stays. */
    @Override
    public void close() {
        closed = true;
        trace.free();
    }
}
