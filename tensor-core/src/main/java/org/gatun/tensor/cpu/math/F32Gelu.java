package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/**
 * GELU, {@code x Phi(x)} with the normal distribution function Phi, and its derivative on vectors of floats, without a branch.
 *
 * <p>{@code Phi(-a) = e^(-a^2 / 2) R(a)} with R smooth, so that it keeps its relative accuracy far below 0, where {@code 1 + erf(x / sqrt 2)}
 * has none. R(a) = t P(t) with {@code t = 1 / (1 + 0.3 a)} and a polynomial P; what t, the polynomial's last step and the products lose in
 * rounding is put back. The exponential is an operand: all in one loop is more than the JIT compiler inlines.
 */
public final class F32Gelu {
    private static final FloatVector SCALE = F32.of(0.3f);

    // P(t) in powers of s = t - 1/4, which is exact; error 2^-27 of P(t) up to a = 14
    private static final FloatVector P0 = F32.of(0.15802678f);
    private static final FloatVector P0_LOW = F32.of(-2.186582e-09f);
    private static final FloatVector P1 = F32.of(0.19463195f);
    private static final FloatVector P2 = F32.of(0.19995703f);
    private static final FloatVector P3 = F32.of(0.1593648f);
    private static final FloatVector P4 = F32.of(0.08007347f);
    private static final FloatVector P5 = F32.of(-0.0030300114f);
    private static final FloatVector P6 = F32.of(-0.03793316f);
    private static final FloatVector P7 = F32.of(-0.049694847f);
    private static final FloatVector P8 = F32.of(0.065996945f);
    private static final FloatVector P9 = F32.of(-0.020612843f);

    private static final FloatVector QUARTER = F32.of(0.25f);

    // t R'(t) / R(t), the relative error of R for that of t, within 3 %
    private static final FloatVector C0 = F32.of(0.84214f);
    private static final FloatVector C1 = F32.of(1.8369f);

    /** Above this the exponential is 0, and a polynomial of infinity NaN. */
    private static final FloatVector LARGEST = F32.of(14);

    private static final FloatVector ONE_BY_SQRT_2_PI = F32.of(0.39894228f);

    private F32Gelu() {}

    /** {@code e^(-x^2 / 2)}, the second operand of the others. */
    public static FloatVector gaussian(FloatVector x) {
        return F32Exp.gaussian(x);
    }

    /** {@code x Phi(x)}, at most 2.5 ulp; 0 where it is less than 2^-126. */
    public static FloatVector gelu(FloatVector x, FloatVector gaussian) {
        FloatVector a = bounded(x);
        FloatVector d = a.fma(SCALE, F32.ONE);
        FloatVector t = F32.ONE.div(d);
        FloatVector s = t.sub(QUARTER);
        FloatVector q = polynomial(s);
        FloatVector r = q.fma(s, P0).mul(t);
        FloatVector h = a.mul(r);
        FloatVector lost = a.fma(r, h.neg()).add(a.mul(lost(a, d, t, s, q)));
        FloatVector tail = lost.fma(gaussian, h.mul(gaussian));
        // the product is -0, or NaN for -infinity, as x Phi(x) is
        return x.mul(F32.ZERO).blend(x, x.compare(GE, F32.ZERO)).sub(tail);
    }

    /** The derivative, {@code Phi(x) + x e^(-x^2 / 2) / sqrt(2 pi)}, within 2e-7, relative where it is above 1: its terms cancel where it is 0, near -0.75. */
    public static FloatVector slope(FloatVector x, FloatVector gaussian) {
        FloatVector a = bounded(x);
        FloatVector d = a.fma(SCALE, F32.ONE);
        FloatVector t = F32.ONE.div(d);
        FloatVector s = t.sub(QUARTER);
        FloatVector q = polynomial(s);
        FloatVector r = q.fma(s, P0).mul(t).add(lost(a, d, t, s, q));
        FloatVector tail = r.mul(gaussian);
        FloatVector phi = tail.blend(F32.ONE.sub(tail), x.compare(GT, F32.ZERO));
        return x.mul(ONE_BY_SQRT_2_PI).fma(gaussian, phi);
    }

    /** {@code |x|}, at most {@link #LARGEST}. */
    private static FloatVector bounded(FloatVector x) {
        FloatVector a = x.abs();
        return a.blend(LARGEST, a.compare(GT, LARGEST));
    }

    /** {@code (P(t) - P0) / s}. */
    private static FloatVector polynomial(FloatVector s) {
        return P9.fma(s, P8)
                .fma(s, P7)
                .fma(s, P6)
                .fma(s, P5)
                .fma(s, P4)
                .fma(s, P3)
                .fma(s, P2)
                .fma(s, P1);
    }

    /** What {@code (q s + P0) t} lacks of R(a): roundings in d = 1 + 0.3 a, in its inverse t, in the sum and in the product. */
    private static FloatVector lost(FloatVector a, FloatVector d, FloatVector t, FloatVector s, FloatVector q) {
        FloatVector p = q.fma(s, P0);
        FloatVector r = p.mul(t);
        FloatVector lostByD = a.fma(SCALE, F32.ONE.sub(d));
        FloatVector relative = t.neg().fma(lostByD, t.neg().fma(d, F32.ONE));
        FloatVector lostByP = q.fma(s, P0.sub(p)).add(P0_LOW);
        FloatVector lost = p.mul(relative).fma(C1.fma(t, C0), lostByP);
        return lost.fma(t, p.fma(t, r.neg()));
    }
}
