package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * Logarithms on vectors of doubles.
 *
 * <p>{@code x = 2^k (1 + f)} with {@code 1 + f} from sqrt(1/2) to sqrt(2). With {@code s = f / (2 + f)}, {@code log(1 + f) = 2s +
 * s^3 R(s^2) = f - (f^2/2 - s (f^2/2 + s^2 R(s^2)))}, where R is a minimax polynomial.
 */
public final class F64Log {
    private static final LongVector SQRT_HALF_BITS = F64.bits(0x3FE6A09E667F3BCDL);
    static final DoubleVector MIN_NORMAL = F64.of(Double.MIN_NORMAL);
    static final DoubleVector SUBNORMAL_SCALE = F64.of(0x1p52);
    static final DoubleVector SUBNORMAL_EXPONENT = F64.of(-52);
    private static final DoubleVector LN2_HIGH = F64.of(6.93147180369123816490e-01);
    private static final DoubleVector LN2_LOW = F64.of(1.90821492927058770002e-10);
    private static final DoubleVector LOG2_E = F64.of(1.4426950408889634);
    private static final DoubleVector LOG2_E_LOW = F64.of(2.0355273740931033e-17);
    private static final DoubleVector LOG10_E = F64.of(0.4342944819032518);
    private static final DoubleVector LOG10_E_LOW = F64.of(1.098319650216765e-17);
    /** The upper bits of log10(2): its product with k is exact. */
    private static final DoubleVector LOG10_2 = F64.of(3.01029995663611771306e-01);

    private static final DoubleVector LOG10_2_LOW = F64.of(3.69423907715893078616e-13);
    /** The largest k for which 2^-k is a normal double. */
    private static final LongVector LARGEST_EXPONENT = F64.bits(1022);
    /** Below this log(1 + x) rounds to x. */
    private static final DoubleVector TINY = F64.of(0x1p-54);

    // R in powers of s^2, error 2^-58 of the logarithm
    private static final DoubleVector L0 = F64.of(0.6666666666666696);
    private static final DoubleVector L1 = F64.of(0.3999999999961378);
    private static final DoubleVector L2 = F64.of(0.2857142870496466);
    private static final DoubleVector L3 = F64.of(0.22222201953023168);
    private static final DoubleVector L4 = F64.of(0.18183405723919768);
    private static final DoubleVector L5 = F64.of(0.15317779093361486);
    private static final DoubleVector L6 = F64.of(0.1476123357557173);

    // R of softplus in powers of s^2, up to s = 1/3
    private static final DoubleVector SP0 = F64.of(0.6666666666666639);
    private static final DoubleVector SP1 = F64.of(0.40000000000134334);
    private static final DoubleVector SP2 = F64.of(0.2857142855018039);
    private static final DoubleVector SP3 = F64.of(0.22222223847471564);
    private static final DoubleVector SP4 = F64.of(0.18181747685015245);
    private static final DoubleVector SP5 = F64.of(0.15386488456167471);
    private static final DoubleVector SP6 = F64.of(0.13301824202016954);
    private static final DoubleVector SP7 = F64.of(0.12099911641306592);
    private static final DoubleVector SP8 = F64.of(0.083650981310806);
    private static final DoubleVector SP9 = F64.of(0.1697531427365031);

    private F64Log() {}

