package org.gatun.tensor.cpu.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the F32 functions share. Constants are vectors in static fields, not broadcasts at their place of use: the compiler
 * budgets the nodes that inlining makes, and a broadcast costs as many as an arithmetic operation.
 */
final class F32 {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INT_SPECIES = IntVector.SPECIES_PREFERRED;

    static final FloatVector ZERO = of(0);
    static final FloatVector ONE = of(1);
    static final FloatVector TWO = of(2);
    static final FloatVector HALF = of(0.5f);
    static final FloatVector MINUS_HALF = of(-0.5f);
    static final FloatVector MINUS_ONE = of(-1);
    static final FloatVector NAN = of(Float.NaN);
    static final FloatVector INFINITY = of(Float.POSITIVE_INFINITY);
    static final FloatVector MINUS_INFINITY = of(Float.NEGATIVE_INFINITY);

    /** Adding this to a small float rounds it to an integer, which then stands in the low bits. */
    static final FloatVector ROUNDER = of(0x1.8p23f);

    static final IntVector ROUNDER_BITS = bits(0x4B400000);
    static final IntVector SIGN_BIT = bits(0x80000000);
    private static final IntVector EXPONENT_BIAS = bits(127);
    private static final IntVector ONE_BITS = bits(0x3F800000);

    private F32() {}

    static FloatVector of(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    static IntVector bits(int value) {
        return IntVector.broadcast(INT_SPECIES, value);
    }

    /** 2^k for each k from -126 to 127. */
    static FloatVector powerOfTwo(IntVector k) {
        return k.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /** 2^k for each k from -127, where it is 0, to 127, from {@code k + ROUNDER}: the shift leaves nothing of the latter's bits. */
    static FloatVector powerOfRounded(FloatVector rounded) {
        return rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 23)
                .add(ONE_BITS)
                .reinterpretAsFloats();
    }

    /** {@code magnitude}, whose sign bit must be clear, with the sign of {@code sign}. */
    static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
        return magnitude
                .reinterpretAsInts()
                .or(sign.reinterpretAsInts().and(SIGN_BIT))
                .reinterpretAsFloats();
    }

    /** {@code -|x|}. */
    static FloatVector withSignBit(FloatVector x) {
        return x.reinterpretAsInts().or(SIGN_BIT).reinterpretAsFloats();
    }
}
