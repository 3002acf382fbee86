package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * Division with remainder on vectors of doubles.
 *
 * <p>With {@code t} the integer part of the rounded quotient, {@code r = a - t b} is exact, and t is the true integer part or, where
 * the quotient was rounded up to an integer, one more in magnitude; the sign of r tells. Quotients of 2^51 and more, and
 * infinite divisors, go lane by lane.
 */
public final class F64Division {
    private static final DoubleVector LARGEST = F64.of(0x1p51);

    private F64Division() {}

    /** {@code a / b} rounded to minus infinity, from the exact remainder. */
    public static DoubleVector floorDivide(DoubleVector a, DoubleVector b) {
        DoubleVector quotient = a.div(b);
        DoubleVector t = F64Arithmetic.trunc(quotient);
        DoubleVector r = t.neg().fma(b, a);
        DoubleVector y = t.blend(t.sub(F64.ONE), isOpposite(r, b));
        if (isEasy(quotient, b)) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.floorDivide(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** {@code a - b floor(a / b)}: the sign of the divisor. */
    public static DoubleVector remainder(DoubleVector a, DoubleVector b) {
        DoubleVector quotient = a.div(b);
        DoubleVector r = F64Arithmetic.trunc(quotient).neg().fma(b, a);
        DoubleVector y = r.blend(r.add(b), isOpposite(r, b)).blend(zeroLike(a), r.eq(F64.ZERO));
        if (isEasy(quotient, b)) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.remainder(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** {@code a - b trunc(a / b)}, exactly: the sign of the dividend, Java's {@code %}. */
    public static DoubleVector fmod(DoubleVector a, DoubleVector b) {
        DoubleVector quotient = a.div(b);
        DoubleVector r = F64Arithmetic.trunc(quotient).neg().fma(b, a);
        DoubleVector y =
                r.blend(r.add(F64.withSign(b.abs(), a)), isOpposite(r, a)).blend(zeroLike(a), r.eq(F64.ZERO));
        if (isEasy(quotient, b)) {
            return y;
        }
        double[] lanes = y.toArray();
        Lanes.fmod(a.toArray(), b.toArray(), lanes, LARGEST.lane(0));
        return DoubleVector.fromArray(F64.SPECIES, lanes, 0);
    }

    /** Whether r is not 0 and its sign is not that of x, which is not 0 either. */
    private static VectorMask<Double> isOpposite(DoubleVector r, DoubleVector x) {
        return r.compare(NE, F64.ZERO).and(r.compare(LT, F64.ZERO).xor(x.compare(LT, F64.ZERO)));
    }

    private static DoubleVector zeroLike(DoubleVector a) {
        return F64.withSign(F64.ZERO, a);
    }

    private static boolean isEasy(DoubleVector quotient, DoubleVector b) {
        return quotient.abs()
                .compare(LT, LARGEST)
                .and(b.abs().compare(LT, F64.INFINITY))
                .allTrue();
    }
}
