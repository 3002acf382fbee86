package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop from BOOL to a dtype of 8 bytes, given the bits of its 1; a template for {@link KernelTemplate}. */
final class I64BoolCastLoop implements UnaryKernel {
    private static final long ONE = KernelTemplate.data(MethodHandles.lookup(), Long.class);
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final MaskBytes MASKS = MaskBytes.of(LANES);
    private static final LongVector ONES = LongVector.broadcast(SPECIES, ONE);
    private static final LongVector ZEROS = LongVector.zero(SPECIES);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (LANES >= MaskBytes.FEWEST_LANES && n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + done, out + 8 * done, count);
            done += count;
        }
        for (; done < n; done++) {
            Ram.putLong(out + 8 * done, Ram.getByte(x + done) == 0 ? 0 : ONE);
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            ZEROS.blend(ONES, MASKS.get(x + i, SPECIES)).intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
        }
    }
}
