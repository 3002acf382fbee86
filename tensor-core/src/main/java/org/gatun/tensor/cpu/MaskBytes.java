package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Masks of whole vectors to and from truth values in memory, one byte of 0 or 1 each. Vectors of eight lanes or more go by a
 * vector of bytes; there are none for fewer lanes, and {@link BoolBytes} serves those.
 *
 * @param bytes the vectors of bytes with as many lanes
 * @param ones a 1 in each lane
 * @param zeros a 0 in each lane
 */
record MaskBytes(VectorSpecies<Byte> bytes, ByteVector ones, ByteVector zeros) {
    /** The fewest lanes for which there are vectors of bytes. */
    static final int FEWEST_LANES = 8;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** For vectors of {@code lanes} lanes, or of 8 if those are fewer, which then must not be used. */
    static MaskBytes of(int lanes) {
        VectorSpecies<Byte> bytes =
                VectorSpecies.of(byte.class, VectorShape.forBitSize(Byte.SIZE * Math.max(FEWEST_LANES, lanes)));
        return new MaskBytes(bytes, ByteVector.broadcast(bytes, 1), ByteVector.zero(bytes));
    }

    void put(VectorMask<?> mask, long address) {
        zeros.blend(ones, mask.cast(bytes)).intoMemorySegment(Ram.ALL, address, ORDER);
    }

    <E> VectorMask<E> get(long address, VectorSpecies<E> species) {
        return ByteVector.fromMemorySegment(bytes, Ram.ALL, address, ORDER)
                .compare(VectorOperators.NE, zeros)
                .cast(species);
    }
}
