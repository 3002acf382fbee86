package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;

/** A function of two vectors of floats. */
@FunctionalInterface
interface F32Binary {
    FloatVector apply(FloatVector a, FloatVector b);
}
