package org.gatun.tensor.cpu.math;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What the F64 functions share; constants are vectors in static fields for the reason given at {@link F32}. */
final class F64 {
    static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    static final VectorSpecies<Long> LONG_SPECIES = LongVector.SPECIES_PREFERRED;

    static final DoubleVector ZERO = of(0);
    static final DoubleVector ONE = of(1);
    static final DoubleVector TWO = of(2);
    static final DoubleVector HALF = of(0.5);
    static final DoubleVector MINUS_HALF = of(-0.5);
    static final DoubleVector MINUS_ONE = of(-1);
    static final DoubleVector NAN = of(Double.NaN);
    static final DoubleVector INFINITY = of(Double.POSITIVE_INFINITY);
    static final DoubleVector MINUS_INFINITY = of(Double.NEGATIVE_INFINITY);

    /** Adding this to a small double rounds it to an integer, which then stands in the low bits. */
    static final DoubleVector ROUNDER = of(0x1.8p52);

    static final LongVector ROUNDER_BITS = bits(0x4338000000000000L);
    static final LongVector SIGN_BIT = bits(Long.MIN_VALUE);
    private static final LongVector EXPONENT_BIAS = bits(1023);

    private F64() {}

    static DoubleVector of(double value) {
        return DoubleVector.broadcast(SPECIES, value);
    }

    static LongVector bits(long value) {
        return LongVector.broadcast(LONG_SPECIES, value);
    }

    /** 2^k for each k from -1022 to 1023. */
    static DoubleVector powerOfTwo(LongVector k) {
        return k.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles();
    }

    /** {@code magnitude}, whose sign bit must be clear, with the sign of {@code sign}. */
    static DoubleVector withSign(DoubleVector magnitude, DoubleVector sign) {
        return magnitude
                .reinterpretAsLongs()
                .or(sign.reinterpretAsLongs().and(SIGN_BIT))
                .reinterpretAsDoubles();
    }

    /** {@code -|x|}. */
    static DoubleVector withSignBit(DoubleVector x) {
        return x.reinterpretAsLongs().or(SIGN_BIT).reinterpretAsDoubles();
    }
}
