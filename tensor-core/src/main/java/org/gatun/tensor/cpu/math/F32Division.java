package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Division with remainder on vectors of floats.
 *
 * <p>With {@code t} the integer part of the rounded quotient, {@code r = a - t b} is exact, and t is the true integer part or, where
 * the quotient was rounded up to an integer, one more in magnitude; the sign of r tells. Quotients of 2^22 and more, and
 * infinite divisors, go lane by lane.
 */
public final class F32Division {
    private static final FloatVector LARGEST = F32.of(0x1p22f);

    private F32Division() {}

    /** {@code a / b} rounded to minus infinity, from the exact remainder. */
    public static FloatVector floorDivide(FloatVector a, FloatVector b) {
        FloatVector quotient = a.div(b);
        FloatVector t = F32Arithmetic.trunc(quotient);
        FloatVector r = t.neg().fma(b, a);
        FloatVector y = t.blend(t.sub(F32.ONE), isOpposite(r, b));
        if (isEasy(quotient, b)) {
            return y;
        }
        float[] lanes = y.toArray();
        Lanes.floorDivide(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return FloatVector.fromArray(F32.SPECIES, lanes, 0);
    }

    /** {@code a - b floor(a / b)}: the sign of the divisor. */
    public static FloatVector remainder(FloatVector a, FloatVector b) {
        FloatVector quotient = a.div(b);
        FloatVector r = F32Arithmetic.trunc(quotient).neg().fma(b, a);
        FloatVector y = r.blend(r.add(b), isOpposite(r, b)).blend(zeroLike(a), r.eq(F32.ZERO));
        if (isEasy(quotient, b)) {
            return y;
        }
        float[] lanes = y.toArray();
        Lanes.remainder(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return FloatVector.fromArray(F32.SPECIES, lanes, 0);
    }

    /** {@code a - b trunc(a / b)}, exactly: the sign of the dividend, Java's {@code %}. */
    public static FloatVector fmod(FloatVector a, FloatVector b) {
        FloatVector quotient = a.div(b);
        FloatVector r = F32Arithmetic.trunc(quotient).neg().fma(b, a);
        FloatVector y =
                r.blend(r.add(F32.withSign(b.abs(), a)), isOpposite(r, a)).blend(zeroLike(a), r.eq(F32.ZERO));
        if (isEasy(quotient, b)) {
            return y;
        }
        float[] lanes = y.toArray();
        Lanes.fmod(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return FloatVector.fromArray(F32.SPECIES, lanes, 0);
    }

    /** Whether r is not 0 and its sign is not that of x, which is not 0 either. */
    private static VectorMask<Float> isOpposite(FloatVector r, FloatVector x) {
        return r.compare(NE, F32.ZERO).and(r.compare(LT, F32.ZERO).xor(x.compare(LT, F32.ZERO)));
    }

    private static FloatVector zeroLike(FloatVector a) {
        return F32.withSign(F32.ZERO, a);
    }

    private static boolean isEasy(FloatVector quotient, FloatVector b) {
        return quotient.abs()
                .compare(LT, LARGEST)
                .and(b.abs().compare(LT, F32.INFINITY))
                .allTrue();
    }
}
