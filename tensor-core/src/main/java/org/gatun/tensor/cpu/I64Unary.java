package org.gatun.tensor.cpu;

import jdk.incubator.vector.LongVector;

/** A function of a vector of longs. */
@FunctionalInterface
interface I64Unary {
    LongVector apply(LongVector x);
}
