package org.gatun.tensor.cpu;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/** A comparison of two vectors of longs. */
@FunctionalInterface
interface I64Comparison {
    VectorMask<Long> apply(LongVector a, LongVector b);
}
