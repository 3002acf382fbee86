package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The rule of a custom function for one mode from that for the other: each is linear, and the other is its transpose. */
final class CustomRules {
    private CustomRules() {}

    /** The tangent of the result from the rule for cotangents. */
    static Tensor transposedVjp(
            String name, CustomFunction.Vjp rule, List<Tensor> inputs, Tensor result, List<Tensor> tangents) {
        Function<Tensor, List<@Nullable Tensor>> pullback =
                g -> CustomRules.cotangents(name, rule.apply(inputs, result, g), inputs);
        try (var transposed = Reverse.vjp(name, pullback, Transposition.zeros(result))) {
            if (Structure.tensors(transposed.value()).isEmpty()) {
                return result.fullLike(0);
            }
            return transposed.pullback(new ArrayList<>(tangents));
        }
    }

    /** What a rule for cotangents gave, without those of operands that have no derivative. */
    private static List<@Nullable Tensor> cotangents(
            String name, @Nullable List<@Nullable Tensor> given, List<Tensor> inputs) {
        if (given == null) {
            throw new IllegalStateException(
                    name + ": its vjp returns null: return zeros, or a list with null, where a derivative is 0");
        }
        var out = new ArrayList<@Nullable Tensor>();
        for (int i = 0; i < inputs.size(); i++) {
            boolean carries = i < given.size() && inputs.get(i).dtype().isFloating();
            out.add(carries ? given.get(i) : null);
        }
        return out;
    }

    /** The cotangents of the wanted operands from the rule for tangents. */
    static List<@Nullable Tensor> transposedJvp(
            CustomFunction.Jvp rule, List<Tensor> inputs, Tensor result, Tensor cotangent, IntPredicate wanted) {
        List<Tensor> zeros = Transposition.zeros(inputs);
        // Only the wanted operands are followed; to the rule, the others do not move.
        List<@Nullable Tensor> followed = new ArrayList<>();
        for (int i = 0; i < zeros.size(); i++) {
            followed.add(wanted.test(i) && zeros.get(i).dtype().isFloating() ? zeros.get(i) : null);
        }
        Function<List<@Nullable Tensor>, Tensor> pushforward = some -> {
            var tangents = new ArrayList<Tensor>();
            for (int i = 0; i < zeros.size(); i++) {
                Tensor t = some.get(i);
                tangents.add(t == null ? zeros.get(i) : t);
            }
            return rule.apply(inputs, result, tangents);
        };
        try (var transposed = Reverse.vjp("custom function", pushforward, followed)) {
            return transposed.pullback(cotangent);
        }
    }
}
