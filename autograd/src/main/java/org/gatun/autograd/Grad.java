package org.gatun.autograd;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
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
        Function<Tensor, Tensor> g = function("grad", f);
        return x -> Reverse.valueAndGrad("grad", g, x).grad();
    }

    /**
     * The gradient of a scalar function of a structure of tensors (a record, list, map, optional or array).
     *
     * @return the function from p to the gradient at p, a structure of the same form: in the place of a tensor of an integer dtype or
     *     BOOL, which nothing is differentiated by, are zeros of its shape and dtype; what is no tensor stays as it is
     */
    public static <P> Function<P, P> grad(Function<P, Tensor> f) {
        Function<P, Tensor> g = function("grad", f);
        return p -> Reverse.valueAndGrad("grad", g, p).grad();
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
        Function<P, Tensor> g = function("valueAndGrad", f);
        return p -> Reverse.valueAndGrad("valueAndGrad", g, p);
    }

    /** The value of f at x and the pullback there: {@code u -> J^T u}. */
    public static VjpResult<Tensor, Tensor> vjp(UnaryOperator<Tensor> f, Tensor x) {
        Function<Tensor, Tensor> g = f;
        return Reverse.vjp("vjp", function("vjp", g), x);
    }

    /**
     * The value at a point and the pullback there of a function from a structure of tensors to another. Tensors of an integer dtype get
     * zeros, as in {@link #grad(Function)}.
     */
    public static <P, R> VjpResult<P, R> vjp(Function<P, R> f, P x) {
        return Reverse.vjp("vjp", function("vjp", f), x);
    }

    // ---- forward mode ----

    /**
     * Forward accumulation: the value of f at x, and the Jacobian at x times a direction, in one pass without a tape. Cheap where
     * a function has few inputs and many outputs.
     *
     * @param v the direction, of x's shape and dtype
     * @throws DTypeException when x or the result is not of a floating dtype
     */
    public static JvpResult<Tensor> jvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        Function<Tensor, Tensor> g = f;
        return Forward.jvp("jvp", function("jvp", g), x, v);
    }

    /**
     * As {@link #jvp(UnaryOperator, Tensor, Tensor)} for a function from a structure of tensors to another.
     *
     * @param v the direction, of x's form, shapes and dtypes; in the place of tensors of an integer dtype, anything
     */
    public static <P, R> JvpResult<R> jvp(Function<P, R> f, P x, P v) {
        return Forward.jvp("jvp", function("jvp", f), x, v);
    }

    /** The directional derivative: {@code x -> J(x) v}, as {@link #jvp} without the value. */
    public static UnaryOperator<Tensor> pushforward(UnaryOperator<Tensor> f, Tensor v) {
        Function<Tensor, Tensor> g = function("pushforward", f);
        return x -> Forward.jvp("pushforward", g, x, v).tangent();
    }

    // ---- matrices of derivatives ----

    /**
     * The Jacobian: at x, the derivatives of every element of f(x) by every element of x, of shape {@code f(x).shape + x.shape}. In
     * forward mode when f has more outputs than inputs (tall), otherwise in reverse mode. All directions go through f together, as a batch.
     */
    public static UnaryOperator<Tensor> jacobian(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = function("jacobian", f);
        return x -> Jacobians.either("jacobian", g, x);
    }

    /**
     * The Jacobian by each tensor of a structure, in a structure of the same form: in the place of x, the derivatives of shape {@code
     * f(p).shape + x.shape}. In the place of a tensor of an integer dtype are zeros.
     */
    public static <P> Function<P, P> jacobian(Function<P, Tensor> f) {
        Function<P, Tensor> g = function("jacobian", f);
        return p -> Jacobians.either("jacobian", g, p);
    }

    /** The Jacobian by forward mode: one pass of f for each tensor of the argument, with a batch of directions. */
    public static UnaryOperator<Tensor> jacobianForward(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = function("jacobianForward", f);
        return x -> Jacobians.forward("jacobianForward", g, x);
    }

    /** As {@link #jacobian(Function)}, by forward mode. */
    public static <P> Function<P, P> jacobianForward(Function<P, Tensor> f) {
        Function<P, Tensor> g = function("jacobianForward", f);
        return p -> Jacobians.forward("jacobianForward", g, p);
    }

    /** The Jacobian by reverse mode: one pass of f, and one back with a batch of cotangents. */
    public static UnaryOperator<Tensor> jacobianReverse(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = function("jacobianReverse", f);
        return x -> Jacobians.reverse("jacobianReverse", g, x);
    }

    /** As {@link #jacobian(Function)}, by reverse mode. */
    public static <P> Function<P, P> jacobianReverse(Function<P, Tensor> f) {
        Function<P, Tensor> g = function("jacobianReverse", f);
        return p -> Jacobians.reverse("jacobianReverse", g, p);
    }

    /** The Hessian of a scalar function, of shape {@code x.shape + x.shape}: forward mode over reverse mode. */
    public static UnaryOperator<Tensor> hessian(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = function("hessian", f);
        return x -> Jacobians.forward(
                "hessian", z -> Reverse.valueAndGrad("hessian", g, z).grad(), x);
    }

    /**
     * The blocks of the Hessian of a scalar function of a structure: for each tensor x of a floating dtype, in order, a structure of the argument's
     * form with the derivatives by x and by each tensor z, of shape {@code x.shape + z.shape}.
     */
    public static <P> Function<P, List<P>> hessian(Function<P, Tensor> f) {
        Function<P, Tensor> g = function("hessian", f);
        return p -> Jacobians.hessian(g, p);
    }

    /** The Hessian of a scalar function at x times a direction, without forming it: forward mode over reverse mode. */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        Function<Tensor, Tensor> g = f;
        return hvp(g, x, v);
    }

    /** The Hessian of a scalar function of a structure times a direction of the same form, as {@link #hvp(UnaryOperator, Tensor, Tensor)}. */
    public static <P> P hvp(Function<P, Tensor> f, P x, P v) {
        Function<P, Tensor> g = function("hvp", f);
        return Forward.jvp("hvp", (P z) -> Reverse.valueAndGrad("hvp", g, z).grad(), x, v)
                .tangent();
    }

    /**
     * A direction times the Hessian of a scalar function at x, by reverse mode over reverse mode, as {@code
     * torch.autograd.functional.vhp}. The Hessian is symmetric, so the value is {@link #hvp}'s, which costs less memory; this one is for
     * functions that have a rule for the reverse mode only.
     */
    public static Tensor vhp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        Function<Tensor, Tensor> g = f;
        return vhp(g, x, v);
    }

    /** As {@link #vhp(UnaryOperator, Tensor, Tensor)} for a scalar function of a structure. */
    public static <P> P vhp(Function<P, Tensor> f, P x, P v) {
        Function<P, Tensor> g = function("vhp", f);
        List<Tensor> tangents = Structure.tensors("vhp: the tangent", v, Structure.required("vhp", x));
        Forward.checkTangents("vhp", Structure.tensors(x), tangents);
        return MemoryScope.tidy(() -> {
            try (VjpResult<P, P> gradient = Reverse.vjp(
                    "vhp", (P z) -> Reverse.valueAndGrad("vhp", g, z).grad(), x)) {
                return gradient.pullback(v);
            }
        });
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
        Function<Tensor, Tensor> g = function("vmap", f);
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
        BinaryOperator<Tensor> h = function("vmap", f);
        Function<List<Tensor>, Tensor> g = xs -> h.apply(xs.get(0), xs.get(1));
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
        Function<P, R> g = function("vmap", f);
        return p -> Vmap.apply(g, p, in, out);
    }

    // ---- linear functions ----

    /**
     * The value of f at x and a pushforward there that does not run f again: {@code v -> J v}, as {@code jax.linearize}. Use it where
     * many directions are pushed through one point.
     */
    public static Linearized<Tensor, Tensor> linearize(UnaryOperator<Tensor> f, Tensor x) {
        Function<Tensor, Tensor> g = f;
        return Linearized.of(function("linearize", g), x);
    }

    /** As {@link #linearize(UnaryOperator, Tensor)} for a function from a structure of tensors to another. */
    public static <P, R> Linearized<P, R> linearize(Function<P, R> f, P x) {
        return Linearized.of(function("linearize", f), x);
    }

    /**
     * The transpose of a linear function: for {@code f(x) = A x}, the function {@code u -> A^T u}, as {@code jax.linear_transpose}.
     *
     * @param like any tensor of the shape and dtype of f's argument; its values are not read
     * @throws IllegalArgumentException when f is not linear in its argument: an operation's derivative depends on the argument, it is
     *     compared or converted to integers, or f(0) is not 0
     */
    public static UnaryOperator<Tensor> transpose(UnaryOperator<Tensor> f, Tensor like) {
        Function<Tensor, Tensor> g = f;
        return Transposition.of(function("transpose", g), like)::apply;
    }

    /** As {@link #transpose(UnaryOperator, Tensor)} for a linear function from a structure of tensors to another. */
    public static <P, R> Function<R, P> transpose(Function<P, R> f, P like) {
        return Transposition.of(function("transpose", f), like);
    }

    // ---- rules, memory and what flows back ----

    /**
     * The same function, which keeps nothing inside for the reverse mode but its arguments, and runs again when its gradient is asked for:
     * time for memory, as {@code jax.checkpoint} and {@code torch.utils.checkpoint}. Gradients of all orders and of captured tensors and
     * parameters are those of f, and random numbers are drawn as at first. Other side effects of f, such as running statistics, happen at each run.
     *
     * <p>The forward mode keeps nothing anyway. Inside {@code vmap} and {@code jvp}, recordings outside of these record f as usual: put
     * {@code checkpoint} around {@code vmap} rather than inside.
     */
    public static UnaryOperator<Tensor> checkpoint(UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> g = function("checkpoint", f);
        return x -> Checkpoint.apply(g, x);
    }

    /** As {@link #checkpoint(UnaryOperator)} for a function from a structure of tensors to another. */
    public static <P, R> Function<P, R> checkpoint(Function<P, R> f) {
        Function<P, R> g = function("checkpoint", f);
        return p -> Checkpoint.apply(g, p);
    }

    /**
     * A function with a rule of its own for tangents, as {@code jax.custom_jvp}: in the reverse mode the rule is transposed.
     *
     * @param rule from x, f(x) and the tangent of x to the tangent of f(x), linear in the tangent: the reverse mode refuses a rule that is not
     */
    public static UnaryOperator<Tensor> customJvp(UnaryOperator<Tensor> f, CustomJvp rule) {
        UnaryOperator<Tensor> body = function("customJvp", f);
        CustomJvp jvp = function("customJvp", rule);
        return CustomFunction.of("customJvp", 1, in -> body.apply(in.get(0)))
                .withJvp((in, y, t) -> jvp.tangent(in.get(0), y, t.get(0)))::apply;
    }

    /**
     * A function with a rule of its own for cotangents, as {@code jax.custom_vjp}: in the forward mode the rule is transposed.
     *
     * @param rule from x, f(x) and the cotangent of f(x) to the cotangent of x, linear in the cotangent: the forward mode refuses a rule
     *     that is not
     */
    public static UnaryOperator<Tensor> customVjp(UnaryOperator<Tensor> f, CustomVjp rule) {
        UnaryOperator<Tensor> body = function("customVjp", f);
        CustomVjp vjp = function("customVjp", rule);
        return CustomFunction.of("customVjp", 1, in -> body.apply(in.get(0)))
                .withVjp((in, y, g) -> single("customVjp", vjp.cotangent(in.get(0), y, g)))::apply;
    }

    /** A rule for tangents: see {@link Grad#customJvp}. */
    @FunctionalInterface
    public interface CustomJvp {
        /** The tangent of y = f(x) from that of x. */
        Tensor tangent(Tensor x, Tensor y, Tensor tangent);
    }

    /** A rule for cotangents: see {@link Grad#customVjp}. */
    @FunctionalInterface
    public interface CustomVjp {
        /** The cotangent of x from that of y = f(x). */
        Tensor cotangent(Tensor x, Tensor y, Tensor cotangent);
    }

    /**
     * The same values, whose gradient is passed to a function on its way back, as a hook in PyTorch: to observe it, or to go on with another of
     * its shape and dtype. The forward mode passes unchanged.
     *
     * @param hook from the gradient to what goes on in its place
     */
    public static Tensor hook(Tensor x, UnaryOperator<Tensor> hook) {
        UnaryOperator<Tensor> observer = function("hook", hook);
        return CustomFunction.of("hook", 1, in -> in.get(0).view())
                .withVjp((in, y, g) -> single("hook", observer.apply(g)))
                .withJvp((in, y, t) -> t.get(0))
                .apply(x);
    }

    /** The same values, through which no derivative flows in any mode or level: {@code jax.lax.stop_gradient}. */
    public static Tensor stopGradient(Tensor x) {
        return x.detach();
    }

    // ---- pieces ----

    /** The function that a transform was given. */
    static <F> F function(String transform, @Nullable F f) {
        return Objects.requireNonNull(
                f, () -> transform + ": the function is null: give a function from tensors to tensors");
    }

    /** The cotangent of a single operand, as a rule gives it. */
    private static List<@Nullable Tensor> single(String name, @Nullable Tensor cotangent) {
        if (cotangent == null) {
            throw new IllegalStateException(name + ": its vjp returns null: return zeros where a derivative is 0");
        }
        return Collections.singletonList(cotangent);
    }

    /** Refuses a result without anything that has a derivative. */
    static void requireFloating(String operation, @Nullable Object result) {
        if (result == null) {
            throw new IllegalStateException(operation
                    + ": the function returns null: return a tensor, or a record, list, map or array of tensors");
        }
        List<Tensor> tensors = Structure.tensors(result);
        if (tensors.stream().noneMatch(t -> t.dtype().isFloating())) {
            String what = tensors.isEmpty()
                    ? "no tensor"
                    : tensors.get(0).dtype() + tensors.get(0).shape().toString();
            throw new DTypeException(operation + ": the function returns " + what
                    + ", and derivatives exist for floating dtypes only: return a floating tensor, or convert with"
                    + " to(DType.F32) where a derivative of 0 is meant");
        }
    }

    /** What stands for a tensor at this moment: a parameter's variable or value, anything else itself. */
    static Tensor plain(Tensor x) {
        return x instanceof Parameter p ? p.resolve() : x;
    }
}
