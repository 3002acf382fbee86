package org.gatun.nn.distributions;

import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.trace.Traced;

/** Quantiles of whole numbers. */
final class Counts {
    private Counts() {}

    /**
     * The smallest whole number whose distribution function, as computed, is q or more, by bisection; F64, without gradient.
     *
     * @param low whole numbers below the result
     * @param high whole numbers that are the result or above
     */
    static Tensor quantile(Tensor q, Tensor low, Tensor high, UnaryOperator<Tensor> cdf) {
        Tensor target = q.detach().to(DType.F64);
        Tensor zero = target.mul(0.0);
        Tensor below = zero.add(low.detach());
        Tensor above = zero.add(high.detach());
        double width = above.elements() == 0
                ? 0
                : Traced.beneath(above.sub(below)).amax().item();
        for (; width > 1; width = Math.ceil(width / 2)) {
            Tensor middle = below.add(above).mul(0.5).floor();
            // some are done before the widest
            Tensor open = middle.gt(below);
            Tensor enough = cdf.apply(middle).detach().to(DType.F64).ge(target).and(open);
            above = enough.where(middle, above);
            below = enough.where(below, middle);
        }
        return above;
    }
}
