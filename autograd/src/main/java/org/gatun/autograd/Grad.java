package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Differentiation in the functional style, as {@code jax.grad} and its relatives: transformations from functions to functions,
 * which compose to any depth and order. Functions take a tensor, or a record, list, map, optional or array of tensors; several arguments are
 * components of a structure.
 *
 * <pre>{@code
 * Tensor g = Grad.grad(x -> x.sin().sum()).apply(x);      // cos x
 * Tensor h = Grad.grad(Grad.grad(x -> x.pow(3).sum()).andThen(Tensor::sum)::apply).apply(x);
 *
 * record Params(Tensor w, Tensor b) {}
 * Params d = Grad.grad((Params p) -> x.matmul(p.w()).add(p.b()).square().mean()).apply(params);
 * }</pre>
 *
 * <p>Results belong to the caller's memory scope; everything in between is freed. Parameters inside a function count as constants,
 * unless a {@link Tape} outside follows them.
 */
@SuppressWarnings("overloads") // a lambda that fits both is taken for a function of one tensor, the more specific type
public final class Grad {
    private Grad() {}

    // ---- reverse mode ----

    /**
     * The gradient of a scalar function of one tensor.
     *
     * @param f a function whose result has one element
     * @return the function from x to the gradient at x, of x's shape and dtype; 0 where f does not depend on x
     */
    public static UnaryOperator<Tensor> grad(UnaryOperator<Tensor> f) {
        return x -> valueAndGrad(f).apply(x).grad();
    }

    /**
     * The gradient of a scalar function of a structure of tensors (a record, list, map, optional or array).
     *
     * @return the function from p to the gradient at p, a structure of the same form: in the place of a tensor of an integer dtype or
     *     BOOL, which nothing is differentiated by, are zeros of its shape and dtype; what is no tensor stays as it is
     */
    public static <P> Function<P, P> grad(Function<P, Tensor> f) {
        return p -> valueAndGrad(f).apply(p).grad();
    }

    /** A scalar function of one tensor together with its gradient, in one pass. */
    public static Function<Tensor, ValueAndGrad<Tensor>> valueAndGrad(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = f;
        return valueAndGrad(g);
    }

    /**
     * A scalar function of a structure of tensors together with its gradient, in one pass. In the gradient, tensors of an integer dtype
     * or BOOL are zeros, as in {@link #grad(Function)}.
     */
    public static <P> Function<P, ValueAndGrad<P>> valueAndGrad(Function<P, Tensor> f) {
        return p -> MemoryScope.tidy(() -> {
            Recording recording = Recording.open();
            try {
                var leaves = new ArrayList<Variable>();
                P arguments = Structure.map(p, x -> {
                    if (!x.dtype().isFloating()) {
                        return x;
                    }
                    Variable leaf = recording.leaf(plain(x));
                    leaves.add(leaf);
                    return leaf;
                });
                if (leaves.isEmpty()) {
                    throw new DTypeException(
                            "grad: the argument holds no tensor of a floating dtype: there is nothing to"
                                    + " differentiate by; convert it, for instance with to(DType.F32)");
                }
                Tensor y = plain(f.apply(arguments));
                if (y.elements() != 1) {
                    throw new ShapeException("grad: the function returns shape " + y.shape() + " with " + y.elements()
                            + " elements and must return one: reduce it with sum() or mean(), or use jacobian or vjp");
                }
                requireFloating("grad", y);
                recording.close();
                @Nullable
                Tensor[] gradients = own(recording, y) instanceof Variable root
                        ? recording.pullback(root, root.value().fullLike(1), false)
                        : new Tensor[0];
                Tensor value = lower(recording, y).view();
                var next = leaves.iterator();
                P grad = Structure.map(p, x -> {
                    if (!x.dtype().isFloating()) {
                        return ConcreteTensor.scalar(x.dtype(), 0.0, x.device()).broadcastTo(x.shape());
                    }
                    Variable leaf = next.next();
                    Tensor g = gradients.length == 0 ? null : gradients[leaf.slot()];
                    return g == null ? leaf.value().fullLike(0) : g;
                });
                return new ValueAndGrad<>(value, grad);
            } finally {
                recording.close();
                recording.free();
            }
        });
    }

