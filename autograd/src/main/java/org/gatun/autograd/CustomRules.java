package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * The rule of a custom function for one mode from that for the other: each is linear, and the other is its transpose. A rule that is
 * not linear has none, and is refused.
 */
final class CustomRules {
    private static final String BOTH = "use CustomFunction.of(...).withVjp(...).withJvp(...)";

    private CustomRules() {}

    /** The tangent of the result from the rule for cotangents. */
    static Tensor transposedVjp(
            String name, CustomFunction.Vjp rule, List<Tensor> inputs, Tensor result, List<Tensor> tangents) {
        var claim = new Linearity(
                name + ": its vjp",
                "cotangent",
                "write it linear in the cotangent, or give the forward mode a rule of its own: " + BOTH);
        boolean[] none = new boolean[1];
        Function<Tensor, List<@Nullable Tensor>> pullback = g -> {
            List<@Nullable Tensor> out = cotangents(name, rule.apply(inputs, result, g), inputs);
            none[0] = Structure.tensors(out).isEmpty();
            return none[0] ? List.of(g) : out;
        };
        try (var transposed = Reverse.vjp(name, claim, pullback, Transposition.zeros(result))) {
            if (none[0]) {
                return result.fullLike(0);
            }
            Transposition.requireZero(claim, transposed);
            return transposed.pullback(name, new ArrayList<>(tangents));
        }
    }

    /** What a rule for cotangents gave, without those of operands that have no derivative. */
    private static List<@Nullable Tensor> cotangents(
            String name, @Nullable List<@Nullable Tensor> given, List<Tensor> inputs) {
        List<@Nullable Tensor> returned = CompositeRules.returned(name, "vjp", given);
        CompositeRules.checkCount(name, returned.size(), inputs.size());
        var out = new ArrayList<@Nullable Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor g = inputs.get(i).dtype().isFloating() ? returned.get(i) : null;
            if (g != null) {
                CompositeRules.check(name, "vjp", "cotangent of operand " + i, g, type(inputs.get(i)));
            }
            out.add(g);
        }
        return out;
    }

    /** The cotangents of the wanted operands from the rule for tangents. */
    static List<@Nullable Tensor> transposedJvp(
            String name,
            CustomFunction.Jvp rule,
            List<Tensor> inputs,
            Tensor result,
            Tensor cotangent,
            IntPredicate wanted) {
        var claim = new Linearity(
                name + ": its jvp",
                "tangent",
                "write it linear in the tangent, or give the reverse mode a rule of its own: " + BOTH);
        List<Tensor> zeros = Transposition.zeros(inputs);
        // Only the wanted operands are followed; to the rule, the others do not move.
        List<@Nullable Tensor> followed = new ArrayList<>();
        for (int i = 0; i < zeros.size(); i++) {
            followed.add(wanted.test(i) && zeros.get(i).dtype().isFloating() ? zeros.get(i) : null);
        }
        Function<List<@Nullable Tensor>, Tensor> pushforward = some -> tangent(name, rule, inputs, result, zeros, some);
        try (var transposed = Reverse.vjp(name, claim, pushforward, followed)) {
            Transposition.requireZero(claim, transposed);
            return transposed.pullback(name, cotangent);
        }
    }

    /** What a rule for tangents gives for those of some operands. */
    private static Tensor tangent(
            String name,
            CustomFunction.Jvp rule,
            List<Tensor> inputs,
            Tensor result,
            List<Tensor> zeros,
            List<@Nullable Tensor> some) {
        var tangents = new ArrayList<Tensor>();
        for (int i = 0; i < zeros.size(); i++) {
            Tensor t = some.get(i);
            tangents.add(t == null ? zeros.get(i) : t);
        }
        Tensor out = CompositeRules.returned(name, "jvp", rule.apply(inputs, result, tangents));
        CompositeRules.check(name, "jvp", "tangent of result 0", out, type(result));
        return out;
    }

    private static TensorType type(Tensor t) {
        return new TensorType(t.dtype(), t.shape());
    }
}
