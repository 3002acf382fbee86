package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/** Inverse trigonometric functions on vectors of doubles. */
public final class F64Inverse {
    // (atan(x) / x - 1) / x^2 in powers of x^2, error 2^-59 up to x = tan(pi/8)
    private static final DoubleVector A0 = F64.of(-0.33333333333333204);
    private static final DoubleVector A1 = F64.of(0.19999999999955423);
    private static final DoubleVector A2 = F64.of(-0.1428571428034406);
    private static final DoubleVector A3 = F64.of(0.11111110789645498);
    private static final DoubleVector A4 = F64.of(-0.09090897911592807);
    private static final DoubleVector A5 = F64.of(0.07692062630375043);
    private static final DoubleVector A6 = F64.of(-0.06663128609537723);
    private static final DoubleVector A7 = F64.of(0.05848050661089124);
    private static final DoubleVector A8 = F64.of(-0.050399656192392915);
    private static final DoubleVector A9 = F64.of(0.03807990311395622);
    private static final DoubleVector A10 = F64.of(-0.017922619907311078);
    private static final DoubleVector TAN_PI_BY_8 = F64.of(0.41421356237309503);
    private static final DoubleVector TAN_3_PI_BY_8 = F64.of(2.414213562373095);
    private static final DoubleVector QUARTER_PI = F64.of(0.7853981633974483);
    private static final DoubleVector QUARTER_PI_LOW = F64.of(3.061616997868383e-17);
    private static final DoubleVector HALF_PI = F64.of(1.5707963267948966);
    private static final DoubleVector HALF_PI_LOW = F64.of(6.123233995736766e-17);
    private static final DoubleVector PI = F64.of(Math.PI);
    /** Points beyond are not for the formula of the angle. */
    private static final DoubleVector SMALLEST = F64.of(0x1p-960);

    private static final DoubleVector LARGEST = F64.of(0x1p1022);
    private static final DoubleVector PI_LOW = F64.of(1.2246467991473532e-16);

    // (asin(x) / x - 1) / x^2 in powers of x^2, error 2^-59 up to x = 0.5
    private static final DoubleVector S0 = F64.of(0.16666666666666763);
    private static final DoubleVector S1 = F64.of(0.074999999999701);
    private static final DoubleVector S2 = F64.of(0.0446428571752842);
    private static final DoubleVector S3 = F64.of(0.03038194267536432);
    private static final DoubleVector S4 = F64.of(0.02237221590355906);
    private static final DoubleVector S5 = F64.of(0.017351595542757704);
    private static final DoubleVector S6 = F64.of(0.013981018009907982);
    private static final DoubleVector S7 = F64.of(0.011397297476858578);
    private static final DoubleVector S8 = F64.of(0.010789295728802686);
    private static final DoubleVector S9 = F64.of(0.0036722827165789475);
    private static final DoubleVector S10 = F64.of(0.021790407291922515);
    private static final DoubleVector S11 = F64.of(-0.0211163785293054);
    private static final DoubleVector S12 = F64.of(0.032701949027685466);
    /** Keeps the upper 26 bits of a double's fraction, whose square is exact. */
    private static final LongVector UPPER_HALF = F64.bits(-1L << 27);

    private F64Inverse() {}

    /** The inverse tangent, at most 2 ulp. */
    public static DoubleVector atan(DoubleVector x) {
        DoubleVector a = x.abs();
        return F64.withSign(atanOfQuotient(a, F64.ONE).abs(), x);
    }

    /** {@code atan(y / x)} for y and x not negative, not both 0 or infinite. */
    private static DoubleVector atanOfQuotient(DoubleVector y, DoubleVector x) {
        VectorMask<Double> middle = y.compare(GT, x.mul(TAN_PI_BY_8));
        VectorMask<Double> high = y.compare(GT, x.mul(TAN_3_PI_BY_8));
        DoubleVector above = y.blend(y.sub(x), middle).blend(x.neg(), high);
        DoubleVector below = x.blend(y.add(x), middle).blend(y, high);
        DoubleVector base = F64.ZERO.blend(QUARTER_PI, middle).blend(HALF_PI, high);
        DoubleVector baseLow = F64.ZERO.blend(QUARTER_PI_LOW, middle).blend(HALF_PI_LOW, high);
        DoubleVector t = above.div(below);
        DoubleVector z = t.mul(t);
        DoubleVector p = A10.fma(z, A9)
                .fma(z, A8)
                .fma(z, A7)
                .fma(z, A6)
                .fma(z, A5)
                .fma(z, A4)
                .fma(z, A3)
                .fma(z, A2)
                .fma(z, A1)
                .fma(z, A0);
        return p.mul(z).fma(t, baseLow).add(t).add(base);
    }

