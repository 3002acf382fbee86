package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
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

    private F32Log() {}

    /** The natural logarithm, at most 1 ulp. */
    public static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, MIN_NORMAL);
        IntVector bits = x.blend(x.mul(SUBNORMAL_SCALE), tiny).reinterpretAsInts();
        IntVector n = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector k = n.add(F32.ROUNDER_BITS).reinterpretAsFloats().sub(F32.ROUNDER);
        k = k.add(F32.ZERO.blend(SUBNORMAL_EXPONENT, tiny));
        FloatVector f = bits.sub(n.lanewise(LSHL, 23)).reinterpretAsFloats().sub(F32.ONE);
        FloatVector z = f.mul(f);
        FloatVector p = logPolynomial(f).mul(z).fma(f, k.mul(LN2_LOW));
        FloatVector r = k.fma(LN2_HIGH, z.fma(F32.MINUS_HALF, p).add(f));
        return special(r, x);
    }

    private static FloatVector logPolynomial(FloatVector f) {
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
