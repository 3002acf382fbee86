package org.gatun.tensor.cpu;

import jdk.incubator.vector.LongVector;

/** A function of two vectors of longs. */
@FunctionalInterface
interface I64Binary {
    LongVector apply(LongVector a, LongVector b);
}
