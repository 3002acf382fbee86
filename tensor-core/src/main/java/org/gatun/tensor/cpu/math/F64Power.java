package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/** Powers, the cube root and the hypotenuse on vectors of doubles, and faster ones that are right to the last bit or so of a float, for F32. */
public final class F64Power {
    // (atanh(s) / s - 1 - s^2/3) / s^4 in powers of s^2, error 2^-66 of the logarithm
    private static final DoubleVector L0 = F64.of(0.2);
    private static final DoubleVector L1 = F64.of(0.14285714285714682);
    private static final DoubleVector L2 = F64.of(0.11111111110827943);
    private static final DoubleVector L3 = F64.of(0.09090909167696401);
    private static final DoubleVector L4 = F64.of(0.07692297481259215);
    private static final DoubleVector L5 = F64.of(0.06667402346923655);
    private static final DoubleVector L6 = F64.of(0.05853118169745603);
    private static final DoubleVector L7 = F64.of(0.05861589311938259);
    private static final DoubleVector THIRD = F64.of(0.3333333333333333);
    private static final DoubleVector THIRD_LOW = F64.of(1.850371707708594e-17);
    /** 2 / log 2. */
    private static final DoubleVector TWICE_LOG2_E = F64.of(2.8853900817779268);

    private static final DoubleVector TWICE_LOG2_E_LOW = F64.of(4.0710547481862066e-17);
    private static final DoubleVector LN2 = F64.of(0.6931471805599453);
    private static final DoubleVector LN2_LOW = F64.of(2.3190468138462996e-17);
    /** 2 to this power overflows, and its inverse is less than half the smallest double. */
    private static final DoubleVector LARGEST_EXPONENT = F64.of(1100);

    private static final DoubleVector SMALLEST_EXPONENT = F64.of(-1100);

    /** The biased exponent of the inverse of a power of two is this less its own. */
    private static final LongVector TWICE_BIAS = F64.bits(2046);

    /** Two thirds of the bias of exponents, in their place in the upper half, less what the fraction's line is below its root. */
    private static final DoubleVector TWO_THIRDS_BIAS = F64.of(715094163);

    private static final DoubleVector SMALL_CUBE = F64.of(0x1p-900);
    private static final DoubleVector LARGE_CUBE = F64.of(0x1p900);
    private static final DoubleVector CUBE = F64.of(0x1p162);
    private static final DoubleVector CUBE_INVERSE = F64.of(0x1p-162);
    private static final DoubleVector ROOT = F64.of(0x1p54);
    private static final DoubleVector ROOT_INVERSE = F64.of(0x1p-54);

    private static final LongVector LONG_ONE = F64.bits(1);
    private static final LongVector LARGEST_BIASED = F64.bits(2045);

    private F64Power() {}

