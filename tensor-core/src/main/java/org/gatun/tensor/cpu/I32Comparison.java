package org.gatun.tensor.cpu;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/** A comparison of two vectors of ints. */
@FunctionalInterface
interface I32Comparison {
    VectorMask<Integer> apply(IntVector a, IntVector b);
}