    /** The value of f at x and the pullback there: {@code u -> J^T u}. */
    public static VjpResult vjp(UnaryOperator<Tensor> f, Tensor x) {
        try (MemoryScope scope = MemoryScope.open("vjp")) {
            Recording recording = Recording.open();
            boolean done = false;
            try {
                Variable leaf = recording.leaf(plain(x));
                Tensor y = plain(f.apply(leaf));
                requireFloating("vjp", y);
                recording.close();
                Tensor value = lower(recording, y).view();
                // The pullback outlives every scope: its values are left to the collector, and close() frees them at
                // once.
                recording.unscope();
                value.keepFrom(scope);
                done = true;
                return new VjpResult(value, recording, y, leaf);
            } finally {
                recording.close();
                if (!done) {
                    recording.free();
                }
            }
        }
    }

    static Tensor pull(Recording recording, Tensor y, Variable leaf, Tensor cotangent, boolean retain) {
        if (own(recording, y) instanceof Variable root) {
            Tensor g = recording.pullback(root, cotangent, retain)[leaf.slot()];
            if (g != null) {
                return g;
            }
        }
        return ConcreteTensor.scalar(leaf.dtype(), 0.0, leaf.device()).broadcastTo(leaf.shape());
    }

    // ---- forward mode ----

    /**
     * Forward accumulation: the value of f at x, and the Jacobian at x times a direction, in one pass without a tape. Cheap where
     * a function has few inputs and many outputs.
     *
     * @param v the direction, of x's shape and dtype
     */
    public static JvpResult jvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        if (!x.dtype().isFloating()) {
            throw new DTypeException("jvp: derivatives exist for floating dtypes only, not for " + x.dtype()
                    + ": convert first, for instance to(DType.F32)");
        }
        if (!v.shape().equals(x.shape()) || v.dtype() != x.dtype()) {
            throw new ShapeException("jvp: a tangent of " + v.dtype() + v.shape() + " for an argument of " + x.dtype()
                    + x.shape() + ": the two must agree");
        }
        return MemoryScope.tidy(() -> {
            DualTrace trace = new DualTrace();
            Tensor y;
            try {
                y = plain(f.apply(new Dual(trace, plain(x), plain(v))));
            } finally {
                trace.close();
            }
            if (y instanceof Dual d && d.owner() == trace) {
                return new JvpResult(d.value().view(), d.tangent().view());
            }
            return new JvpResult(y.view(), y.fullLike(0));
        });
    }

    /** The directional derivative: {@code x -> J(x) v}, as {@link #jvp} without the value. */
    public static UnaryOperator<Tensor> pushforward(UnaryOperator<Tensor> f, Tensor v) {
        return x -> jvp(f, x, v).tangent();
    }

    // ---- matrices of derivatives ----

    /**
     * The Jacobian: at x, the derivatives of every element of f(x) by every element of x, of shape {@code f(x).shape + x.shape}. In
     * forward mode when f has more outputs than inputs (tall), otherwise in reverse mode.
     */
    public static UnaryOperator<Tensor> jacobian(UnaryOperator<Tensor> f) {
        return x -> {
            if (x.elements() <= 1) {
                return jacobianForward(f).apply(x);
            }
            return MemoryScope.tidy(() -> {
                // The pass that the reverse mode needs tells the number of outputs.
                try (VjpResult vjp = vjp(f, x)) {
                    if (vjp.value().elements() <= x.elements()) {
                        return rows(vjp, x);
                    }
                }
                return jacobianForward(f).apply(x);
            });
        };
    }

    /** The Jacobian by forward mode: one pass for each element of x. */
    public static UnaryOperator<Tensor> jacobianForward(UnaryOperator<Tensor> f) {
        return x -> MemoryScope.tidy(() -> {
            long n = x.elements();
            if (n == 0) {
                Tensor y = f.apply(plain(x));
                requireFloating("jacobianForward", y);
                return empty(y, x);
            }
            var columns = new ArrayList<Tensor>();
            for (long i = 0; i < n; i++) {
                Tensor column = jvp(f, x, basis(x, i)).tangent();
                requireFloating("jacobianForward", column);
                columns.add(column.unsqueeze(-1));
            }
            Tensor j = join(columns, -1);
            return j.reshape(concat(j.shape().without(last(j)), x.shape()));
        });
    }

    /** The Jacobian by reverse mode: one pass for f, and one back for each element of f(x). */
    public static UnaryOperator<Tensor> jacobianReverse(UnaryOperator<Tensor> f) {
        return x -> MemoryScope.tidy(() -> {
            try (VjpResult vjp = vjp(f, x)) {
                return rows(vjp, x);
            }
        });
    }

    private static Tensor rows(VjpResult vjp, Tensor x) {
        Tensor y = vjp.value();
        long m = y.elements();
        if (m == 0) {
            return ConcreteTensor.scalar(x.dtype(), 0.0, x.device()).broadcastTo(concat(y.shape(), x.shape()));
        }
        var rows = new ArrayList<Tensor>();
        for (long i = 0; i < m; i++) {
            rows.add(vjp.pullback(basis(y, i)).unsqueeze(0));
        }
        return join(rows, 0).reshape(concat(y.shape(), x.shape()));
    }

    /** The Hessian of a scalar function, of shape {@code x.shape + x.shape}: forward mode over reverse mode. */
    public static UnaryOperator<Tensor> hessian(UnaryOperator<Tensor> f) {
        return jacobianForward(grad(f));
    }

    /** The Hessian of a scalar function at x times a direction, without forming it: forward mode over reverse mode. */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        return jvp(grad(f), x, v).tangent();
    }

    // ---- batching ----

    /**
     * A function of one tensor on a whole batch of them: for a batch along the first axis of the argument, the results along the first axis
     * of the result. As {@code jax.vmap} and {@code torch.vmap}: operations inside see one element, and run once for all. It nests with every
     * other transform in any order; {@code vmap(grad(f))} gives the gradient for each sample.
     *
     * <pre>{@code
     * Tensor norms = Grad.vmap(x -> x.square().sum().sqrt()).apply(rows);          // (n, d) to (n)
     * Tensor perSample = Grad.vmap((xi, yi) -> Grad.grad(w -> loss(w, xi, yi)).apply(weights)).apply(x, y);
     * }</pre>
     *
     * <p>Tensors that the function captures, parameters among them, are the same for every element. The elements of a tensor of the batch
     * can't be read inside ({@code item}, {@code toString}, printing, Java conditions), nor can a shape depend on them ({@code nonzero},
     * {@code maskedSelect}, {@code unique}): choose with {@code where}. A source of random numbers inside has no operand and gives the
     * same numbers to every element, as a key does in JAX: pass numbers drawn outside as a further argument where each element is to have
     * its own. A batch of no elements gives empty results of the right shapes.
     *
     * @return the function over a batch; where the function's result does not depend on its argument, it is repeated
     */
    public static UnaryOperator<Tensor> vmap(UnaryOperator<Tensor> f) {
        return vmap(f, 0, 0);
    }

    /**
     * As {@link #vmap(UnaryOperator)}, with the batch along any axis.
     *
     * @param inAxis the axis of the argument that is the batch; a negative one counts from the end
     * @param outAxis where the result gets the batch, from {@code -rank - 1} to {@code rank} of what f returns
     */
    public static UnaryOperator<Tensor> vmap(UnaryOperator<Tensor> f, int inAxis, int outAxis) {
        Function<Tensor, Tensor> g = f;
        return x -> Vmap.apply(g, x, BatchAxes.all(inAxis), BatchAxes.all(outAxis));
    }

    /** As {@link #vmap(UnaryOperator)} for a function of two tensors, both of which have the batch along their first axis. */
    public static BinaryOperator<Tensor> vmap(BinaryOperator<Tensor> f) {
        return vmap(f, BatchAxes.all(0), BatchAxes.all(0));
    }

    /**
     * As {@link #vmap(UnaryOperator)} for a function of two tensors.
     *
     * @param in the axes of the two arguments, for instance {@code BatchAxes.of(0, null)} where the second has no batch
     * @param out the axis of the result
     */
    public static BinaryOperator<Tensor> vmap(BinaryOperator<Tensor> f, BatchAxes in, BatchAxes out) {
        Function<List<Tensor>, Tensor> g = xs -> f.apply(xs.get(0), xs.get(1));
        return (x, y) -> Vmap.apply(g, List.of(x, y), in, out);
    }

    /**
     * As {@link #vmap(UnaryOperator)} for a function from a structure of tensors (a record, list, map, optional or array) to another, all of
     * whose tensors have the batch along their first axis.
     */
    public static <P, R> Function<P, R> vmap(Function<P, R> f) {
        return vmap(f, BatchAxes.all(0), BatchAxes.all(0));
    }

    /**
     * As {@link #vmap(Function)}, with the batch along any axes.
     *
     * @param in the axes of the argument's tensors, in the form of the argument or of its outer parts
     * @param out the axes of the result's tensors, likewise; none for what does not depend on the batch
     */
    public static <P, R> Function<P, R> vmap(Function<P, R> f, BatchAxes in, BatchAxes out) {
        return p -> Vmap.apply(f, p, in, out);
    }

    // ---- pieces ----

    private static void requireFloating(String operation, Tensor y) {
        if (!y.dtype().isFloating()) {
            throw new DTypeException(operation + ": the function returns " + y.dtype() + y.shape()
                    + ", and derivatives exist for floating dtypes only: return a floating tensor, or convert with"
                    + " to(DType.F32) where a derivative of 0 is meant");
        }
    }

    /** The same values, through which no derivative flows in any mode or level: {@code jax.lax.stop_gradient}. */
    public static Tensor stopGradient(Tensor x) {
        return x.detach();
    }

    /** What stands for a tensor at this moment: a parameter's variable or value, anything else itself. */
    static Tensor plain(Tensor x) {
        return x instanceof Parameter p ? p.resolve() : x;
    }

    private static @Nullable Variable own(Recording recording, Tensor y) {
        return y instanceof Variable v && v.recording() == recording ? v : null;
    }

    private static Tensor lower(Recording recording, Tensor y) {
        Variable own = own(recording, y);
        return own == null ? y : own.value();
    }

    /** A tensor like {@code x} with 1 at one element and 0 elsewhere. */
    private static Tensor basis(Tensor x, long i) {
        Tensor index = Dispatch.source(new Op.Iota(x.elements()), x.device());
        return index.eq(i).to(x.dtype()).reshape(x.shape());
    }

    private static Tensor join(List<Tensor> parts, int axis) {
        int a = axis < 0 ? axis + parts.get(0).rank() : axis;
        return Dispatch.bind(new Op.Concat(a), parts.toArray(Tensor[]::new));
    }

    private static Tensor empty(Tensor y, Tensor x) {
        return ConcreteTensor.scalar(y.dtype(), 0.0, y.device()).broadcastTo(concat(y.shape(), x.shape()));
    }

    private static Axes last(Tensor j) {
        return Axes.listed("jacobian", j.rank(), -1);
    }

    private static Shape concat(Shape a, Shape b) {
        long[] s = Arrays.copyOf(a.toArray(), a.rank() + b.rank());
        System.arraycopy(b.toArray(), 0, s, a.rank(), b.rank());
        return Shape.of(s);
    }
}
