package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** Single elements of any dtype at raw addresses, as doubles: exact for the values that tests use. */
final class Elements {
    private Elements() {}

    static double get(DType dtype, long at) {
        return switch (dtype) {
            case F32 -> Ram.getFloat(at);
            case F64 -> Ram.getDouble(at);
            case BF16 -> Ram.getBfloat16(at);
            case F16 -> Ram.getFloat16(at);
            case I64 -> Ram.getLong(at);
            case I32 -> Ram.getInt(at);
            case I16 -> Ram.getShort(at);
            case I8 -> Ram.getByte(at);
            case U8, BOOL -> Ram.getU8(at);
        };
    }

    static void put(DType dtype, long at, double value) {
        switch (dtype) {
            case F32 -> Ram.putFloat(at, (float) value);
            case F64 -> Ram.putDouble(at, value);
            case BF16 -> Ram.putBfloat16(at, (float) value);
            case F16 -> Ram.putFloat16(at, (float) value);
            case I64 -> Ram.putLong(at, (long) value);
            case I32 -> Ram.putInt(at, (int) (long) value);
            case I16 -> Ram.putShort(at, (short) (long) value);
            case I8, U8, BOOL -> Ram.putByte(at, (byte) (long) value);
        }
    }
}
