package org.gatun.tensor.composite;

import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;

/**
 * The derivatives of the regularised lower incomplete gamma function P(a, x), the distribution function of a gamma variate of concentration
 * a, in tensor operations on F64 operands, so that they differentiate to any order.
 */
public final class IncompleteGamma {
    /** Far below where {@code dP/da} is its limit at a = 0. */
    private static final double LEAST = 1e-300;

    private static final Region BY_SHAPE = Elementwise.region(IncompleteGamma::shapeSlope);
    private static final Region DENSITY = Elementwise.region(IncompleteGamma::placeSlope);

    private IncompleteGamma() {}

    /**
     * {@code dP/da}: the density at x times how fast x must move for P to stay, which is {@link GammaSlope}. 0 at x = 0 and where one of the two
     * is infinite, NaN where P is.
     */
    public static Tensor byShape(Tensor a, Tensor x) {
        return BY_SHAPE.apply(a, x);
    }

    /** {@code dP/dx}, the density {@code x^(a - 1) e^-x / gamma(a)}; 0 where one of the two is infinite, NaN where P is. */
    public static Tensor density(Tensor a, Tensor x) {
        return DENSITY.apply(a, x);
    }

    private static Tensor isFinitePositive(Tensor t) {
        return t.gt(0).and(t.lt(Double.POSITIVE_INFINITY));
    }

    /** Zero where one of a and x is 0 or infinite, NaN where P is, that is also where both are 0 or both infinite. */
    private static Tensor limit(Tensor a, Tensor x) {
        Tensor nan = a.ge(0).and(x.ge(0)).not().or(a.eq(x).and(a.eq(0).or(a.eq(Double.POSITIVE_INFINITY))));
        return nan.where(a.fullLike(Double.NaN), a.fullLike(0));
    }

    private static Tensor shapeSlope(Tensor a, Tensor x) {
        Tensor inside = a.ge(0).and(a.lt(Double.POSITIVE_INFINITY)).and(isFinitePositive(x));
        Tensor shape = inside.where(a, a.fullLike(1)).add(LEAST);
        Tensor place = inside.where(x, x.fullLike(1));
        Tensor slope = logPower(shape, place).exp().mul(shape.mul(GammaSlope.inRegion(shape, place.log())));
        return inside.where(slope.neg(), limit(a, x));
    }

    private static Tensor placeSlope(Tensor a, Tensor x) {
        Tensor inside = isFinitePositive(a).and(isFinitePositive(x));
        Tensor shape = inside.where(a, a.fullLike(1));
        Tensor place = inside.where(x, x.fullLike(1));
        Tensor density = logPower(shape, place).sub(place.log()).exp().mul(shape);
        // at x = 0
        Tensor end = x.eq(0).and(isFinitePositive(a));
        Tensor endShape = end.where(a, a.fullLike(1));
        Tensor endPlace = end.where(x, x.fullLike(0));
        Tensor atEnd = Special.xlogy(endShape.sub(1), endPlace)
                .sub(endPlace)
                .sub(endShape.lgamma())
                .exp();
        return inside.where(density, end.where(atEnd, limit(a, x)));
    }

    /** {@code log(x^a e^-x / gamma(a + 1))}; from a = 1 on around its maximum at x = a, as a difference of numbers of the size of a it has no digits left. */
    private static Tensor logPower(Tensor a, Tensor x) {
        Tensor small = a.lt(1);
        Tensor low = small.where(a, a.fullLike(1));
        Tensor direct = low.mul(x.log()).sub(x).sub(low.add(1).lgamma());
        Tensor high = small.where(a.fullLike(1), a);
        Tensor distance = x.sub(high).div(high);
        Tensor near = distance.gt(-0.5);
        Tensor log = near.where(
                near.where(distance, distance.fullLike(0)).log1p(),
                near.where(x.fullLike(1), x.div(high)).log());
        Tensor around = log.sub(distance).mul(high).sub(Stirling.excess(high)).sub(high.log());
        return small.where(direct, around);
    }
}
