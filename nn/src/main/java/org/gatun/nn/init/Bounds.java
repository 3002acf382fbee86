package org.gatun.nn.init;

import org.gatun.tensor.BFloat16;
import org.gatun.tensor.DType;

/** Neighbours of bounds that are excluded. */
final class Bounds {
    private Bounds() {}

    /** The largest number of a floating dtype below the one nearest to {@code bound}; for other dtypes, the last double. */
    static double below(DType dtype, double bound) {
        return switch (dtype) {
            case F32 -> Math.nextDown((float) bound);
            case BF16 -> BFloat16.toFloat(below(BFloat16.of((float) bound)));
            case F16 -> Float.float16ToFloat(below(Float.floatToFloat16((float) bound)));
            case F64, I64, I32, I16, I8, U8, BOOL -> Math.nextDown(bound);
        };
    }

    /** The bits before those of a number of 16 bits, a sign and a magnitude. */
    private static short below(short bits) {
        return (short) (bits > 0 ? bits - 1 : (bits == 0 ? Short.MIN_VALUE : bits) + 1);
    }
}
