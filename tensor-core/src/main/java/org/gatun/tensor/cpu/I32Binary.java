package org.gatun.tensor.cpu;

import jdk.incubator.vector.IntVector;

/** A function of two vectors of ints. */
@FunctionalInterface
interface I32Binary {
    IntVector apply(IntVector a, IntVector b);
}
