package org.gatun.autograd;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * A function with a derivative of its own, as {@code jax.custom_vjp}, {@code jax.custom_jvp} and {@code torch.autograd.Function}. Use
 * it where the derivative of the formula is unstable or not what is wanted.
 *
 * <pre>{@code
 * // log(1 + e^x) with a derivative that does not overflow
 * static final CustomFunction LOG1PEXP = CustomFunction.of("log1pexp", 1, in -> in.get(0).exp().log1p())
 *         .withVjp((in, y, g) -> List.of(g.mul(in.get(0).sigmoid())))
 *         .withJvp((in, y, t) -> t.get(0).mul(in.get(0).sigmoid()));
 * }</pre>
 *
 * <p>Rules are written in tensor operations, so they can be differentiated again. One rule serves both modes: where only the other
 * mode's is given, it is transposed, and refused where it is not linear in the cotangent or tangent. Without rules the function itself is differentiated. The body computes with its arguments and constants: a parameter or another followed tensor that it captured
 * would get no gradient from the rules, and is refused where an argument is followed too.
 */
public final class CustomFunction {
    /**
     * From operands, result and the result's cotangent to a cotangent for each operand. A null in the returned list says that no
     * gradient flows to that operand, as zeros would; the list itself is never null. The rule runs only where a cotangent flows
     * in, and what it returns for an operand that nobody differentiates by is not used.
     */
    @FunctionalInterface
    public interface Vjp {
        /** The cotangents of the operands. */
        List<@Nullable Tensor> apply(List<Tensor> inputs, Tensor result, Tensor cotangent);
    }

    /**
     * From operands, result and the operands' tangents to the result's tangent. Tangents are never null: an operand without one has
     * zeros, and where the result does not move, return {@code result.fullLike(0)}.
     */
    @FunctionalInterface
    public interface Jvp {
        /** The tangent of the result. */
        Tensor apply(List<Tensor> inputs, Tensor result, List<Tensor> tangents);
    }

    private final Definition definition;

    private CustomFunction(Definition definition) {
        this.definition = definition;
    }

    /**
     * A function of {@code arity} tensors, in tensor operations on them.
     *
     * @param name its name in messages and printed tapes
     */
    public static CustomFunction of(String name, int arity, Function<List<Tensor>, Tensor> body) {
        Objects.requireNonNull(name, "CustomFunction.of: the name is null: give one for messages and printed tapes");
        return new CustomFunction(new Definition(name, arity, Grad.function(name, body), null, null));
    }

    /** This function with a rule for the reverse mode; the forward mode transposes it if it has none of its own. */
    public CustomFunction withVjp(Vjp vjp) {
        Vjp rule = Grad.function(definition.name, vjp);
        return new CustomFunction(
                new Definition(definition.name, definition.arity, definition.body, rule, definition.jvp));
    }

    /** This function with a rule for the forward mode; the reverse mode transposes it if it has none of its own. */
    public CustomFunction withJvp(Jvp jvp) {
        Jvp rule = Grad.function(definition.name, jvp);
        return new CustomFunction(
                new Definition(definition.name, definition.arity, definition.body, definition.vjp, rule));
    }

    /**
     * Applies the function.
     *
     * @throws IllegalArgumentException when the number of arguments is not the function's
     */
    public Tensor apply(Tensor... inputs) {
        if (inputs.length != definition.arity) {
            throw new IllegalArgumentException(
                    definition.name + ": takes " + definition.arity + " arguments, not " + inputs.length);
        }
        return Dispatch.bind(new Op.Call(definition.within(ActiveCast.dtype())), inputs);
    }

    /** Whether a composite has a rule of a custom function. */
    static boolean isCustom(Composite composite) {
        return composite instanceof Definition d && d.derivative().isPresent();
    }

    private record Definition(
            String name,
            int arity,
            Function<List<Tensor>, Tensor> body,
            @Nullable Vjp vjp,
            @Nullable Jvp jvp) implements Composite, Composite.Derivative {
        /** This with a body that runs as in the autocast scope that the function is called in. */
        Definition within(@Nullable DType cast) {
            return cast == null
                    ? this
                    : new Definition(name, arity, in -> ActiveCast.within(cast, () -> body.apply(in)), vjp, jvp);
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor result = body.apply(inputs);
            if (result == null) {
                throw new IllegalStateException(name + ": its body returns null: return a tensor");
            }
            return List.of(result);
        }

        @Override
        public Optional<Derivative> derivative() {
            return vjp == null && jvp == null ? Optional.empty() : Optional.of(this);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Jvp own = jvp;
            return Collections.singletonList(
                    own == null
                            ? CustomRules.transposedVjp(
                                    name, Objects.requireNonNull(vjp), inputs, results.get(0), tangents)
                            : own.apply(inputs, results.get(0), tangents));
        }

        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return vjp(inputs, results, cotangents, i -> true);
        }

        @Override
        @SuppressWarnings("NullAway") // all operands and results are saved: usesInput and usesResult say so
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Vjp own = vjp;
            return own == null
                    ? CustomRules.transposedJvp(
                            name, Objects.requireNonNull(jvp), inputs, results.get(0), cotangents.get(0), wanted)
                    : own.apply(inputs, results.get(0), cotangents.get(0));
        }
    }
}
