package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/** A comparison of two vectors of doubles. */
@FunctionalInterface
interface F64Comparison {
    VectorMask<Double> apply(DoubleVector a, DoubleVector b);
}
