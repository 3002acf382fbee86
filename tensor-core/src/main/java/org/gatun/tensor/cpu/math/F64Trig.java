package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sine, cosine and tangent on vectors of doubles.
 *
 * <p>{@code x = k pi/2 + r} with {@code |r| <= pi/4}, where k is subtracted in three parts of pi/2, exactly up to 2^20, and r has a low
 * part; beyond, and for infinities and NaN, lane by lane through {@link Math}, which reduces by as many digits of pi as it takes.
 */
public final class F64Trig {
    private static final DoubleVector LARGEST = F64.of(0x1p20);
    /** Below this sin(x) and tan(x) round to x. */
    private static final DoubleVector TINY = F64.of(0x1p-27);

    private static final DoubleVector TWO_BY_PI = F64.of(0.6366197723675814);
    private static final DoubleVector MINUS_HALF_PI = F64.of(-1.5707963267948966);
    private static final DoubleVector MINUS_HALF_PI_LOW = F64.of(-6.123233995736766e-17);
    private static final DoubleVector MINUS_HALF_PI_LOWEST = F64.of(1.4973849048591698e-33);
    private static final LongVector LONG_ONE = F64.bits(1);
    private static final LongVector LONG_TWO = F64.bits(2);
    private static final LongVector LONG_ZERO = F64.bits(0);

    // (sin(r) / r - 1) / r^2 in powers of r^2, error 2^-68
    private static final DoubleVector S0 = F64.of(-0.16666666666666666);
    private static final DoubleVector S1 = F64.of(0.008333333333333323);
    private static final DoubleVector S2 = F64.of(-0.0001984126984125499);
    private static final DoubleVector S3 = F64.of(2.7557319214148956e-06);
    private static final DoubleVector S4 = F64.of(-2.505210490056967e-08);
    private static final DoubleVector S5 = F64.of(1.6058365197149119e-10);
    private static final DoubleVector S6 = F64.of(-7.578625686468081e-13);

    // (cos(r) - 1 + r^2/2) / r^4 in powers of r^2, error 2^-63
    private static final DoubleVector C0 = F64.of(0.0416666666666666);
    private static final DoubleVector C1 = F64.of(-0.001388888888887399);
    private static final DoubleVector C2 = F64.of(2.4801587289395082e-05);
    private static final DoubleVector C3 = F64.of(-2.7557314326070805e-07);
    private static final DoubleVector C4 = F64.of(2.08757195637335e-09);
    private static final DoubleVector C5 = F64.of(-1.1359448926482873e-11);

    private F64Trig() {}

