package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;

/** A function of two vectors of doubles. */
@FunctionalInterface
interface F64Binary {
    DoubleVector apply(DoubleVector a, DoubleVector b);
}
