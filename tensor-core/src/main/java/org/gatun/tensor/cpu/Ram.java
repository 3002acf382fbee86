package org.gatun.tensor.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gatun.bindings.Memory;
import org.gatun.tensor.BFloat16;

/** Reads and writes single elements at raw addresses. The caller guarantees that the memory is there. */
final class Ram {
    /** The whole address space as one segment, for vector loads and stores. */
    static final MemorySegment ALL = Memory.ALL;

    private Ram() {}

    static float getFloat(long address) {
        return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
    }

    static void putFloat(long address, float value) {
        ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, value);
    }

    static double getDouble(long address) {
        return ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, address);
    }

    static void putDouble(long address, double value) {
        ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address, value);
    }

    static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    static void putInt(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    static short getShort(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    static void putShort(long address, short value) {
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
    }

    static float getBfloat16(long address) {
        return BFloat16.toFloat(getShort(address));
    }

    static void putBfloat16(long address, float value) {
        putShort(address, BFloat16.of(value));
    }

    static float getFloat16(long address) {
        return Float.float16ToFloat(getShort(address));
    }

    static void putFloat16(long address, float value) {
        putShort(address, Float.floatToFloat16(value));
    }

    static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** The unsigned value of a byte, 0 to 255. */
    static int getU8(long address) {
        return getByte(address) & 0xFF;
    }

    static void putBool(long address, boolean value) {
        putByte(address, (byte) (value ? 1 : 0));
    }

    static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    static void zero(long address, long bytes) {
        Memory.fill(address, bytes, (byte) 0);
    }
}
