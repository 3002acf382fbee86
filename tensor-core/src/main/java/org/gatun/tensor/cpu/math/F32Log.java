package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Logarithms on vectors of floats.
 *
 * <p>{@code x = 2^k (1 + f)} with {@code 1 + f} from sqrt(1/2) to sqrt(2), and {@code log(1 + f)} is a minimax polynomial.
 */
public final class F32Log {
    private static final IntVector SQRT_HALF_BITS = F32.bits(0x3F3504F3);
    private static final FloatVector MIN_NORMAL = F32.of(Float.MIN_NORMAL);
    private static final FloatVector SUBNORMAL_SCALE = F32.of(0x1p23f);
    private static final FloatVector SUBNORMAL_EXPONENT = F32.of(-23);
    private static final FloatVector LN2_HIGH = F32.of(0.693359375f);
    private static final FloatVector LN2_LOW = F32.of(-2.12194440e-4f);
    private static final FloatVector LOG2_E = F32.of(1.442695f);
    private static final FloatVector LOG2_E_LOW = F32.of((float) (1.4426950408889634 - 1.442695f));
    private static final FloatVector LOG10_E = F32.of(0.4342945f);
    private static final FloatVector LOG10_E_LOW = F32.of((float) (0.4342944819032518 - 0.4342945f));
    /** The upper bits of log10(2): its product with k is exact. */
    private static final FloatVector LOG10_2 = F32.of(0x1.344p-2f);

    private static final FloatVector LOG10_2_LOW = F32.of((float) (0.3010299956639812 - 0x1.344p-2));
    /** The largest k for which 2^-k is a normal float. */
    private static final IntVector LARGEST_EXPONENT = F32.bits(126);
    /** Below this log(1 + x) rounds to x. */
    private static final FloatVector TINY = F32.of(0x1p-26f);

    // (log(1 + f) - f + f^2/2) / f^3, error 2^-30
    private static final FloatVector L0 = F32.of(3.3333313e-01f);
    private static final FloatVector L1 = F32.of(-2.500001e-01f);
    private static final FloatVector L2 = F32.of(2.0002119e-01f);
    private static final FloatVector L3 = F32.of(-1.6667996e-01f);
    private static final FloatVector L4 = F32.of(1.4219554e-01f);
    private static final FloatVector L5 = F32.of(-1.240559e-01f);
    private static final FloatVector L6 = F32.of(1.1888153e-01f);
    private static final FloatVector L7 = F32.of(-1.1675631e-01f);
    private static final FloatVector L8 = F32.of(6.746626e-02f);

    // R of softplus in powers of s^2, up to s = 1/3
    private static final FloatVector SP0 = F32.of(6.666641e-01f);
    private static final FloatVector SP1 = F32.of(4.00217e-01f);
    private static final FloatVector SP2 = F32.of(2.7999142e-01f);
    private static final FloatVector SP3 = F32.of(2.802446e-01f);

    private F32Log() {}

