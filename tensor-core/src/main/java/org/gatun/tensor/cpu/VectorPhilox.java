package org.gatun.tensor.cpu;

import static java.nio.ByteOrder.nativeOrder;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.bindings.Memory;
import org.gatun.tensor.random.Philox;

/**
 * {@link Philox} with one block per 64-bit lane. The four words of a block live zero-extended in four vectors, because the Vector API
 * has the 32 x 32 to 64-bit product of lanes only as the product of long lanes (which the compiler turns into one instruction).
 */
final class VectorPhilox {
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int LANES = LONGS.length();

    // Two words of a block make one long; the first two and the last two words of the blocks come in two vectors, and
    // these
    // shuffles interleave them: lane i of the first output is lane i/2 of the first (i even) or second (i odd) vector.
    private static final VectorShuffle<Long> LOWER = VectorShuffle.fromOp(LONGS, i -> i / 2 + (i % 2 == 0 ? 0 : LANES));
    private static final VectorShuffle<Long> UPPER =
            VectorShuffle.fromOp(LONGS, i -> (i + LANES) / 2 + (i % 2 == 0 ? 0 : LANES));

    private VectorPhilox() {}

    /** As {@link RandomFill#fillBlocks}, for the largest multiple of the lane count; returns how many blocks it wrote. */
    @SuppressWarnings("ErroneousBitwiseExpression") // the lower half of a constant, which is 0
    static long fillBlocks(long address, long firstBlock, long count, long key) {
        long whole = count - count % LANES;
        LongVector iota = LongVector.zero(LONGS).addIndex(1);
        LongVector low = LongVector.broadcast(LONGS, Philox.LOW);
        for (long i = 0; i < whole; i += LANES) {
            LongVector counter = iota.add(firstBlock + i);
            LongVector c0 = counter.and(low);
            LongVector c1 = counter.lanewise(VectorOperators.LSHR, 32);
            LongVector c2 = LongVector.broadcast(LONGS, Philox.DRAWS & Philox.LOW);
            LongVector c3 = LongVector.broadcast(LONGS, Philox.DRAWS >>> 32);
            int k0 = (int) key;
            int k1 = (int) (key >>> 32);
            for (int round = 0; round < Philox.ROUNDS; round++) {
                LongVector p0 = c0.mul(Philox.MULTIPLIER_0);
                LongVector p1 = c2.mul(Philox.MULTIPLIER_1);
                c0 = p1.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c1)
                        .lanewise(VectorOperators.XOR, k0 & Philox.LOW);
                c1 = p1.and(low);
                c2 = p0.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c3)
                        .lanewise(VectorOperators.XOR, k1 & Philox.LOW);
                c3 = p0.and(low);
                k0 += Philox.WEYL_0;
                k1 += Philox.WEYL_1;
            }
            LongVector first = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
            LongVector second = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
            long to = address + 16 * i;
            interleave(first, second, LOWER).intoMemorySegment(Memory.ALL, to, nativeOrder());
            interleave(first, second, UPPER).intoMemorySegment(Memory.ALL, to + 8L * LANES, nativeOrder());
        }
        return whole;
    }

    private static LongVector interleave(LongVector first, LongVector second, VectorShuffle<Long> order) {
        return first.rearrange(order, second);
    }
}