    /** The inverse sine, at most 2 ulp: a polynomial up to 0.5, {@code pi/2 - 2 asin(sqrt((1 - x) / 2))} above. */
    public static DoubleVector asin(DoubleVector x) {
        DoubleVector a = x.abs();
        VectorMask<Double> small = a.compare(LT, F64.HALF);
        DoubleVector z = F64.ONE.sub(a).mul(F64.HALF).blend(a.mul(a), small);
        DoubleVector p = asinPolynomial(z).mul(z);
        DoubleVector root = z.sqrt();
        DoubleVector rootHigh = root.reinterpretAsLongs().and(UPPER_HALF).reinterpretAsDoubles();
        // at x = 1 all is 0, and so must the low part be
        DoubleVector rootLow = z.sub(rootHigh.mul(rootHigh))
                .div(root.add(rootHigh))
                .blend(F64.ZERO, a.compare(LT, F64.ONE).not());
        // pi/4 - (2 root p - (pi/2's low part - 2 low) - (pi/4 - 2 high))
        DoubleVector twice = root.add(root);
        DoubleVector correction = HALF_PI_LOW.sub(rootLow.add(rootLow));
        DoubleVector high = QUARTER_PI.sub(rootHigh.add(rootHigh));
        DoubleVector large = QUARTER_PI.sub(twice.mul(p).sub(correction).sub(high));
        DoubleVector y = large.blend(p.fma(a, a), small);
        return F64.withSign(y, x).blend(F64.NAN, a.compare(GT, F64.ONE));
    }

    /** The inverse cosine, at most 2 ulp: {@code pi/2 - asin(x)} up to 0.5, {@code 2 asin(sqrt((1 - |x|) / 2))} beyond, or pi less that. */
    public static DoubleVector acos(DoubleVector x) {
        DoubleVector a = x.abs();
        VectorMask<Double> small = a.compare(LT, F64.HALF);
        DoubleVector z = F64.ONE.sub(a).mul(F64.HALF).blend(a.mul(a), small);
        DoubleVector p = asinPolynomial(z).mul(z);
        DoubleVector middle = HALF_PI.sub(x.sub(HALF_PI_LOW.sub(p.mul(x))));
        DoubleVector root = z.sqrt();
        DoubleVector rootHigh = root.reinterpretAsLongs().and(UPPER_HALF).reinterpretAsDoubles();
        // at x = 1 all is 0, and so must the low part be
        DoubleVector rootLow = z.sub(rootHigh.mul(rootHigh))
                .div(root.add(rootHigh))
                .blend(F64.ZERO, a.compare(LT, F64.ONE).not());
        DoubleVector w = p.fma(root, rootLow);
        DoubleVector positive = rootHigh.add(w);
        DoubleVector angle = positive.add(positive);
        DoubleVector v = p.fma(root, HALF_PI_LOW.neg());
        DoubleVector negative = root.add(v);
        DoubleVector y = angle.blend(PI.sub(negative.add(negative)), x.compare(LT, F64.ZERO));
        return y.blend(middle, small).blend(F64.NAN, a.compare(GT, F64.ONE));
    }

    private static DoubleVector asinPolynomial(DoubleVector z) {
        return S12.fma(z, S11)
                .fma(z, S10)
                .fma(z, S9)
                .fma(z, S8)
                .fma(z, S7)
                .fma(z, S6)
                .fma(z, S5)
                .fma(z, S4)
                .fma(z, S3)
                .fma(z, S2)
                .fma(z, S1)
                .fma(z, S0);
    }

    /**
     * The angle of the point (x, y), at most 2 ulp. Points with both coordinates 0 or infinite, or so small or large that sums and
     * products of them leave the range, go lane by lane through {@link Math#atan2}.
     */
    public static DoubleVector atan2(DoubleVector y, DoubleVector x) {
        DoubleVector height = y.abs();
        DoubleVector width = x.abs();
        DoubleVector angle = atanOfQuotient(height, width);
        DoubleVector r = angle.blend(PI.sub(angle.sub(PI_LOW)), x.compare(LT, F64.ZERO));
        r = F64.withSign(r.abs(), y);
        DoubleVector larger = height.max(width);
        VectorMask<Double> ordinary = larger.compare(GT, SMALLEST).and(larger.compare(LT, LARGEST));
        if (ordinary.allTrue()) {
            return r;
        }
        double[] lanes = r.toArray();
        Lanes.atan2(y.toArray(), x.toArray(), lanes, SMALLEST.lane(0), LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }
}
