package org.gatun.tensor.cpu;

import static java.nio.ByteOrder.nativeOrder;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.bindings.Memory;
import org.gatun.tensor.random.Philox;

/**
 * Random words in memory to random numbers in the same place, with the Vector API. Each method treats the largest multiple of its
 * step and returns how many elements that was; the scalar code of {@link RandomFill} does the rest and gives the same bits.
 */
final class VectorDistributions {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int BYTES = INTS.vectorByteSize();

    private VectorDistributions() {}

    static int uniformF32(long address, int count) {
        int lanes = INTS.length();
        int whole = count - count % lanes;
        for (int i = 0; i < whole; i += lanes) {
            IntVector bits = IntVector.fromMemorySegment(INTS, Memory.ALL, address + 4L * i, nativeOrder());
            FloatVector value = toFloats(bits.lanewise(VectorOperators.LSHR, 8)).mul(0x1p-24f);
            value.intoMemorySegment(Memory.ALL, address + 4L * i, nativeOrder());
        }
        return whole;
    }

    static int uniformF64(long address, int count) {
        int lanes = LONGS.length();
        int whole = count - count % lanes;
        // A 53-bit integer becomes a double exactly by way of its halves, each put under the exponent that makes its
        // unit 1 (low) or 2^32 (high); not every processor converts long lanes.
        for (int i = 0; i < whole; i += lanes) {
            LongVector bits = LongVector.fromMemorySegment(LONGS, Memory.ALL, address + 8L * i, nativeOrder())
                    .lanewise(VectorOperators.LSHR, 11);
            DoubleVector low = bits.and(Philox.LOW).or(0x4330000000000000L).reinterpretAsDoubles();
            DoubleVector high = bits.lanewise(VectorOperators.LSHR, 32)
                    .or(0x4530000000000000L)
                    .reinterpretAsDoubles();
            DoubleVector value = high.sub(0x1p84 + 0x1p52).add(low).mul(0x1p-53);
            value.intoMemorySegment(Memory.ALL, address + 8L * i, nativeOrder());
        }
        return whole;
    }

    /**
     * Words to standard normal numbers, as {@link BoxMuller}: each pair of words, radius and angle, becomes a pair of numbers. In
     * passes, because the compiler keeps the vectors of a long loop body on the heap.
     */
    static int normalF32(long address, int count) {
        int whole = count - count % (2 * INTS.length());
        transposePairs(address, whole);
        radii(address, whole);
        turns(address, whole);
        transposePairs(address, whole);
        return whole;
    }

    /**
     * Of every two vectors, sorts the even words into the first and the odd words into the second; lane by lane the order is
     * arbitrary. Done twice it restores the order.
     */
    private static void transposePairs(long address, int count) {
        for (int i = 0; i < count; i += 2 * INTS.length()) {
            long at = address + 4L * i;
            LongVector a = LongVector.fromMemorySegment(LONGS, Memory.ALL, at, nativeOrder());
            LongVector b = LongVector.fromMemorySegment(LONGS, Memory.ALL, at + BYTES, nativeOrder());
            LongVector evens = a.and(Philox.LOW).or(b.lanewise(VectorOperators.LSHL, 32));
            LongVector odds = a.lanewise(VectorOperators.LSHR, 32).or(b.and(~Philox.LOW));
            evens.intoMemorySegment(Memory.ALL, at, nativeOrder());
            odds.intoMemorySegment(Memory.ALL, at + BYTES, nativeOrder());
        }
    }

    /** Bits to radii in the first of every two vectors. */
    private static void radii(long address, int count) {
        for (int i = 0; i < count; i += 2 * INTS.length()) {
            long at = address + 4L * i;
            IntVector bits = IntVector.fromMemorySegment(INTS, Memory.ALL, at, nativeOrder());
            radius(bits).intoMemorySegment(Memory.ALL, at, nativeOrder());
        }
    }