    /**
     * {@code a^b = 2^(b log2 |a|)}, at most 1 ulp. The logarithm and its product with b have a low part each, so that the exponent,
     * up to 1075, has an error below 2^-55.
     *
     * <p>{@code |a| = 2^k (1 + f)}, and {@code log(1 + f) = 2 atanh(s) = 2 s (1 + s^2 (1/3 + s^2 P(s^2)))} with {@code s = f / (2 + f)}. Each
     * pair of a value and its low part is a sum.
     */
    public static DoubleVector pow(DoubleVector a, DoubleVector b) {
        DoubleVector magnitude = a.abs();
        VectorMask<Double> tiny = magnitude.compare(LT, F64Log.MIN_NORMAL);
        LongVector bits =
                magnitude.blend(magnitude.mul(F64Log.SUBNORMAL_SCALE), tiny).reinterpretAsLongs();
        LongVector n = F64Log.exponent(bits);
        DoubleVector k = F64Log.toDouble(n).add(F64.ZERO.blend(F64Log.SUBNORMAL_EXPONENT, tiny));
        DoubleVector f = F64Log.fraction(bits, n);

        DoubleVector divisor = f.add(F64.TWO);
        DoubleVector divisorLow = F64.TWO.sub(divisor).add(f);
        DoubleVector inverse = F64.ONE.div(divisor);
        DoubleVector s = f.mul(inverse);
        DoubleVector sNegative = s.neg();
        DoubleVector sLow = sNegative.fma(divisorLow, sNegative.fma(divisor, f)).mul(inverse);
        DoubleVector z = s.mul(s);
        DoubleVector zLow = s.add(s).fma(sLow, s.fma(s, z.neg()));
        // t = 1/3 + z P(z), then u = z t, then v = s u
        DoubleVector p = polynomial(z).mul(z);
        DoubleVector t = p.add(THIRD);
        DoubleVector tLow = THIRD.sub(t).add(p).add(THIRD_LOW);
        DoubleVector u = z.mul(t);
        DoubleVector uLow = zLow.fma(t, z.fma(tLow, z.fma(t, u.neg())));
        DoubleVector v = s.mul(u);
        DoubleVector vLow = sLow.fma(u, s.fma(uLow, s.fma(u, v.neg())));
        DoubleVector atanh = s.add(v);
        DoubleVector atanhLow = s.sub(atanh).add(v).add(vLow.add(sLow));

        // log2 |a| = k + 2 atanh(s) / log 2
        DoubleVector w = atanh.mul(TWICE_LOG2_E);
        DoubleVector wLow = atanhLow.fma(TWICE_LOG2_E, atanh.fma(TWICE_LOG2_E_LOW, atanh.fma(TWICE_LOG2_E, w.neg())));
        DoubleVector log = k.add(w);
        DoubleVector logLow = k.sub(log).add(w).add(wLow);
        log = log.blend(magnitude, magnitude.compare(LT, F64.INFINITY).not());
        log = log.blend(F64.MINUS_INFINITY, magnitude.compare(EQ, F64.ZERO));

        DoubleVector exponent = log.mul(b);
        DoubleVector exponentLow = logLow.fma(b, log.fma(b, exponent.neg()));
        return signed(exp2(exponent, exponentLow), a, b);
    }

    private static DoubleVector polynomial(DoubleVector z) {
        return L7.fma(z, L6)
                .fma(z, L5)
                .fma(z, L4)
                .fma(z, L3)
                .fma(z, L2)
                .fma(z, L1)
                .fma(z, L0);
    }

    /** {@code 2^(x + low)}; where x is out of range, low does not count. */
    private static DoubleVector exp2(DoubleVector x, DoubleVector low) {
        DoubleVector c = x.blend(LARGEST_EXPONENT, x.compare(GT, LARGEST_EXPONENT));
        c = c.blend(SMALLEST_EXPONENT, c.compare(LT, SMALLEST_EXPONENT));
        DoubleVector cLow = F64.ZERO.blend(low, c.compare(EQ, x));
        DoubleVector rounded = c.add(F64.ROUNDER);
        DoubleVector rest = c.sub(rounded.sub(F64.ROUNDER));
        // 2^(rest + low) = e^(r + rLow) = e^r (1 + rLow)
        DoubleVector r = rest.mul(LN2);
        DoubleVector rLow = cLow.fma(LN2, rest.fma(LN2_LOW, rest.fma(LN2, r.neg())));
        DoubleVector head = r.add(F64.ONE);
        DoubleVector tail = F64Exp.expTail(r);
        return F64Exp.scale(rLow.fma(head.add(tail), tail).add(head), rounded);
    }

    /** {@code a^b = 2^(b log2 |a|)}; its error, up to 2^-42, is far below a float's precision and far above a double's. */
    public static DoubleVector powForFloats(DoubleVector a, DoubleVector b) {
        DoubleVector magnitude = F64Exp.exp2(b.mul(F64Log.log2(a.abs())));
        return signed(magnitude, a, b);
    }

