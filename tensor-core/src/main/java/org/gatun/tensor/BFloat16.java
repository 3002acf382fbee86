package org.gatun.tensor;

/** The bits of BF16 numbers, {@code short} in Java; those of F16 are the JDK's ({@link Float#float16ToFloat}). */
public final class BFloat16 {
    private BFloat16() {}

    /** The number that the bits stand for, exactly. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /**
     * The bits of the nearest BF16 number, of two the even one; of an infinity from 2^128 - 2^119 on. NaN stays NaN, with its sign
     * and leading bits.
     */
    public static short of(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            // What is left of a NaN must not be the bits of an infinity.
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
