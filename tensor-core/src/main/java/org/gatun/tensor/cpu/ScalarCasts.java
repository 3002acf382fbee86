package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * Conversions of one element between any two dtypes. To an integer a floating value is truncated towards 0: to I64 and I32 as
 * Java does (the nearest bound beyond the range, 0 for NaN), to U8 by the low 8 bits of that I64. Integers keep their low
 * bits. To BOOL everything but 0 is true, NaN included.
 */
final class ScalarCasts {
    private ScalarCasts() {}

    static ScalarUnary element(DType from, DType to) {
        return switch (from) {
            case F32 -> fromF32(to);
            case F64 -> fromF64(to);
            case I64 -> fromI64(to);
            case I32 -> fromI32(to);
            case U8, BOOL -> fromU8(to);
        };
    }

    private static ScalarUnary fromF32(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putInt(out, Ram.getInt(x));
            case F64 -> (x, out) -> Ram.putDouble(out, Ram.getFloat(x));
            case I64 -> (x, out) -> Ram.putLong(out, (long) Ram.getFloat(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) Ram.getFloat(x));
            case U8 -> (x, out) -> Ram.putByte(out, (byte) (long) Ram.getFloat(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getFloat(x) != 0);
        };
    }

    private static ScalarUnary fromF64(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, (float) Ram.getDouble(x));
            case F64 -> (x, out) -> Ram.putLong(out, Ram.getLong(x));
            case I64 -> (x, out) -> Ram.putLong(out, (long) Ram.getDouble(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) Ram.getDouble(x));
            case U8 -> (x, out) -> Ram.putByte(out, (byte) (long) Ram.getDouble(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getDouble(x) != 0);
        };
    }

    private static ScalarUnary fromI64(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, (float) Ram.getLong(x));
            case F64 -> (x, out) -> Ram.putDouble(out, (double) Ram.getLong(x));
            case I64 -> (x, out) -> Ram.putLong(out, Ram.getLong(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) Ram.getLong(x));
            case U8 -> (x, out) -> Ram.putByte(out, (byte) Ram.getLong(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getLong(x) != 0);
        };
    }

    private static ScalarUnary fromI32(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, Ram.getInt(x));
            case F64 -> (x, out) -> Ram.putDouble(out, Ram.getInt(x));
            case I64 -> (x, out) -> Ram.putLong(out, Ram.getInt(x));
            case I32 -> (x, out) -> Ram.putInt(out, Ram.getInt(x));
            case U8 -> (x, out) -> Ram.putByte(out, (byte) Ram.getInt(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getInt(x) != 0);
        };
    }

    private static ScalarUnary fromU8(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, Ram.getU8(x));
            case F64 -> (x, out) -> Ram.putDouble(out, Ram.getU8(x));
            case I64 -> (x, out) -> Ram.putLong(out, Ram.getU8(x));
            case I32 -> (x, out) -> Ram.putInt(out, Ram.getU8(x));
            case U8 -> (x, out) -> Ram.putByte(out, Ram.getByte(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getByte(x) != 0);
        };
    }
}