    /** The sine, at most 1 ulp. */
    public static DoubleVector sin(DoubleVector x) {
        DoubleVector rounded = x.fma(TWO_BY_PI, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector first = k.fma(MINUS_HALF_PI, x);
        DoubleVector second = k.mul(MINUS_HALF_PI_LOW);
        DoubleVector r = first.add(second);
        DoubleVector y = sinOfQuadrant(r, low(k, first, second, r), rounded.reinterpretAsLongs())
                .blend(x, x.abs().compare(LT, TINY));
        VectorMask<Double> ordinary = x.abs().compare(LT, LARGEST);
        if (ordinary.allTrue()) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.sin(x.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** The cosine, at most 1 ulp. */
    public static DoubleVector cos(DoubleVector x) {
        DoubleVector rounded = x.fma(TWO_BY_PI, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector first = k.fma(MINUS_HALF_PI, x);
        DoubleVector second = k.mul(MINUS_HALF_PI_LOW);
        DoubleVector r = first.add(second);
        DoubleVector y = sinOfQuadrant(
                r, low(k, first, second, r), rounded.reinterpretAsLongs().add(LONG_ONE));
        VectorMask<Double> ordinary = x.abs().compare(LT, LARGEST);
        if (ordinary.allTrue()) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.cos(x.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** The tangent, at most 1.5 ulp: the quotient of sine and cosine. */
    public static DoubleVector tan(DoubleVector x) {
        DoubleVector rounded = x.fma(TWO_BY_PI, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector first = k.fma(MINUS_HALF_PI, x);
        DoubleVector second = k.mul(MINUS_HALF_PI_LOW);
        DoubleVector r = first.add(second);
        DoubleVector low = low(k, first, second, r);
        VectorMask<Double> odd = rounded.reinterpretAsLongs()
                .and(LONG_ONE)
                .compare(NE, LONG_ZERO)
                .cast(F64.SPECIES);
        // sin / cos or -cos / sin, all four as sums of two
        DoubleVector cosHead = cosHead(r);
        DoubleVector sinTail = sinTail(r, low);
        DoubleVector cosTail = cosTail(r, low);
        DoubleVector topTail = sinTail.blend(cosTail.neg(), odd);
        DoubleVector topHead = r.blend(cosHead.neg(), odd);
        DoubleVector bottomTail = cosTail.blend(sinTail, odd);
        DoubleVector bottomHead = cosHead.blend(r, odd);
        DoubleVector top = topHead.add(topTail);
        DoubleVector bottom = bottomHead.add(bottomTail);
        DoubleVector inverse = F64.ONE.div(bottom);
        DoubleVector quotient = top.mul(inverse);
        // what the two sums and the quotient lost
        DoubleVector topLow = topHead.sub(top).add(topTail);
        DoubleVector bottomLow = bottomHead.sub(bottom).add(bottomTail);
        DoubleVector lost =
                quotient.neg().fma(bottomLow, quotient.neg().fma(bottom, top).add(topLow));
        DoubleVector y = lost.fma(inverse, quotient).blend(x, x.abs().compare(LT, TINY));
        VectorMask<Double> ordinary = x.abs().compare(LT, LARGEST);
        if (ordinary.allTrue()) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.tan(x.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** What {@code first + second} lost when it was rounded to r, what the product {@code second} lost, and the third part. */
    private static DoubleVector low(DoubleVector k, DoubleVector first, DoubleVector second, DoubleVector r) {
        DoubleVector productLow = k.fma(MINUS_HALF_PI_LOW, second.neg());
        return k.fma(MINUS_HALF_PI_LOWEST, first.sub(r).add(second).add(productLow));
    }

    /** {@code sin(r + low + n pi/2)}; only the two lowest bits of n count. */
    private static DoubleVector sinOfQuadrant(DoubleVector r, DoubleVector low, LongVector n) {
        VectorMask<Double> odd = n.and(LONG_ONE).compare(NE, LONG_ZERO).cast(F64.SPECIES);
        DoubleVector y = sinReduced(r, low).blend(cosReduced(r, low), odd);
        return y.reinterpretAsLongs()
                .lanewise(XOR, n.and(LONG_TWO).lanewise(LSHL, 62))
                .reinterpretAsDoubles();
    }

    private static DoubleVector sinReduced(DoubleVector r, DoubleVector low) {
        return sinTail(r, low).add(r);
    }

    /** {@code sin(r + low) - r}. */
    private static DoubleVector sinTail(DoubleVector r, DoubleVector low) {
        DoubleVector z = r.mul(r);
        DoubleVector p =
                S6.fma(z, S5).fma(z, S4).fma(z, S3).fma(z, S2).fma(z, S1).fma(z, S0);
        // low cos(r) + r^3 p
        return p.fma(z.mul(r), z.mul(low).fma(F64.MINUS_HALF, low));
    }

    private static DoubleVector cosReduced(DoubleVector r, DoubleVector low) {
        return cosTail(r, low).add(cosHead(r));
    }

    /** {@code 1 - r^2/2}, rounded. */
    private static DoubleVector cosHead(DoubleVector r) {
        return F64.ONE.sub(r.mul(r).mul(F64.HALF));
    }

    /** {@code cos(r + low)} less the head. */
    private static DoubleVector cosTail(DoubleVector r, DoubleVector low) {
        DoubleVector z = r.mul(r);
        DoubleVector p = C5.fma(z, C4).fma(z, C3).fma(z, C2).fma(z, C1).fma(z, C0);
        DoubleVector half = z.mul(F64.HALF);
        // what the head lost, and r^4 p
        return p.fma(z.mul(z), F64.ONE.sub(cosHead(r)).sub(half).sub(r.mul(low)));
    }
}