    /** The natural logarithm, at most 1 ulp. */
    public static DoubleVector log(DoubleVector x) {
        VectorMask<Double> tiny = x.compare(LT, MIN_NORMAL);
        LongVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsLongs();
        LongVector n = exponent(bits);
        DoubleVector k = toDouble(n).add(F64.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        DoubleVector f = fraction(bits, n);
        return special(k.fma(LN2_HIGH, f.sub(k.fma(LN2_LOW.neg(), curvature(f)))), x);
    }

    /** The logarithm to base 2, at most 1.5 ulp; exact at powers of two. */
    public static DoubleVector log2(DoubleVector x) {
        VectorMask<Double> tiny = x.compare(LT, MIN_NORMAL);
        LongVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsLongs();
        LongVector n = exponent(bits);
        DoubleVector k = toDouble(n).add(F64.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        DoubleVector f = fraction(bits, n);
        DoubleVector low = f.mul(LOG2_E_LOW).sub(curvature(f).mul(LOG2_E));
        return special(f.fma(LOG2_E, low).add(k), x);
    }

    /** The logarithm to base 10, at most 1.5 ulp. */
    public static DoubleVector log10(DoubleVector x) {
        VectorMask<Double> tiny = x.compare(LT, MIN_NORMAL);
        LongVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsLongs();
        LongVector n = exponent(bits);
        DoubleVector k = toDouble(n).add(F64.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        DoubleVector f = fraction(bits, n);
        DoubleVector low =
                k.fma(LOG10_2_LOW, f.mul(LOG10_E_LOW)).sub(curvature(f).mul(LOG10_E));
        return special(k.fma(LOG10_2, f.fma(LOG10_E, low)), x);
    }

    /** {@code log(1 + x)}, at most 1.5 ulp, with the rounding error of {@code 1 + x} put back. */
    public static DoubleVector log1p(DoubleVector x) {
        DoubleVector u = x.add(F64.ONE);
        return special(log1pFinite(x, u, F64.ZERO), u).blend(x, x.abs().compare(LT, TINY));
    }

    /** {@code log(1 + x + low)}, where low is less than an ulp of x. */
    static DoubleVector log1p(DoubleVector x, DoubleVector low) {
        DoubleVector u = x.add(F64.ONE);
        return special(log1pFinite(x, u, low), u).blend(x, x.abs().compare(LT, TINY));
    }

    /** {@code log(1 + x + low)} for finite x above -1 with {@code u} the rounded {@code 1 + x}. */
    private static DoubleVector log1pFinite(DoubleVector x, DoubleVector u, DoubleVector low) {
        VectorMask<Double> large = x.compare(GT, F64.ONE);
        DoubleVector lost =
                F64.ONE.blend(x, large).sub(u).add(x.blend(F64.ONE, large)).add(low);
        LongVector bits = u.reinterpretAsLongs();
        LongVector n = exponent(bits);
        DoubleVector scaledLost =
                lost.mul(F64.powerOfTwo(n.min(LARGEST_EXPONENT).neg()));
        DoubleVector k = toDouble(n);
        DoubleVector whole = fraction(bits, n);
        DoubleVector f = whole.add(scaledLost);
        // what is lost once more by that addition
        DoubleVector rest = whole.sub(f).add(scaledLost);
        return k.fma(LN2_HIGH, f.sub(k.fma(LN2_LOW.neg(), curvature(f)).sub(rest)));
    }

    /** {@code log(1 + e^x)}, at most 2 ulp: {@code max(x, 0) + log(1 + e)} with {@code e = e^-|x|}, without overflow. */
    public static DoubleVector softplus(DoubleVector x) {
        DoubleVector e = F64Exp.exp(F64.withSignBit(x));
        // log(1 + e) = e - (e^2/2 - s (e^2/2 + s^2 R(s^2))) with s = e / (2 + e), at most 1/3
        DoubleVector s = e.div(e.add(F64.TWO));
        DoubleVector z = s.mul(s);
        DoubleVector half = e.mul(F64.HALF).mul(e);
        DoubleVector log = e.sub(half.sub(s.mul(SP9.fma(z, SP8)
                .fma(z, SP7)
                .fma(z, SP6)
                .fma(z, SP5)
                .fma(z, SP4)
                .fma(z, SP3)
                .fma(z, SP2)
                .fma(z, SP1)
                .fma(z, SP0)
                .fma(z, half))));
        return log.add(F64.ZERO.blend(x, x.compare(LT, F64.ZERO).not()));
    }

    static LongVector exponent(LongVector bits) {
        return bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 52);
    }

    static DoubleVector toDouble(LongVector n) {
        return n.add(F64.ROUNDER_BITS).reinterpretAsDoubles().sub(F64.ROUNDER);
    }

    /** {@code x / 2^n - 1}. */
    static DoubleVector fraction(LongVector bits, LongVector n) {
        return bits.sub(n.lanewise(LSHL, 52)).reinterpretAsDoubles().sub(F64.ONE);
    }

    /** {@code f - log(1 + f)}. */
    private static DoubleVector curvature(DoubleVector f) {
        DoubleVector s = f.div(f.add(F64.TWO));
        DoubleVector z = s.mul(s);
        DoubleVector r =
                L6.fma(z, L5).fma(z, L4).fma(z, L3).fma(z, L2).fma(z, L1).fma(z, L0);
        DoubleVector half = f.mul(F64.HALF).mul(f);
        return half.sub(s.mul(r.fma(z, half)));
    }

    /** A logarithm's values where the formula has none: at 0, below 0, at infinity and NaN. */
    private static DoubleVector special(DoubleVector r, DoubleVector x) {
        DoubleVector s = r.blend(x, x.compare(LT, F64.INFINITY).not());
        s = s.blend(F64.NAN, x.compare(LT, F64.ZERO));
        return s.blend(F64.MINUS_INFINITY, x.compare(EQ, F64.ZERO));
    }
}
