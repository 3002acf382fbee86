package org.gatun.tensor;

import java.util.function.UnaryOperator;

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
}
