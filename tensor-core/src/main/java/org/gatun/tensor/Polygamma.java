package org.gatun.tensor;

/**
 * The derivatives of the digamma function: {@code (-1)^(n + 1) n! zeta(n + 1, x)}, in F64 inside. From {@link #HIGH} on the zeta function
 * of large x underflows where that product does not, and from {@link #HIGHEST} on the factorial overflows where the product or its derivatives
 * do not; there it is the exponential of {@code log(n!) - (n + 1) log x} times {@code sum over k of (1 + k / x)^-(n + 1)}.
 */
final class Polygamma {
    /** Below this order what underflows is below 1e-280 as a product too. */
    private static final int HIGH = 20;

    private static final int HIGHEST = 100;

    /** Where {@code x^-s} is {@code e^-FALL} the zeta function of s is still far from underflow. */
    private static final double FALL = 600;

    /** As many terms of the sum as count, from {@link #HIGHEST} on, where it is not taken by the formula of Euler and Maclaurin. */
    private static final int TERMS = 48;

    /** The Bernoulli numbers of even order 2j over (2j)!, from j = 1 on. */
    private static final double[] BERNOULLI = {
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-05,
        -8.267195767195768e-07,
        2.08767569878681e-08,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16,
        5.5090028283602295e-18,
        -1.3954464685812522e-19
    };

    private Polygamma() {}

    static Tensor of(int n, Tensor x) {
        if (n < 0) {
            throw new IllegalArgumentException("polygamma: the order " + n + " must be 0 or more");
        }
        Tensor t = Arithmetic.cast(x, x.dtype().toFloating());
        if (n == 0) {
            return t.digamma();
        }
        Tensor wide = Arithmetic.cast(t, DType.F64);
        Tensor size = n < HIGH ? product(n, wide) : highOrder(n, wide);
        return Arithmetic.cast(n % 2 == 0 ? size.neg() : size, t.dtype());
    }

    private static Tensor product(int n, Tensor x) {
        double factorial = 1;
        for (int k = 2; k <= n && Double.isFinite(factorial); k++) {
            factorial *= k;
        }
        return Special.zeta(n + 1.0, x).mul(factorial);
    }

    private static Tensor highOrder(int n, Tensor x) {
        double s = n + 1.0;
        double limit = n < HIGHEST ? Math.exp(FALL / s) : 0;
        Tensor infinite = x.eq(Double.POSITIVE_INFINITY);
        Tensor far = x.gt(limit).and(infinite.not());
        Tensor near = product(n, far.or(infinite).where(x.fullLike(1), x));
        Tensor place = far.where(x, x.fullLike(Math.max(2 * limit, 2)));
        // lgamma(s) is log(n!)
        Tensor log = place.log().mul(-s).add(Tensors.scalar(s).lgamma());
        Tensor tail = log.exp().mul(n < HIGHEST ? eulerMaclaurin(s, place) : sum(s, place));
        return infinite.where(x.fullLike(0), far.where(tail, near));
    }

    /** {@code sum over k of (1 + k / x)^-s}. */
    private static Tensor sum(double s, Tensor x) {
        double large = 12 + 0.85 * s;
        Tensor smooth = x.ge(large);
        Tensor inner = smooth.where(x.fullLike(large), x).reciprocal();
        Tensor sum = inner.fullLike(1);
        for (int k = 1; k < TERMS; k++) {
            sum = sum.add(inner.mul(k).log1p().mul(-s).exp());
        }
        return smooth.where(eulerMaclaurin(s, smooth.where(x, x.fullLike(large))), sum);
    }

    /** The same for x from {@code 12 + 0.85 s} on. */
    private static Tensor eulerMaclaurin(double s, Tensor x) {
        Tensor inverse = x.reciprocal();
        Tensor sum = x.fullLike(0);
        for (int j = BERNOULLI.length - 1; j >= 0; j--) {
            // the next term's factor (s + 2j + 1)(s + 2j + 2) / x^2, each quotient about 1 at most
            Tensor next = inverse.mul(s + (2 * j + 1)).mul(inverse.mul(s + (2 * j + 2)));
            sum = sum.mul(next).add(BERNOULLI[j]);
        }
        return sum.mul(inverse.mul(s)).add(0.5).add(x.div(s - 1));
    }
}
