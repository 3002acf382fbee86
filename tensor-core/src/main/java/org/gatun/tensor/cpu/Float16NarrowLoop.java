package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop from F32 to a floating dtype of 16 bits; a template for {@link KernelTemplate}. */
final class Float16NarrowLoop implements UnaryKernel {
    private static final Float16Lanes.Of DATA = KernelTemplate.data(MethodHandles.lookup(), Float16Lanes.Of.class);
    private static final Float16Lanes FN = DATA.lanes();
    private static final ScalarUnary REST = DATA.rest();
    private static final VectorSpecies<Integer> WIDE = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> NARROW =
            ShortVector.SPECIES_PREFERRED.withShape(VectorShape.forBitSize(WIDE.vectorBitSize() / 2));
    private static final int LANES = WIDE.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + 4 * done, out + 2 * done, count);
            done += count;
        }
        for (; done < n; done++) {
            REST.apply(x + 4 * done, out + 2 * done);
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            FN.apply(IntVector.fromMemorySegment(WIDE, Ram.ALL, x + 4L * i, ORDER))
                    .convertShape(VectorOperators.I2S, NARROW, 0)
                    .intoMemorySegment(Ram.ALL, out + 2L * i, ORDER);
        }
    }
}
