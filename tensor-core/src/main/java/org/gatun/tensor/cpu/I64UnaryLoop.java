package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop of one I64 operand; a template for {@link KernelTemplate}. */
final class I64UnaryLoop implements UnaryKernel {
    private static final I64Unary FN = KernelTemplate.data(MethodHandles.lookup(), I64Unary.class);
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + 8 * done, out + 8 * done, count);
            done += count;
        }
        if (done < n) {
            tail(x + 8 * done, out + 8 * done, (int) (n - done));
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            FN.apply(LongVector.fromMemorySegment(SPECIES, Ram.ALL, x + 8L * i, ORDER))
                    .intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
        }
    }

    private static void tail(long x, long out, int n) {
        VectorMask<Long> rest = SPECIES.indexInRange(0, n);
        FN.apply(LongVector.fromMemorySegment(SPECIES, Ram.ALL, x, ORDER, rest))
                .intoMemorySegment(Ram.ALL, out, ORDER, rest);
    }
}
