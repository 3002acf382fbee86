package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;

/**
 * The probability of a standard normal variable between two bounds, as a region. An interval whose middle is below 0 is mirrored; one that
 * begins beyond 1 is measured in units of the density at its beginning, which underflows, by the scaled complementary error function,
 * which does not.
 */
final class NormalMass {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    /** Beyond this no double has any probability next to one, and an infinite bound would make a NaN of its second derivative. */
    private static final double END = 40;

    /** {@code log(ndtr(high) - ndtr(low))}; -infinity where low is high, NaN where it is above. */
    static final Region LOG = Widened.region((low, high) -> {
        Tensor mirrored = low.add(high).lt(0);
        Tensor a = mirrored.where(high.neg(), low);
        Tensor b = mirrored.where(low.neg(), high);
        Tensor deep = a.gt(1);

        Tensor start = deep.where(a, a.fullLike(2));
        Tensor endless = b.eq(Double.POSITIVE_INFINITY);
        Tensor end = deep.and(endless.not()).where(b, start.add(1));
        Tensor scaled = Special.erfcx(start.mul(SQRT_HALF));
        Tensor fall = Special.erfcx(end.mul(SQRT_HALF))
                .div(scaled)
                .log()
                .sub(end.sub(start).mul(end.add(start)).mul(0.5));
        Tensor tail = scaled.mul(0.5).log().sub(start.square().mul(0.5));
        Tensor part = fall.expm1().neg().log();
        Tensor far = endless.where(tail, tail.add(part));

        Tensor left = deep.where(a.fullLike(0), a).clamp(-END, END).mul(SQRT_HALF);
        Tensor right = deep.where(b.fullLike(1), b).clamp(-END, END).mul(SQRT_HALF);
        Tensor near = right.erf().sub(left.erf()).mul(0.5).log();
        return deep.where(far, near);
    });

    private NormalMass() {}
}
