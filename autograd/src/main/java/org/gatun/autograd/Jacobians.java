package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Matrices of derivatives: the linear maps of {@link Forward} and {@link Reverse} applied to all unit vectors at once, by {@code vmap}, in
 * parts that bound the memory.
 */
final class Jacobians {
    /** How many unit vectors go through a function together: more gain no speed, and each takes the function's memory once more. */
    private static final long PART = 256;

    private Jacobians() {}

    /** By forward mode: for each tensor of the argument, the derivatives by all its elements. */
    static <P> P forward(String name, Function<P, Tensor> f, P p) {
        return MemoryScope.tidy(() -> {
            List<Tensor> arguments = Structure.tensors(Structure.required(name, p));
            Forward.checkTangents(name, arguments, arguments);
            var number = new int[1];
            return Structure.map(p, x -> {
                int i = number[0]++;
                if (!x.dtype().isFloating()) {
                    return zeros(x.dtype(), x.shape(), x);
                }
                if (x.elements() == 0) {
                    Tensor y = f.apply(Structure.map(p, Grad::plain));
                    Grad.requireFloating(name, y);
                    return zeros(y.dtype(), concat(y.shape(), x.shape()), y);
                }
                Tensor columns = basis(
                        x,
                        e -> Forward.push(name, f, p, only(i, e, arguments.size()))
                                .tangent());
                Tensor last = columns.moveAxis(0, -1);
                return last.reshape(concat(columns.select(0, 0).shape(), x.shape()));
            });
        });
    }

    /** By reverse mode, from a pass that is recorded: for each element of the value, the cotangents of the argument. */
    static <P> P rows(VjpResult<P, Tensor> vjp, P p) {
        Tensor y = vjp.value();
        if (y.elements() == 0) {
            return Structure.map(p, x -> zeros(x.dtype(), concat(y.shape(), x.shape()), x));
        }
        if (y.elements() == 1) {
            return Structure.map(vjp.pullback(y.fullLike(1)), g -> g.reshape(concat(y.shape(), g.shape())));
        }
        var parts = new ArrayList<P>();
        Function<Tensor, P> pullback = Grad.vmap((Tensor e) -> vjp.pullback(e));
        for (long from = 0; from < y.elements(); from += PART) {
            parts.add(pullback.apply(units(y, from, Math.min(y.elements() - from, PART))));
        }
        List<List<Tensor>> tensors = parts.stream().map(Structure::tensors).toList();
        var number = new int[1];
        return Structure.map(p, x -> {
            int i = number[0]++;
            return join(tensors.stream().map(part -> part.get(i)).toList()).reshape(concat(y.shape(), x.shape()));
        });
    }

    static <P> P reverse(String name, Function<P, Tensor> f, P p) {
        return MemoryScope.tidy(() -> {
            try (VjpResult<P, Tensor> vjp = Reverse.vjp(name, f, p)) {
                return rows(vjp, p);
            }
        });
    }

    /** By the mode that needs fewer passes: forward for a tall matrix, reverse for a wide or square one. */
    static <P> P either(String name, Function<P, Tensor> f, P p) {
        long inputs = Structure.tensors(Structure.required(name, p)).stream()
                .filter(x -> x.dtype().isFloating())
                .mapToLong(Tensor::elements)
                .sum();
        if (inputs <= 1) {
            return forward(name, f, p);
        }
        return MemoryScope.tidy(() -> {
            // The pass that the reverse mode needs tells the number of outputs.
            try (VjpResult<P, Tensor> vjp = Reverse.vjp(name, f, p)) {
                if (vjp.value().elements() <= inputs) {
                    return rows(vjp, p);
                }
            }
            return forward(name, f, p);
        });
    }

    /** For each floating tensor of the argument, the derivatives of the gradient by it. */
    static <P> List<P> hessian(Function<P, Tensor> f, P p) {
        return MemoryScope.tidy(() -> {
            List<Tensor> arguments = Structure.tensors(Structure.required("hessian", p));
            Forward.checkTangents("hessian", arguments, arguments);
            Function<P, P> gradient = z -> Reverse.valueAndGrad("hessian", f, z).grad();
            var rows = new ArrayList<P>();
            for (int k = 0; k < arguments.size(); k++) {
                Tensor x = arguments.get(k);
                int i = k;
                if (!x.dtype().isFloating()) {
                    continue;
                }
                if (x.elements() == 0) {
                    rows.add(Structure.map(p, z -> zeros(z.dtype(), concat(x.shape(), z.shape()), z)));
                    continue;
                }
                var parts = new ArrayList<List<Tensor>>();
                Function<Tensor, P> row =
                        Grad.vmap((Tensor e) -> Forward.push("hessian", gradient, p, only(i, e, arguments.size()))
                                .tangent());
                for (long from = 0; from < x.elements(); from += PART) {
                    parts.add(Structure.tensors(row.apply(units(x, from, Math.min(x.elements() - from, PART)))));
                }
                var number = new int[1];
                rows.add(Structure.map(p, z -> {
                    int j = number[0]++;
                    return join(parts.stream().map(part -> part.get(j)).toList())
                            .reshape(concat(x.shape(), z.shape()));
                }));
            }
            return Collections.unmodifiableList(rows);
        });
    }

    // ---- unit vectors ----

    /** A linear map of all unit vectors of x's shape, along a new first axis. */
    private static Tensor basis(Tensor x, UnaryOperator<Tensor> linear) {
        long n = x.elements();
        if (n == 1) {
            return linear.apply(x.detach().fullLike(1)).unsqueeze(0);
        }
        UnaryOperator<Tensor> all = Grad.vmap(linear);
        LongFunction<Tensor> part = from -> all.apply(units(x, from, Math.min(n - from, PART)));
        var parts = new ArrayList<Tensor>();
        for (long from = 0; from < n; from += PART) {
            parts.add(part.apply(from));
        }
        return join(parts);
    }

    /** Unit vectors of x's shape and dtype from number {@code from} on, along a new first axis. */
    private static Tensor units(Tensor x, long from, long count) {
        Tensor rows = Dispatch.source(new Op.Iota(count), x.device()).add(from).unsqueeze(1);
        Tensor columns = Dispatch.source(new Op.Iota(x.elements()), x.device()).unsqueeze(0);
        return rows.eq(columns).to(x.dtype()).reshape(x.shape().inserted(0, count));
    }

    /** A list with one tangent, and none for the others. */
    private static List<@Nullable Tensor> only(int i, Tensor tangent, int count) {
        List<@Nullable Tensor> tangents = new ArrayList<>(Collections.nCopies(count, null));
        tangents.set(i, tangent);
        return tangents;
    }

    private static Tensor join(List<Tensor> parts) {
        return parts.size() == 1 ? parts.get(0) : Dispatch.bind(new Op.Concat(0), parts.toArray(Tensor[]::new));
    }

    private static Tensor zeros(DType dtype, Shape shape, Tensor like) {
        return ConcreteTensor.scalar(dtype, 0.0, like.device()).broadcastTo(shape);
    }

    private static Shape concat(Shape a, Shape b) {
        long[] s = Arrays.copyOf(a.toArray(), a.rank() + b.rank());
        System.arraycopy(b.toArray(), 0, s, a.rank(), b.rank());
        return Shape.of(s);
    }
}
