package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Ints as doubles and back, so many at a time as make a full vector of doubles. */
final class WideInts {
    private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;

    /** Half a vector of ints. */
    static final VectorSpecies<Integer> SPECIES =
            VectorSpecies.of(int.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

    /** Adding this to an integer leaves it in the low bits. */
    private static final DoubleVector ROUNDER = DoubleVector.broadcast(WIDE, 0x1.8p52);

    private WideInts() {}

    static DoubleVector widen(IntVector x) {
        return (DoubleVector) x.convertShape(VectorOperators.I2D, WIDE, 0);
    }

    /** The low 32 bits of integers up to 2^51, so that 2^31 becomes the least int, as in Java's arithmetic. */
    static IntVector narrow(DoubleVector x) {
        return (IntVector) x.add(ROUNDER).reinterpretAsLongs().convertShape(VectorOperators.L2I, SPECIES, 0);
    }
}