    /** The natural logarithm, at most 1 ulp. */
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, MIN_NORMAL);
        IntVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsInts();
        IntVector n = exponent(bits);
        FloatVector k = toFloat(n).add(F32.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        FloatVector f = fraction(bits, n);
        return special(naturalLog(k, f), x);
    }

    /** The logarithm to base 2, at most 1.5 ulp; exact at powers of two. */
    public static FloatVector log2(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, MIN_NORMAL);
        IntVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsInts();
        IntVector n = exponent(bits);
        FloatVector k = toFloat(n).add(F32.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        FloatVector f = fraction(bits, n);
        FloatVector low = curvature(f).fma(LOG2_E, f.mul(LOG2_E_LOW));
        return special(f.fma(LOG2_E, low).add(k), x);
    }

    /** The logarithm to base 10, at most 1.5 ulp. */
    public static FloatVector log10(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, MIN_NORMAL);
        IntVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsInts();
        IntVector n = exponent(bits);
        FloatVector k = toFloat(n).add(F32.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        FloatVector f = fraction(bits, n);
        FloatVector low = k.fma(LOG10_2_LOW, curvature(f).fma(LOG10_E, f.mul(LOG10_E_LOW)));
        return special(k.fma(LOG10_2, f.fma(LOG10_E, low)), x);
    }

    /** {@code log(1 + x)}, at most 1.5 ulp, with the rounding error of {@code 1 + x} put back. */
    public static FloatVector log1p(FloatVector x) {
        FloatVector u = x.add(F32.ONE);
        FloatVector r = log1pFinite(x, u);
        return special(r, u).blend(x, x.abs().compare(LT, TINY));
    }

    /** {@code log(1 + x)} for finite x above -1 with {@code u} the rounded {@code 1 + x}. */
    private static FloatVector log1pFinite(FloatVector x, FloatVector u) {
        VectorMask<Float> large = x.compare(GT, F32.ONE);
        FloatVector lost = F32.ONE.blend(x, large).sub(u).add(x.blend(F32.ONE, large));
        IntVector bits = u.reinterpretAsInts();
        IntVector n = exponent(bits);
        FloatVector f = fraction(bits, n)
                .add(lost.mul(F32.powerOfTwo(n.min(LARGEST_EXPONENT).neg())));
        return naturalLog(toFloat(n), f);
    }

    /** {@code log(1 + e^x)}, at most 2 ulp: {@code max(x, 0) + log(1 + e)} with {@code e = e^-|x|}, without overflow. */
    public static FloatVector softplus(FloatVector x) {
        FloatVector e = F32Exp.exp(F32.withSignBit(x));
        // log(1 + e) = e - (e^2/2 - s (e^2/2 + s^2 R(s^2))) with s = e / (2 + e), at most 1/3
        FloatVector s = e.div(e.add(F32.TWO));
        FloatVector z = s.mul(s);
        FloatVector half = e.mul(F32.HALF).mul(e);
        FloatVector log =
                e.sub(half.sub(s.mul(SP3.fma(z, SP2).fma(z, SP1).fma(z, SP0).fma(z, half))));
        return log.add(F32.ZERO.blend(x, x.compare(LT, F32.ZERO).not()));
    }

    private static IntVector exponent(IntVector bits) {
        return bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
    }

    private static FloatVector toFloat(IntVector n) {
        return n.add(F32.ROUNDER_BITS).reinterpretAsFloats().sub(F32.ROUNDER);
    }

    /** {@code x / 2^n - 1}. */
    private static FloatVector fraction(IntVector bits, IntVector n) {
        return bits.sub(n.lanewise(LSHL, 23)).reinterpretAsFloats().sub(F32.ONE);
    }

    /** {@code k log(2) + log(1 + f)}. */
    private static FloatVector naturalLog(FloatVector k, FloatVector f) {
        FloatVector z = f.mul(f);
        FloatVector p = polynomial(f).mul(z).fma(f, k.mul(LN2_LOW));
        return k.fma(LN2_HIGH, z.fma(F32.MINUS_HALF, p).add(f));
    }

    /** {@code log(1 + f) - f}. */
    private static FloatVector curvature(FloatVector f) {
        FloatVector z = f.mul(f);
        return z.fma(F32.MINUS_HALF, polynomial(f).mul(z).mul(f));
    }

    private static FloatVector polynomial(FloatVector f) {
        return L8.fma(f, L7)
                .fma(f, L6)
                .fma(f, L5)
                .fma(f, L4)
                .fma(f, L3)
                .fma(f, L2)
                .fma(f, L1)
                .fma(f, L0);
    }

    /** A logarithm's values where the formula has none: at 0, below 0, at infinity and NaN. */
    private static FloatVector special(FloatVector r, FloatVector x) {
        FloatVector s = r.blend(x, x.compare(LT, F32.INFINITY).not());
        s = s.blend(F32.NAN, x.compare(LT, F32.ZERO));
        return s.blend(F32.MINUS_INFINITY, x.compare(EQ, F32.ZERO));
    }
}
