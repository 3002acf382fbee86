package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector loop that chooses between elements of 8 bytes, whatever they mean. A template for {@link KernelTemplate#outOfLine}.
 */
final class I64SelectLoop implements SelectKernel {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int TURN = Math.max(8, LANES);
    private static final MaskBytes MASKS = MaskBytes.of(LANES);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Bit i in lane i. */
    private static final LongVector LANE_BITS = LongVector.broadcast(SPECIES, 1)
            .lanewise(VectorOperators.LSHL, LongVector.zero(SPECIES).addIndex(1));

    @Override
    public void apply(long cond, long a, long b, long out, long n) {
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectors(cond + done, a + 8 * done, b + 8 * done, out + 8 * done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Long> rest = SPECIES.indexInRange(0, count);
            LongVector right = LongVector.fromMemorySegment(SPECIES, Ram.ALL, b + 8 * done, ORDER, rest);
            LongVector left = LongVector.fromMemorySegment(SPECIES, Ram.ALL, a + 8 * done, ORDER, rest);
            right.blend(left, mask(BoolBytes.get(cond + done, count)))
                    .intoMemorySegment(Ram.ALL, out + 8 * done, ORDER, rest);
            done += count;
        }
    }

    private static void vectors(long cond, long a, long b, long out, int n) {
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                choose(MASKS.get(cond + i, SPECIES), a + 8L * i, b + 8L * i, out + 8L * i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = BoolBytes.get8(cond + i);
            for (int k = 0; k < TURN; k += LANES) {
                choose(mask(bits >>> k), a + 8L * (i + k), b + 8L * (i + k), out + 8L * (i + k));
            }
        }
    }

    private static void choose(VectorMask<Long> mask, long a, long b, long out) {
        LongVector right = LongVector.fromMemorySegment(SPECIES, Ram.ALL, b, ORDER);
        LongVector left = LongVector.fromMemorySegment(SPECIES, Ram.ALL, a, ORDER);
        right.blend(left, mask).intoMemorySegment(Ram.ALL, out, ORDER);
    }

    private static VectorMask<Long> mask(long bits) {
        return LongVector.broadcast(SPECIES, bits).and(LANE_BITS).compare(VectorOperators.NE, 0);
    }
}
