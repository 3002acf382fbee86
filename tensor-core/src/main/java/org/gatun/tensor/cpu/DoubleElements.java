package org.gatun.tensor.cpu;

import java.util.function.LongToDoubleFunction;
import org.gatun.tensor.DType;

/** Elements of any dtype as doubles, for loops that compute in double precision whatever they read and write. */
final class DoubleElements {
    private DoubleElements() {}

    /** Reads the element at an address; I64 beyond 2^53 is rounded. */
    static LongToDoubleFunction reader(DType dtype) {
        return switch (dtype) {
            case F32 -> Ram::getFloat;
            case F64 -> Ram::getDouble;
            case I64 -> Ram::getLong;
            case BF16 -> Ram::getBfloat16;
            case F16 -> Ram::getFloat16;
            case I32 -> Ram::getInt;
            case I16 -> Ram::getShort;
            case I8 -> Ram::getByte;
            case U8, BOOL -> Ram::getU8;
        };
    }

    /** Writes the element at an address, rounded to its dtype; to BF16 and F16 through F32. */
    static FloatingScanLoop.Writer writer(DType dtype) {
        return switch (dtype) {
            case F32 -> (at, v) -> Ram.putFloat(at, (float) v);
            case F64 -> Ram::putDouble;
            case I64 -> (at, v) -> Ram.putLong(at, (long) v);
            case BF16 -> (at, v) -> Ram.putBfloat16(at, (float) v);
            case F16 -> (at, v) -> Ram.putFloat16(at, (float) v);
            case I32 -> (at, v) -> Ram.putInt(at, (int) v);
            case I16 -> (at, v) -> Ram.putShort(at, (short) (int) v);
            case I8 -> (at, v) -> Ram.putByte(at, (byte) (int) v);
            case U8 -> (at, v) -> Ram.putByte(at, (byte) (int) v);
            case BOOL -> (at, v) -> Ram.putBool(at, v != 0);
        };
    }
}
