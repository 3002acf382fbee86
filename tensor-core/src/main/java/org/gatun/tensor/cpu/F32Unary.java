package org.gatun.tensor.cpu;

import jdk.incubator.vector.FloatVector;

/** A function of a vector of floats. */
@FunctionalInterface
interface F32Unary {
    FloatVector apply(FloatVector x);
}
