package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The sum of a vector's lanes in a fixed order, which {@link FloatVector#reduceLanes} does not promise. */
final class LaneSums {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    // Lane i of a vector rotated by r is lane (i + r) mod LANES of the vector.
    private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Float> ROTATE_1 = rotation(1);

    private LaneSums() {}

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, i -> (i + by) % LANES);
    }

    static float of(FloatVector v) {
        FloatVector w = v;
        if (LANES > 8) {
            w = w.add(w.rearrange(ROTATE_8));
        }
        if (LANES > 4) {
            w = w.add(w.rearrange(ROTATE_4));
        }
        if (LANES > 2) {
            w = w.add(w.rearrange(ROTATE_2));
        }
        return w.add(w.rearrange(ROTATE_1)).lane(0);
    }
}
