package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop from BOOL to a dtype of 4 bytes, given the bits of its 1; a template for {@link KernelTemplate}. */
final class I32BoolCastLoop implements UnaryKernel {
    private static final int ONE = KernelTemplate.data(MethodHandles.lookup(), Integer.class);
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final MaskBytes MASKS = MaskBytes.of(LANES);
    private static final IntVector ONES = IntVector.broadcast(SPECIES, ONE);
    private static final IntVector ZEROS = IntVector.zero(SPECIES);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (LANES >= MaskBytes.FEWEST_LANES && n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + done, out + 4 * done, count);
            done += count;
        }
        for (; done < n; done++) {
            Ram.putInt(out + 4 * done, Ram.getByte(x + done) == 0 ? 0 : ONE);
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            ZEROS.blend(ONES, MASKS.get(x + i, SPECIES)).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }
}
