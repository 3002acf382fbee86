package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Floats as doubles and back, so many at a time as make a full vector of doubles. */
final class WideFloats {
    private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;

    /** Half a vector of floats. */
    static final VectorSpecies<Float> SPECIES =
            VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

    private WideFloats() {}

    static DoubleVector widen(FloatVector x) {
        return (DoubleVector) x.convertShape(VectorOperators.F2D, WIDE, 0);
    }

    static FloatVector narrow(DoubleVector x) {
        return (FloatVector) x.convertShape(VectorOperators.D2F, SPECIES, 0);
    }
}