    /** From radii in the first and angles in the second of every two vectors to the coordinates of points. */
    private static void turns(long address, int count) {
        for (int i = 0; i < count; i += 2 * INTS.length()) {
            long at = address + 4L * i;
            FloatVector radius = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at, nativeOrder());
            IntVector turn = IntVector.fromMemorySegment(INTS, Memory.ALL, at + BYTES, nativeOrder());
            IntVector quadrant = turn.add(0x20000000).lanewise(VectorOperators.LSHR, 30);
            FloatVector angle = toFloats(turn.lanewise(VectorOperators.LSHL, 2)).mul(BoxMuller.RADIANS);
            FloatVector z = angle.mul(angle);
            FloatVector sine = sineNearZero(angle, z);
            FloatVector cosine = cosineNearZero(z);
            VectorMask<Float> swap =
                    quadrant.and(1).compare(VectorOperators.NE, 0).cast(FLOATS);
            IntVector cosineSign = quadrant.add(1).and(2).lanewise(VectorOperators.LSHL, 30);
            IntVector sineSign = quadrant.and(2).lanewise(VectorOperators.LSHL, 30);
            signed(cosine.blend(sine, swap), cosineSign).mul(radius).intoMemorySegment(Memory.ALL, at, nativeOrder());
            signed(sine.blend(cosine, swap), sineSign)
                    .mul(radius)
                    .intoMemorySegment(Memory.ALL, at + BYTES, nativeOrder());
        }
    }

    private static FloatVector toFloats(IntVector v) {
        return (FloatVector) v.convert(VectorOperators.I2F, 0);
    }

    private static FloatVector signed(FloatVector v, IntVector sign) {
        return v.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
    }

    private static FloatVector radius(IntVector bits) {
        FloatVector low = toFloats(bits.and(0xFFFF))
                .fma(FloatVector.broadcast(FLOATS, 0x1p-32f), FloatVector.broadcast(FLOATS, 0x1p-33f));
        FloatVector u =
                toFloats(bits.lanewise(VectorOperators.LSHR, 16)).fma(FloatVector.broadcast(FLOATS, 0x1p-16f), low);
        IntVector raw = u.reinterpretAsInts();
        IntVector exponent = raw.sub(BoxMuller.HALF_ROOT).lanewise(VectorOperators.ASHR, 23);
        FloatVector m = raw.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .sub(1f);
        FloatVector e = toFloats(exponent);
        FloatVector z = m.mul(m);
        FloatVector p = m.fma(splat(BoxMuller.L8), splat(BoxMuller.L7));
        p = p.fma(m, splat(BoxMuller.L6));
        p = p.fma(m, splat(BoxMuller.L5));
        p = p.fma(m, splat(BoxMuller.L4));
        p = p.fma(m, splat(BoxMuller.L3));
        p = p.fma(m, splat(BoxMuller.L2));
        p = p.fma(m, splat(BoxMuller.L1));
        p = p.fma(m, splat(BoxMuller.L0));
        FloatVector y = p.mul(m).mul(z);
        y = e.fma(splat(BoxMuller.LN2_LOW), y);
        y = z.fma(splat(-0.5f), y);
        FloatVector log = e.fma(splat(BoxMuller.LN2_HIGH), m.add(y));
        return log.mul(-2f).abs().sqrt();
    }

    private static FloatVector sineNearZero(FloatVector a, FloatVector z) {
        FloatVector p = z.fma(splat(BoxMuller.S3), splat(BoxMuller.S2));
        p = p.fma(z, splat(BoxMuller.S1));
        return p.mul(z).fma(a, a);
    }

    private static FloatVector cosineNearZero(FloatVector z) {
        FloatVector p = z.fma(splat(BoxMuller.C3), splat(BoxMuller.C2));
        p = p.fma(z, splat(BoxMuller.C1));
        return p.mul(z).fma(z, z.fma(splat(-0.5f), splat(1f)));
    }

    private static FloatVector splat(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }
}
