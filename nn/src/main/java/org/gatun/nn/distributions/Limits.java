package org.gatun.nn.distributions;

import org.gatun.tensor.DType;

/** Numbers of dtypes. */
final class Limits {
    private Limits() {}

    /** The smallest normal number of a floating dtype. */
    static double tiny(DType dtype) {
        if (dtype == DType.F64) {
            return Double.MIN_NORMAL;
        }
        // BF16 has the exponents of F32
        return dtype == DType.F16 ? 0x1p-14 : Float.MIN_NORMAL;
    }
}
