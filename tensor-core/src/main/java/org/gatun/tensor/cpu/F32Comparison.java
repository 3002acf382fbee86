package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** A comparison of two vectors of floats. */
@FunctionalInterface
interface F32Comparison {
    VectorMask<Float> apply(FloatVector a, FloatVector b);
}
