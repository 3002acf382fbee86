package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;

/** The logarithm of the beta function as a region. */
final class BetaRegion {
    /** Stirling's series of {@code lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2} in odd powers of 1/x. */
    private static final double[] STIRLING = {
        1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0
    };

    static final double HALF_LOG_2_PI = 0.9189385332046727;
    /** From here on Stirling's series has all digits. */
    static final double LARGE = 10;

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

    /** The sum of Stirling's series. */
    static Tensor correction(Tensor x) {
        Tensor inverse = x.reciprocal();
        Tensor z = inverse.square();
        Tensor series = z.fullLike(STIRLING[STIRLING.length - 1]);
        for (int k = STIRLING.length - 2; k >= 0; k--) {
            series = series.mul(z).add(STIRLING[k]);
        }
        return series.mul(inverse);
    }
}
