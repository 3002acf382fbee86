package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.gatun.tensor.DType;

/**
 * Native memory for kernel tests: elements of one dtype read and written as doubles (exact for the values that tests use),
 * between guard zones that a kernel must leave alone.
 */
final class NativeArray {

    private static final int GUARD = 256;
    private static final byte GUARD_BYTE = (byte) 0xA5;

    private final DType dtype;
    private final int size;
    private final MemorySegment memory;

    NativeArray(Arena arena, DType dtype, long size) {
        this.dtype = dtype;
        this.size = Math.toIntExact(size);
        this.memory = arena.allocate(size * dtype.bytes() + 2 * GUARD, 64);
        memory.fill(GUARD_BYTE);
        fill(0);
    }

    static NativeArray random(Arena arena, DType dtype, long size, Random random) {
        var array = new NativeArray(arena, dtype, size);
        for (int i = 0; i < size; i++) {
            array.set(
                    i,
                    dtype.isFloating()
                            ? random.nextDouble() * 2 - 1
                            : random.nextInt(100) - (dtype == DType.U8 ? 0 : 50));
        }
        return array;
    }

    static NativeArray of(Arena arena, DType dtype, double... values) {
        var array = new NativeArray(arena, dtype, values.length);
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    NativeArray fill(double value) {
        for (int i = 0; i < size; i++) {
            set(i, value);
        }
        return this;
    }

    DType dtype() {
        return dtype;
    }

    int size() {
        return size;
    }

    long address() {
        return memory.address() + GUARD;
    }

    long address(long index) {
        return address() + index * dtype.bytes();
    }

    double get(long index) {
        return Elements.get(dtype, address(index));
    }

    void set(long index, double value) {
        Elements.put(dtype, address(index), value);
    }

    double[] toArray() {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = get(i);
        }
        return values;
    }

    /** The value that an integer dtype holds after arithmetic modulo 2^bits, or the value itself. */
    static double wrap(DType dtype, double exact) {
        return switch (dtype) {
            case F32, F64, BF16, F16 -> exact;
            case I64 -> (long) exact;
            case I32 -> (int) (long) exact;
            case I16 -> (short) (long) exact;
            case I8 -> (byte) (long) exact;
            case U8, BOOL -> (long) exact & 0xff;
        };
    }

    void assertGuardsAreIntact() {
        for (int i = 0; i < GUARD; i++) {
            assertThat(memory.get(ValueLayout.JAVA_BYTE, i))
                    .as("%d bytes before", GUARD - i)
                    .isEqualTo(GUARD_BYTE);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, memory.byteSize() - 1 - i))
                    .as("%d bytes after", GUARD - i)
                    .isEqualTo(GUARD_BYTE);
        }
    }
}
