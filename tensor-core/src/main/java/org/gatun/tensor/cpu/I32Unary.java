package org.gatun.tensor.cpu;

import jdk.incubator.vector.IntVector;

/** A function of a vector of ints. */
@FunctionalInterface
interface I32Unary {
    IntVector apply(IntVector x);
}
