package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.NE;

import java.util.function.LongBinaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;

/**
 * Division with remainder of integers, by vectors of doubles: processors divide those, but no vectors of integers.
 *
 * <p>Up to 2^51 the results are exact. A quotient {@code a / b} that is no integer differs from the next by {@code 1 / |b|} or more,
 * relatively {@code 1 / |a|}, which is above the rounding error, so that it doesn't round to that integer; products of divisor
 * and integer quotient, and their differences from the dividend, are below 2^53. Vectors with a larger element go one by one. A
 * divisor of 0 is an error, as in {@link ScalarDivision}.
 */
public final class IntegerDivision {
    /** 2^51. */
    private static final LongVector LIMIT = F64.bits(1L << 51);

    private IntegerDivision() {}

    /** {@code a / b} of integers up to 2^51, rounded to minus infinity. */
    public static DoubleVector floorDivide(DoubleVector a, DoubleVector b) {
        checkNonZero(b, "floorDivide");
        return F64Arithmetic.floor(a.div(b));
    }

    /** {@code a / b} of integers up to 2^51, rounded to zero. */
    public static DoubleVector truncDivide(DoubleVector a, DoubleVector b) {
        checkNonZero(b, "truncDivide");
        return F64Arithmetic.trunc(a.div(b));
    }

    /** {@code a - b floor(a / b)} of integers up to 2^51: the sign of the divisor. */
    public static DoubleVector remainder(DoubleVector a, DoubleVector b) {
        checkNonZero(b, "remainder");
        return a.sub(F64Arithmetic.floor(a.div(b)).mul(b));
    }

    /** {@code a - b trunc(a / b)} of integers up to 2^51: the sign of the dividend. */
    public static DoubleVector fmod(DoubleVector a, DoubleVector b) {
        checkNonZero(b, "fmod");
        return a.sub(F64Arithmetic.trunc(a.div(b)).mul(b));
    }

    private static void checkNonZero(DoubleVector divisor, String operation) {
        if (divisor.compare(EQ, F64.ZERO).anyTrue()) {
            throw ScalarDivision.byZero(operation);
        }
    }

    /** {@code a / b} rounded to minus infinity. */
    public static LongVector floorDivide(LongVector a, LongVector b) {
        return isLarge(a, b)
                ? oneByOne(a, b, ScalarDivision::floorDivide)
                : toLongs(floorDivide(toDoubles(a), toDoubles(b)));
    }

    /** {@code a / b} rounded to zero. */
    public static LongVector truncDivide(LongVector a, LongVector b) {
        return isLarge(a, b)
                ? oneByOne(a, b, ScalarDivision::truncDivide)
                : toLongs(truncDivide(toDoubles(a), toDoubles(b)));
    }

    /** {@code a - b floor(a / b)}: the sign of the divisor. */
    public static LongVector remainder(LongVector a, LongVector b) {
        return isLarge(a, b)
                ? oneByOne(a, b, ScalarDivision::remainder)
                : toLongs(remainder(toDoubles(a), toDoubles(b)));
    }

    /** {@code a - b trunc(a / b)}: the sign of the dividend. */
    public static LongVector fmod(LongVector a, LongVector b) {
        return isLarge(a, b) ? oneByOne(a, b, ScalarDivision::fmod) : toLongs(fmod(toDoubles(a), toDoubles(b)));
    }

    /** Whether an element is not from -2^51 to 2^51 - 1. */
    private static boolean isLarge(LongVector a, LongVector b) {
        return a.add(LIMIT).or(b.add(LIMIT)).lanewise(LSHR, 52).compare(NE, 0).anyTrue();
    }

    private static LongVector oneByOne(LongVector a, LongVector b, LongBinaryOperator divide) {
        long[] x = a.toArray();
        long[] y = b.toArray();
        for (int i = 0; i < x.length; i++) {
            x[i] = divide.applyAsLong(x[i], y[i]);
        }
        return LongVector.fromArray(F64.LONG_SPECIES, x, 0);
    }

    /** By the integer that stands in the low bits of a double after adding 1.5 2^52: without AVX-512 there is no conversion. */
    private static DoubleVector toDoubles(LongVector x) {
        return x.add(F64.ROUNDER_BITS).reinterpretAsDoubles().sub(F64.ROUNDER);
    }

    private static LongVector toLongs(DoubleVector x) {
        return x.add(F64.ROUNDER).reinterpretAsLongs().sub(F64.ROUNDER_BITS);
    }
}
