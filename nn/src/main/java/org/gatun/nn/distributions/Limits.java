package org.gatun.nn.distributions;

import org.gatun.tensor.DType;

/** Numbers of dtypes. */
final class Limits {
    private Limits() {}

    /** The smallest normal number, of F32 for the dtypes that compute in it. */
    static double tiny(DType dtype) {
        return dtype == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    }

    /** The distance from 1 to the next number. */
    static double epsilon(DType dtype) {
        return dtype == DType.F64 ? Math.ulp(1.0) : Math.ulp(1f);
    }
}
