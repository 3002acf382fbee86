package org.gatun.tensor.cpu;

import java.util.function.LongUnaryOperator;
import org.gatun.tensor.DType;

/**
 * Elements as longs in the order of the elements: NaN, all of one kind, above everything else, and the two zeros equal. Integers and
 * truth values are their own keys.
 */
final class OrderKeys {
    private static final int BF16_INFINITY = 0x7f80;
    private static final int F16_INFINITY = 0x7c00;

    private OrderKeys() {}

    /** The key of the element at an address: a larger element has a larger key. */
    static LongUnaryOperator ascending(DType dtype) {
        return switch (dtype) {
            case F32 -> at -> key(Ram.getFloat(at));
            case F64 -> at -> key(Ram.getDouble(at));
            case BF16 -> at -> key(Ram.getShort(at), BF16_INFINITY);
            case F16 -> at -> key(Ram.getShort(at), F16_INFINITY);
            case I64 -> Ram::getLong;
            case I32 -> Ram::getInt;
            case I16 -> Ram::getShort;
            case I8 -> Ram::getByte;
            case U8, BOOL -> Ram::getU8;
        };
    }

    /** A smaller element has a larger key, but NaN has the largest of all. */
    static LongUnaryOperator descendingNanFirst(DType dtype) {
        return switch (dtype) {
            case F32 -> at -> key(-Ram.getFloat(at));
            case F64 -> at -> key(-Ram.getDouble(at));
            case BF16 -> at -> key((short) (Ram.getShort(at) ^ Short.MIN_VALUE), BF16_INFINITY);
            case F16 -> at -> key((short) (Ram.getShort(at) ^ Short.MIN_VALUE), F16_INFINITY);
            case I64 -> at -> ~Ram.getLong(at);
            case I32 -> at -> ~Ram.getInt(at);
            case I16 -> at -> ~Ram.getShort(at);
            case I8 -> at -> ~Ram.getByte(at);
            case U8, BOOL -> at -> ~Ram.getU8(at);
        };
    }

    static long key(float x) {
        // Adding +0 makes -0 a +0; floatToIntBits makes all NaNs one. Negative numbers order the other way round.
        int bits = Float.floatToIntBits(x + 0f);
        return bits ^ ((bits >> 31) >>> 1);
    }

    /** The key of a number of 16 bits, given those of the format's infinity. */
    static long key(short bits, int infinity) {
        int magnitude = bits & Short.MAX_VALUE;
        if (magnitude > infinity) {
            return Short.MAX_VALUE;
        }
        // The zeros are equal; of negative numbers, the larger magnitude is the smaller number.
        return bits < 0 ? (magnitude == 0 ? 0 : ~(long) magnitude) : magnitude;
    }

    static long key(double x) {
        long bits = Double.doubleToLongBits(x + 0.0);
        return bits ^ ((bits >> 63) >>> 1);
    }
}
