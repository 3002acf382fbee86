package org.gatun.tensor;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Elementwise.Region;

/**
 * Functions of BF16 and F16 tensors that are computed in F32 inside and rounded once at the end, as PyTorch's means, variances,
 * softmaxes and losses: what lies between would lose digits, or overflow.
 */
final class Widened {
    private Widened() {}

    /** A tensor in the dtype in which such a function is computed: its own, unless that is BF16 or F16. */
    static Tensor of(Tensor x) {
        return x.dtype().isFloating() ? Arithmetic.cast(x, x.dtype().arithmetic()) : x;
    }

    /** {@code function(x)}, computed in F32 if {@code x} is BF16 or F16. */
    static Tensor compute(Tensor x, UnaryOperator<Tensor> function) {
        Tensor wide = of(x);
        return wide == x ? function.apply(x) : Arithmetic.cast(function.apply(wide), x.dtype());
    }

    /** A region whose operands of BF16 or F16 are widened, computed with in F32 and rounded once, in the same pass. */
    static Region region(UnaryOperator<Tensor> body) {
        return Elementwise.region(x -> compute(x, body));
    }

    /** As {@link #region(UnaryOperator)}; the result has the dtype of the first operand. */
    static Region region(int operands, Function<List<Tensor>, Tensor> body) {
        return Elementwise.region(operands, in -> {
            Tensor result = body.apply(in.stream().map(Widened::of).toList());
            return List.of(Arithmetic.cast(result, in.get(0).dtype()));
        });
    }

    /** As {@link #region(UnaryOperator)}; the result has the dtype of the first operand. */
    static Region region(BinaryOperator<Tensor> body) {
        return Elementwise.region((x, a) -> compute(x, wide -> body.apply(wide, of(a))));
    }

    /** As {@link #region(UnaryOperator)}; the result has the dtype of the first operand. */
    static Region region(Elementwise.Ternary body) {
        return Elementwise.region((x, a, b) -> compute(x, wide -> body.apply(wide, of(a), of(b))));
    }
}
