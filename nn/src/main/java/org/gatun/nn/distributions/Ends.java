package org.gatun.nn.distributions;

import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;

/**
 * Functions with terms {@code p log p} at the ends of p, where their derivatives are infinite. Those at a distance of the dtype's eps stand in
 * for them: large and finite, so that a derivative of 0 before it, such as that of a sigmoid that is 0, leaves 0 and not NaN.
 */
final class Ends {
    private Ends() {}

    /** {@code f(p)} with the given values at p = 0 and p = 1, and finite derivatives of all orders. */
    static Tensor finite(Tensor p, double atZero, double atOne, UnaryOperator<Tensor> f) {
        double eps = Limits.eps(p.dtype());
        Tensor zero = p.eq(0);
        Tensor one = p.eq(1);
        Tensor y = f.apply(zero.where(p.add(eps), one.where(p.sub(eps), p)));
        Tensor moving = y.sub(y.detach());
        return zero.where(moving.add(atZero), one.where(moving.add(atOne), y));
    }
}
