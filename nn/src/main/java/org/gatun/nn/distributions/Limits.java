package org.gatun.nn.distributions;

import org.gatun.tensor.DType;

/** Numbers of dtypes. */
final class Limits {
    private Limits() {}

    /** How far from 1 the sum of parts of a whole may be: each is rounded to half of the dtype's relative precision. */
    static double sumOfParts(DType dtype) {
        if (dtype == DType.BF16) {
            return 0x1p-8;
        }
        return dtype == DType.F16 ? 0x1p-11 : 1e-6;
    }

    /** How far 1 is from the next larger number. */
    static double eps(DType dtype) {
        if (dtype == DType.F64) {
            return Math.ulp(1.0);
        }
        if (dtype == DType.BF16) {
            return 0x1p-7;
        }
        return dtype == DType.F16 ? 0x1p-10 : Math.ulp(1f);
    }

    /** The smallest normal number of a floating dtype. */
    static double tiny(DType dtype) {
        if (dtype == DType.F64) {
            return Double.MIN_NORMAL;
        }
        // BF16 has the exponents of F32
        return dtype == DType.F16 ? 0x1p-14 : Float.MIN_NORMAL;
    }
}
