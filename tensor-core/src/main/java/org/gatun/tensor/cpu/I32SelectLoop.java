package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector loop that chooses between elements of 4 bytes, whatever they mean. A template for {@link KernelTemplate#outOfLine}.
 */
final class I32SelectLoop implements SelectKernel {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int TURN = Math.max(8, LANES);
    private static final MaskBytes MASKS = MaskBytes.of(LANES);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Bit i in lane i. */
    private static final IntVector LANE_BITS = IntVector.broadcast(SPECIES, 1)
            .lanewise(VectorOperators.LSHL, IntVector.zero(SPECIES).addIndex(1));

    @Override
    public void apply(long cond, long a, long b, long out, long n) {
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectors(cond + done, a + 4 * done, b + 4 * done, out + 4 * done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Integer> rest = SPECIES.indexInRange(0, count);
            IntVector right = IntVector.fromMemorySegment(SPECIES, Ram.ALL, b + 4 * done, ORDER, rest);
            IntVector left = IntVector.fromMemorySegment(SPECIES, Ram.ALL, a + 4 * done, ORDER, rest);
            right.blend(left, mask(BoolBytes.get(cond + done, count)))
                    .intoMemorySegment(Ram.ALL, out + 4 * done, ORDER, rest);
            done += count;
        }
    }

    private static void vectors(long cond, long a, long b, long out, int n) {
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                choose(MASKS.get(cond + i, SPECIES), a + 4L * i, b + 4L * i, out + 4L * i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = BoolBytes.get8(cond + i);
            for (int k = 0; k < TURN; k += LANES) {
                choose(mask(bits >>> k), a + 4L * (i + k), b + 4L * (i + k), out + 4L * (i + k));
            }
        }
    }

    private static void choose(VectorMask<Integer> mask, long a, long b, long out) {
        IntVector right = IntVector.fromMemorySegment(SPECIES, Ram.ALL, b, ORDER);
        IntVector left = IntVector.fromMemorySegment(SPECIES, Ram.ALL, a, ORDER);
        right.blend(left, mask).intoMemorySegment(Ram.ALL, out, ORDER);
    }

    private static VectorMask<Integer> mask(long bits) {
        return IntVector.broadcast(SPECIES, (int) bits).and(LANE_BITS).compare(VectorOperators.NE, 0);
    }
}
