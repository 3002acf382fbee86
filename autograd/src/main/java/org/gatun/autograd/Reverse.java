package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;

/** Reverse accumulation over structures: see {@link Grad#vjp} and {@link Grad#valueAndGrad}. */
final class Reverse {
    private Reverse() {}

    static <P> ValueAndGrad<P> valueAndGrad(String name, Function<P, Tensor> f, P p) {
        return MemoryScope.tidy(() -> {
            Recording recording = Recording.open();
            try {
                P arguments = leaves(name, recording, p);
                Tensor result = f.apply(arguments);
                Grad.requireFloating(name, result);
                Tensor y = Grad.plain(result);
                if (y.elements() != 1) {
                    throw new ShapeException(
                            name + ": the function returns shape " + y.shape() + " with " + y.elements()
                                    + " elements and must return one: reduce it with sum() or mean(), or use jacobian or vjp");
                }
                recording.close();
                Tensor value = lower(recording, y).view();
                P grad = pull(recording, List.of(y), arguments, List.of(value.fullLike(1)), false);
                return new ValueAndGrad<>(value, grad);
            } finally {
                recording.close();
                recording.free();
            }
        });
    }

    static <P, R> VjpResult<P, R> vjp(String name, Function<P, R> f, P p) {
        return vjp(name, Recording::open, f, p);
    }

    /** As {@link #vjp(String, Function, Object)}; the function is refused unless it is linear, up to what it adds. */
    static <P, R> VjpResult<P, R> vjp(String name, Linearity claim, Function<P, R> f, P p) {
        return vjp(name, () -> Recording.openOnlyLinear(claim), f, p);
    }

    private static <P, R> VjpResult<P, R> vjp(String name, Supplier<Recording> open, Function<P, R> f, P p) {
        try (MemoryScope scope = MemoryScope.open("vjp")) {
            Recording recording = open.get();
            boolean done = false;
            try {
                P arguments = leaves(name, recording, p);
                R y = f.apply(arguments);
                Grad.requireFloating(name, y);
                recording.close();
                R value = Structure.map(y, t -> lower(recording, Grad.plain(t)).view());
                // The pullback outlives every scope: its values are left to the collector, and close() frees them at
                // once.
                recording.unscope();
                scope.keep(value);
                done = true;
                List<Tensor> roots =
                        Structure.tensors(y).stream().map(Grad::plain).toList();
                return new VjpResult<>(value, recording, roots, arguments);
            } finally {
                recording.close();
                if (!done) {
                    recording.free();
                }
            }
        }
    }

    /** The argument with variables in the place of its floating tensors. */
    private static <P> P leaves(String name, Recording recording, P p) {
        requireFloatingArgument(name, p);
        return Structure.map(p, x -> x.dtype().isFloating() ? recording.leaf(Grad.plain(x)) : x);
    }

    /** Refuses an argument without anything to differentiate by. */
    static void requireFloatingArgument(String name, @Nullable Object p) {
        Structure.required(name, p);
        if (Structure.tensors(p).stream().noneMatch(x -> x.dtype().isFloating())) {
            throw new DTypeException(name + ": the argument holds no tensor of a floating dtype: there is nothing to"
                    + " differentiate by; convert it, for instance with to(DType.F32)");
        }
    }

    /**
     * The cotangents of the arguments from those of the results.
     *
     * @param arguments the argument with its variables
     * @param cotangents one for each result; those of integers are not looked at
     */
    static <P> P pull(Recording recording, List<Tensor> results, P arguments, List<Tensor> cotangents, boolean retain) {
        var roots = new ArrayList<Variable>();
        var seeds = new ArrayList<Tensor>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof Variable v && v.recording() == recording) {
                roots.add(v);
                seeds.add(cotangents.get(i));
            }
        }
        @Nullable Tensor[] gradients = recording.pullback(roots, seeds, retain);
        return Structure.map(arguments, x -> {
            Tensor g = x instanceof Variable leaf && leaf.recording() == recording ? gradients[leaf.slot()] : null;
            return g != null ? g : zeros(x);
        });
    }

    private static Tensor zeros(Tensor x) {
        return ConcreteTensor.scalar(x.dtype(), 0.0, x.device()).broadcastTo(x.shape());
    }

    private static Tensor lower(Recording recording, Tensor y) {
        return y instanceof Variable v && v.recording() == recording ? v.value() : y;
    }

    /** Refuses cotangents that do not belong to the results; those of integers are not looked at. */
    static void checkCotangents(String name, List<Tensor> results, List<Tensor> cotangents) {
        Iterator<Tensor> next = cotangents.iterator();
        for (Tensor y : results) {
            Tensor cotangent = next.next();
            if (y.dtype().isFloating()) {
                Tape.checkCotangent(name, y, cotangent);
            }
        }
    }
}
