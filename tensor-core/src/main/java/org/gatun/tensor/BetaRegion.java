package org.gatun.tensor;

import static org.gatun.tensor.composite.Stirling.LARGE;
import static org.gatun.tensor.composite.Stirling.correction;
import static org.gatun.tensor.cpu.math.ScalarMath.HALF_LOG_2_PI;

import org.gatun.tensor.Elementwise.Region;

/** The logarithm of the beta function as a region. */
final class BetaRegion {
    /**
     * With s the smaller and l the larger argument: if l is large, the difference of {@code lgamma(l)} and {@code lgamma(l + s)} is
     * taken term by term in Stirling's formula, and if s is large too, with the terms of {@code lgamma(s)}.
     */
    static final Region BETALN = Widened.region((a, b) -> {
        Tensor ordered = a.le(b);
        Tensor s = ordered.where(a, b);
        Tensor l = ordered.where(b, a);
        Tensor big = l.ge(LARGE);
        Tensor bothBig = s.ge(LARGE);

        Tensor s0 = big.where(s.fullLike(1), s);
        Tensor l0 = big.where(l.fullLike(1), l);
        Tensor direct = s0.lgamma().add(l0.lgamma()).sub(s0.add(l0).lgamma());

        Tensor l1 = big.where(l, l.fullLike(LARGE));
        Tensor sum = l1.add(s);
        Tensor ratio = s.div(l1).log1p();
        Tensor corrections = correction(l1).sub(correction(sum));
        Tensor s1 = bothBig.where(s.fullLike(1), s);
        Tensor difference = s1.lgamma()
                .sub(l1.sub(0.5).mul(ratio))
                .sub(s.mul(sum.log()))
                .add(s)
                .add(corrections);

        Tensor s2 = bothBig.where(s, s.fullLike(LARGE));
        Tensor both = s2.sub(0.5)
                .mul(s2.div(sum).log())
                .sub(l1.mul(ratio))
                .sub(l1.log().mul(0.5))
                .add(HALF_LOG_2_PI)
                .add(correction(s2).add(corrections));
        return bothBig.where(both, big.where(difference, direct));
    });

    private BetaRegion() {}
}
