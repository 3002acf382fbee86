package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop from a floating dtype of 16 bits to F32; a template for {@link KernelTemplate}. */
final class Float16WidenLoop implements UnaryKernel {
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
            vectors(x + 2 * done, out + 4 * done, count);
            done += count;
        }
        for (; done < n; done++) {
            REST.apply(x + 2 * done, out + 4 * done);
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            ShortVector in = ShortVector.fromMemorySegment(NARROW, Ram.ALL, x + 2L * i, ORDER);
            FN.apply((IntVector) in.convertShape(VectorOperators.S2I, WIDE, 0))
                    .intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }
}
