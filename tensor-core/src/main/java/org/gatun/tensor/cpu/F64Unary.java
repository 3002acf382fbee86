package org.gatun.tensor.cpu;

import jdk.incubator.vector.DoubleVector;

/** A function of a vector of doubles. */
@FunctionalInterface
interface F64Unary {
    DoubleVector apply(DoubleVector x);
}
