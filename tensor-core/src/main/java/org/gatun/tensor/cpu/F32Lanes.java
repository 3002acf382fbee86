package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What a {@linkplain RegionCompiler compiled region} of floats calls, besides the functions themselves. */
final class F32Lanes {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** How compiled regions store. */
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The elements of a vector. */
    static final int COUNT = SPECIES.length();

    private F32Lanes() {}

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }

    /** The one element at an address, in every lane. */
    static FloatVector repeat(long address) {
        return FloatVector.broadcast(SPECIES, Ram.getFloat(address));
    }

    /** The mask of the first {@code n} lanes. */
    static VectorMask<Float> first(int n) {
        return SPECIES.indexInRange(0, n);
    }

    static FloatVector select(VectorMask<Float> mask, FloatVector a, FloatVector b) {
        return b.blend(a, mask);
    }

    static VectorMask<Float> select(VectorMask<Float> mask, VectorMask<Float> a, VectorMask<Float> b) {
        return a.and(mask).or(b.andNot(mask));
    }

    /** 1 where the mask is set, 0 elsewhere. */
    static FloatVector fromBool(VectorMask<Float> mask) {
        return FloatVector.zero(SPECIES).blend(1, mask);
    }

    /** Where the elements are not 0; NaN is not. */
    static VectorMask<Float> toBool(FloatVector x) {
        return x.compare(VectorOperators.NE, 0);
    }

    static VectorMask<Float> and(VectorMask<Float> a, VectorMask<Float> b) {
        return a.and(b);
    }

    static VectorMask<Float> or(VectorMask<Float> a, VectorMask<Float> b) {
        return a.or(b);
    }

    static VectorMask<Float> xor(VectorMask<Float> a, VectorMask<Float> b) {
        return a.xor(b);
    }

    static VectorMask<Float> not(VectorMask<Float> a) {
        return a.not();
    }
}
