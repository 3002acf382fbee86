package org.gatun.tensor.cpu;

import java.util.function.LongToIntFunction;
import org.gatun.tensor.DType;

/**
 * Conversions of one element between any two dtypes. To an integer a floating value is truncated towards 0: to I64 and I32 as
 * Java does (the nearest bound beyond the range, 0 for NaN), to I16, I8 and U8 by the low bits of that I64. Integers keep their
 * low bits. Numbers become the nearest floating one, of two the even one; F64 and I64 become BF16 or F16 by way of F32, as in
 * PyTorch. To BOOL everything but 0 is true, NaN included.
 */
final class ScalarCasts {
    /** Reads an element as a float. */
    @FunctionalInterface
    private interface FloatReader {
        float get(long address);
    }

    private ScalarCasts() {}

    static ScalarUnary element(DType from, DType to) {
        return switch (from) {
            case F32 -> fromFloat(Ram::getFloat, to);
            case F64 -> fromF64(to);
            case BF16 -> to == from ? (x, out) -> Ram.putShort(out, Ram.getShort(x)) : fromFloat(Ram::getBfloat16, to);
            case F16 -> to == from ? (x, out) -> Ram.putShort(out, Ram.getShort(x)) : fromFloat(Ram::getFloat16, to);
            case I64 -> fromI64(to);
            case I32 -> fromInt(Ram::getInt, to);
            case I16 -> fromInt(Ram::getShort, to);
            case I8 -> fromInt(Ram::getByte, to);
            case U8, BOOL -> fromInt(Ram::getU8, to);
        };
    }

    private static ScalarUnary fromFloat(FloatReader from, DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, from.get(x));
            case F64 -> (x, out) -> Ram.putDouble(out, from.get(x));
            case BF16 -> (x, out) -> Ram.putBfloat16(out, from.get(x));
            case F16 -> (x, out) -> Ram.putFloat16(out, from.get(x));
            case I64 -> (x, out) -> Ram.putLong(out, (long) from.get(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) from.get(x));
            case I16 -> (x, out) -> Ram.putShort(out, (short) (long) from.get(x));
            case I8, U8 -> (x, out) -> Ram.putByte(out, (byte) (long) from.get(x));
            case BOOL -> (x, out) -> Ram.putBool(out, from.get(x) != 0);
        };
    }

    private static ScalarUnary fromF64(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, (float) Ram.getDouble(x));
            case F64 -> (x, out) -> Ram.putLong(out, Ram.getLong(x));
            case BF16 -> (x, out) -> Ram.putBfloat16(out, (float) Ram.getDouble(x));
            case F16 -> (x, out) -> Ram.putFloat16(out, (float) Ram.getDouble(x));
            case I64 -> (x, out) -> Ram.putLong(out, (long) Ram.getDouble(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) Ram.getDouble(x));
            case I16 -> (x, out) -> Ram.putShort(out, (short) (long) Ram.getDouble(x));
            case I8, U8 -> (x, out) -> Ram.putByte(out, (byte) (long) Ram.getDouble(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getDouble(x) != 0);
        };
    }

    private static ScalarUnary fromI64(DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, (float) Ram.getLong(x));
            case F64 -> (x, out) -> Ram.putDouble(out, (double) Ram.getLong(x));
            case BF16 -> (x, out) -> Ram.putBfloat16(out, (float) Ram.getLong(x));
            case F16 -> (x, out) -> Ram.putFloat16(out, (float) Ram.getLong(x));
            case I64 -> (x, out) -> Ram.putLong(out, Ram.getLong(x));
            case I32 -> (x, out) -> Ram.putInt(out, (int) Ram.getLong(x));
            case I16 -> (x, out) -> Ram.putShort(out, (short) Ram.getLong(x));
            case I8, U8 -> (x, out) -> Ram.putByte(out, (byte) Ram.getLong(x));
            case BOOL -> (x, out) -> Ram.putBool(out, Ram.getLong(x) != 0);
        };
    }

    private static ScalarUnary fromInt(LongToIntFunction from, DType to) {
        return switch (to) {
            case F32 -> (x, out) -> Ram.putFloat(out, from.applyAsInt(x));
            case F64 -> (x, out) -> Ram.putDouble(out, from.applyAsInt(x));
            case BF16 -> (x, out) -> Ram.putBfloat16(out, from.applyAsInt(x));
            case F16 -> (x, out) -> Ram.putFloat16(out, from.applyAsInt(x));
            case I64 -> (x, out) -> Ram.putLong(out, from.applyAsInt(x));
            case I32 -> (x, out) -> Ram.putInt(out, from.applyAsInt(x));
            case I16 -> (x, out) -> Ram.putShort(out, (short) from.applyAsInt(x));
            case I8, U8 -> (x, out) -> Ram.putByte(out, (byte) from.applyAsInt(x));
            case BOOL -> (x, out) -> Ram.putBool(out, from.applyAsInt(x) != 0);
        };
    }
}
