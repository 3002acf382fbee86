package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sine and cosine on vectors of floats.
 *
 * <p>{@code x = k pi/2 + r} with {@code |r| <= pi/4}, where k is subtracted in three parts of pi/2, exactly up to 65,536; beyond, and
 * for infinities and NaN, lane by lane through {@link Math}, which reduces by as many digits of pi as it takes.
 */
public final class F32Trig {
    private static final FloatVector LARGEST = F32.of(65536);
    /** Below this sin(x) rounds to x. */
    private static final FloatVector TINY = F32.of(0x1p-13f);

    private static final FloatVector TWO_BY_PI = F32.of(0.63661975f);
    private static final FloatVector MINUS_HALF_PI = F32.of(-1.5707964f);
    private static final FloatVector MINUS_HALF_PI_LOW = F32.of(4.371139e-08f);
    private static final FloatVector MINUS_HALF_PI_LOWEST = F32.of(1.7151245e-15f);
    private static final IntVector INT_ONE = F32.bits(1);
    private static final IntVector INT_TWO = F32.bits(2);
    private static final IntVector INT_ZERO = F32.bits(0);

    // (sin(r) / r - 1) / r^2 in powers of r^2, error 2^-28
    private static final FloatVector S0 = F32.of(-1.6666655e-01f);
    private static final FloatVector S1 = F32.of(8.332173e-03f);
    private static final FloatVector S2 = F32.of(-1.9516656e-04f);

    // (cos(r) - 1 + r^2/2) / r^4 in powers of r^2, error 2^-32
    private static final FloatVector C0 = F32.of(4.1666646e-02f);
    private static final FloatVector C1 = F32.of(-1.3887362e-03f);
    private static final FloatVector C2 = F32.of(2.4437732e-05f);

    private F32Trig() {}

    /** The sine, at most 1.6 ulp. */
    public static FloatVector sin(FloatVector x) {
        FloatVector rounded = x.fma(TWO_BY_PI, F32.ROUNDER);
        FloatVector a = x.abs();
        FloatVector y =
                sinOfQuadrant(reduce(x, rounded), rounded.reinterpretAsInts()).blend(x, a.compare(LT, TINY));
        VectorMask<Float> ordinary = a.compare(LT, LARGEST);
        if (ordinary.allTrue()) {
            return y;
        }
        float[] lanes = y.toArray();
        Lanes.sin(x.toArray(), lanes, LARGEST.lane(0));
        return FloatVector.fromArray(F32.SPECIES, lanes, 0);
    }

    /** The cosine, at most 1.6 ulp. */
    public static FloatVector cos(FloatVector x) {
        FloatVector rounded = x.fma(TWO_BY_PI, F32.ROUNDER);
        FloatVector y =
                sinOfQuadrant(reduce(x, rounded), rounded.reinterpretAsInts().add(INT_ONE));
        VectorMask<Float> ordinary = x.abs().compare(LT, LARGEST);
        if (ordinary.allTrue()) {
            return y;
        }
        float[] lanes = y.toArray();
        Lanes.cos(x.toArray(), lanes, LARGEST.lane(0));
        return FloatVector.fromArray(F32.SPECIES, lanes, 0);
    }

    private static FloatVector reduce(FloatVector x, FloatVector rounded) {
        FloatVector k = rounded.sub(F32.ROUNDER);
        return k.fma(MINUS_HALF_PI_LOWEST, k.fma(MINUS_HALF_PI_LOW, k.fma(MINUS_HALF_PI, x)));
    }

    /** {@code sin(r + n pi/2)}; only the two lowest bits of n count. */
    private static FloatVector sinOfQuadrant(FloatVector r, IntVector n) {
        FloatVector z = r.mul(r);
        FloatVector sin = S2.fma(z, S1).fma(z, S0).mul(z).fma(r, r);
        FloatVector cos = C2.fma(z, C1).fma(z, C0).fma(z.mul(z), z.fma(F32.MINUS_HALF, F32.ONE));
        FloatVector y = sin.blend(cos, n.and(INT_ONE).compare(NE, INT_ZERO).cast(F32.SPECIES));
        return y.reinterpretAsInts()
                .lanewise(XOR, n.and(INT_TWO).lanewise(LSHL, 30))
                .reinterpretAsFloats();
    }
}
