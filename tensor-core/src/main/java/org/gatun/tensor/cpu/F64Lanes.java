package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What a {@linkplain RegionCompiler compiled region} of doubles calls, besides the functions themselves. */
final class F64Lanes {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

    /** How compiled regions store. */
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The elements of a vector. */
    static final int COUNT = SPECIES.length();

    private F64Lanes() {}

    static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    static DoubleVector load(long address, VectorMask<Double> mask) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }

    /** The one element at an address, in every lane. */
    static DoubleVector repeat(long address) {
        return DoubleVector.broadcast(SPECIES, Ram.getDouble(address));
    }

    /** The mask of the first {@code n} lanes. */
    static VectorMask<Double> first(int n) {
        return SPECIES.indexInRange(0, n);
    }

    static DoubleVector select(VectorMask<Double> mask, DoubleVector a, DoubleVector b) {
        return b.blend(a, mask);
    }

    static VectorMask<Double> select(VectorMask<Double> mask, VectorMask<Double> a, VectorMask<Double> b) {
        return a.and(mask).or(b.andNot(mask));
    }

    /** 1 where the mask is set, 0 elsewhere. */
    static DoubleVector fromBool(VectorMask<Double> mask) {
        return DoubleVector.zero(SPECIES).blend(1, mask);
    }

    /** Where the elements are not 0; NaN is not. */
    static VectorMask<Double> toBool(DoubleVector x) {
        return x.compare(VectorOperators.NE, 0);
    }

    static VectorMask<Double> and(VectorMask<Double> a, VectorMask<Double> b) {
        return a.and(b);
    }

    static VectorMask<Double> or(VectorMask<Double> a, VectorMask<Double> b) {
        return a.or(b);
    }

    static VectorMask<Double> xor(VectorMask<Double> a, VectorMask<Double> b) {
        return a.xor(b);
    }

    static VectorMask<Double> not(VectorMask<Double> a) {
        return a.not();
    }
}