    /** The sign and the special values of a power, as IEEE 754 has them. */
    private static DoubleVector signed(DoubleVector magnitude, DoubleVector a, DoubleVector b) {
        VectorMask<Double> integer = F64Arithmetic.round(b).compare(EQ, b);
        DoubleVector half = b.mul(F64.HALF);
        VectorMask<Double> odd = integer.and(F64Arithmetic.round(half).compare(NE, half));
        DoubleVector y = magnitude.blend(F64.withSign(magnitude, a), odd);
        VectorMask<Double> negative = a.compare(LT, F64.ZERO).and(a.compare(GT, F64.MINUS_INFINITY));
        y = y.blend(F64.NAN, negative.and(integer.not()));
        // 1^b and a^0 are 1 even with NaN, and so is (-1)^inf
        VectorMask<Double> one = b.compare(EQ, F64.ZERO).or(a.compare(EQ, F64.ONE));
        VectorMask<Double> infinite = b.abs().compare(EQ, F64.INFINITY).and(a.compare(EQ, F64.MINUS_ONE));
        return y.blend(F64.ONE, one.or(infinite));
    }

    /** {@code sqrt(a^2 + b^2)}, at most 1.5 ulp, of operands scaled by a power of two that brings the larger to about 1. */
    public static DoubleVector hypot(DoubleVector a, DoubleVector b) {
        DoubleVector x = a.abs();
        DoubleVector y = b.abs();
        LongVector exponent =
                x.max(y).reinterpretAsLongs().lanewise(LSHR, 52).max(LONG_ONE).min(LARGEST_BIASED);
        DoubleVector size = exponent.lanewise(LSHL, 52).reinterpretAsDoubles();
        DoubleVector inverse = TWICE_BIAS.sub(exponent).lanewise(LSHL, 52).reinterpretAsDoubles();
        DoubleVector u = x.mul(inverse);
        DoubleVector v = y.mul(inverse);
        return infiniteIfEither(u.fma(u, v.mul(v)).sqrt().mul(size), x, y);
    }

    /** {@code sqrt(a^2 + b^2)} of floats, whose squares neither overflow nor underflow. */
    public static DoubleVector hypotOfFloats(DoubleVector a, DoubleVector b) {
        return infiniteIfEither(a.fma(a, b.mul(b)).sqrt(), a.abs(), b.abs());
    }

    /**
     * The cube root, at most 1 ulp: a third of the exponent and fraction bits to start with, two steps of Halley's, and one of Newton's
     * on the exact remainder. Numbers at the ends of the range are scaled by a cube, so that their cubes stay inside.
     */
    public static DoubleVector cbrt(DoubleVector x) {
        DoubleVector a = x.abs();
        VectorMask<Double> small = a.compare(LT, SMALL_CUBE);
        VectorMask<Double> large = a.compare(GT, LARGE_CUBE);
        DoubleVector c = a.mul(F64.ONE.blend(CUBE, small).blend(CUBE_INVERSE, large));
        DoubleVector third =
                F64Log.toDouble(c.reinterpretAsLongs().lanewise(LSHR, 32)).mul(THIRD);
        LongVector high = third.add(TWO_THIRDS_BIAS).add(F64.ROUNDER).reinterpretAsLongs();
        DoubleVector t =
                halley(halley(high.sub(F64.ROUNDER_BITS).lanewise(LSHL, 32).reinterpretAsDoubles(), c), c);
        DoubleVector square = t.mul(t);
        DoubleVector cube = square.mul(t);
        DoubleVector low = square.fma(t, cube.neg()).add(t.fma(t, square.neg()).mul(t));
        DoubleVector y = c.sub(cube).sub(low).div(square).mul(THIRD).add(t);
        y = y.mul(F64.ONE.blend(ROOT_INVERSE, small).blend(ROOT, large));
        VectorMask<Double> special = a.compare(LT, F64.INFINITY).not().or(a.compare(EQ, F64.ZERO));
        return F64.withSign(y.abs(), x).blend(x, special);
    }

    /** {@code t (t^3 + 2c) / (2 t^3 + c)}, whose error is the third power of that of t. */
    private static DoubleVector halley(DoubleVector t, DoubleVector c) {
        DoubleVector cube = t.mul(t).mul(t);
        return cube.add(c).add(c).div(cube.add(cube).add(c)).mul(t);
    }

    /** y, but infinite where an operand is, even if the other is NaN. */
    private static DoubleVector infiniteIfEither(DoubleVector y, DoubleVector a, DoubleVector b) {
        return y.blend(F64.INFINITY, a.compare(EQ, F64.INFINITY).or(b.compare(EQ, F64.INFINITY)));
    }
}
