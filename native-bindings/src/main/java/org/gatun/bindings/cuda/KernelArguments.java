package org.gatun.bindings.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The arguments of a kernel's launch in native memory, written anew for each launch: {@link #clear}, then one {@code add} for
 * each parameter in order, with the parameter's type. A launch copies them, so one block serves all launches of a thread.
 * Not for several threads at once.
 */
public final class KernelArguments {

    /** The most bytes that a kernel's parameters may have on every device that CUDA 12 and 13 run on. */
    private static final int BYTES = 4096;

    private static final int COUNT = 512;

    private final MemorySegment values;
    private final MemorySegment pointers;
    private final long start;
    private int used;
    private int count;

    /** Allocates the block, which goes when it is unreachable. */
    public KernelArguments() {
        var arena = Arena.ofAuto();
        values = arena.allocate(BYTES + 16, 16);
        pointers = arena.allocate(ADDRESS, COUNT);
        start = values.address();
    }

    /**
     * Forgets all arguments.
     *
     * @return this
     */
    public KernelArguments clear() {
        used = 0;
        count = 0;
        return this;
    }

    /**
     * Adds an address of the device's memory or a 64-bit integer.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(long value) {
        values.set(JAVA_LONG, place(8, 8), value);
        return this;
    }

    /**
     * Adds a 32-bit integer.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(int value) {
        values.set(JAVA_INT, place(4, 4), value);
        return this;
    }

    /**
     * Adds a 16-bit integer, or the bits of a half-precision number.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(short value) {
        values.set(JAVA_SHORT, place(2, 2), value);
        return this;
    }

    /**
     * Adds an 8-bit integer.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(byte value) {
        values.set(JAVA_BYTE, place(1, 1), value);
        return this;
    }

    /**
     * Adds a truth value, C++'s {@code bool}.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(boolean value) {
        return add(value ? (byte) 1 : (byte) 0);
    }

    /**
     * Adds a single-precision number.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(float value) {
        values.set(JAVA_FLOAT, place(4, 4), value);
        return this;
    }

    /**
     * Adds a double-precision number.
     *
     * @param value the argument
     * @return this
     */
    public KernelArguments add(double value) {
        values.set(JAVA_DOUBLE, place(8, 8), value);
        return this;
    }

    /**
     * Adds a structure that is passed by value.
     *
     * @param structure its bytes as C lays them out
     * @param alignment the structure's alignment, at most 16
     * @return this
     */
    public KernelArguments add(MemorySegment structure, int alignment) {
        long bytes = structure.byteSize();
        MemorySegment.copy(structure, 0, values, place(bytes, alignment), bytes);
        return this;
    }

    /** The array of pointers to the arguments. */
    MemorySegment pointers() {
        return pointers;
    }

    /** Makes room for an argument and points to it. */
    private int place(long bytes, int alignment) {
        int offset = (used + alignment - 1) & -alignment;
        if (bytes > BYTES - offset || count == COUNT) {
            throw new IllegalStateException(
                    "a kernel's arguments must have at most " + BYTES + " bytes and number at most " + COUNT
                            + ": these have " + (offset + bytes) + " bytes and number " + (count + 1));
        }
        pointers.setAtIndex(JAVA_LONG, count++, start + offset);
        used = (int) (offset + bytes);
        return offset;
    }
}
