package org.gatun.autograd;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;

/** Forward accumulation over structures: see {@link Grad#jvp}. */
final class Forward {
    private Forward() {}

    static <P, R> JvpResult<R> jvp(String name, Function<P, R> f, P x, P v) {
        List<Tensor> tangents = Structure.tensors(name + ": the tangent", v, Structure.required(name, x));
        checkTangents(name, Structure.tensors(x), tangents);
        return push(name, f, x, tangents);
    }

    /** Refuses tangents that do not belong to the arguments; those of integers are not looked at. */
    static void checkTangents(String name, List<Tensor> arguments, List<Tensor> tangents) {
        if (arguments.stream().noneMatch(x -> x.dtype().isFloating())) {
            throw new DTypeException(name + ": derivatives exist for floating dtypes only, not for "
                    + (arguments.isEmpty()
                            ? "an argument without tensors"
                            : arguments.get(0).dtype())
                    + ": convert first, for instance to(DType.F32)");
        }
        for (int i = 0; i < tangents.size(); i++) {
            Tensor x = arguments.get(i);
            Tensor v = tangents.get(i);
            if (x.dtype().isFloating() && (!v.shape().equals(x.shape()) || v.dtype() != x.dtype())) {
                String which = tangents.size() == 1 ? "" : " (tensor " + i + " of its structure)";
                throw new ShapeException(name + ": a tangent of " + v.dtype() + v.shape() + " for an argument of "
                        + x.dtype() + x.shape() + which + ": the two must agree");
            }
            if (x.dtype().isFloating()) {
                Tape.checkDevice(name, "tangent", v, "an argument", x);
            }
        }
    }

    /** The value and the tangent, from a tangent for each tensor of the argument; null for one that does not move. */
    static <P, R> JvpResult<R> push(String name, Function<P, R> f, P x, List<? extends @Nullable Tensor> tangents) {
        return MemoryScope.tidy(() -> {
            var trace = new DualTrace();
            R y;
            try {
                Iterator<? extends @Nullable Tensor> next = tangents.iterator();
                P arguments = Structure.map(x, t -> {
                    Tensor v = next.next();
                    Tensor value = Grad.plain(t);
                    return v != null && t.dtype().isFloating() ? new Dual(trace, value, Grad.plain(v)) : value;
                });
                y = f.apply(arguments);
            } finally {
                trace.close();
            }
            Grad.requireFloating(name, y);
            R value = Structure.map(y, t -> {
                Tensor now = Grad.plain(t);
                return (trace.own(now) ? ((Dual) now).value() : now).view();
            });
            R tangent = Structure.map(y, t -> {
                Tensor now = Grad.plain(t);
                return trace.own(now)
                        ? ((Dual) now).tangent().view()
                        : now.detach().fullLike(0);
            });
            return new JvpResult<>(value, tangent);
        });
    }
}
