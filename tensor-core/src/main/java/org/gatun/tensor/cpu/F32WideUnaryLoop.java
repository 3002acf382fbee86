package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loop of one F32 operand that is computed in double precision; a template for {@link KernelTemplate}. */
final class F32WideUnaryLoop implements UnaryKernel {
    private static final F64Unary FN = KernelTemplate.data(MethodHandles.lookup(), F64Unary.class);
    private static final VectorSpecies<Float> SPECIES = WideFloats.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + 4 * done, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            tail(x + 4 * done, out + 4 * done, (int) (n - done));
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, Ram.ALL, x + 4L * i, ORDER);
            WideFloats.narrow(FN.apply(WideFloats.widen(v))).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    private static void tail(long x, long out, int n) {
        VectorMask<Float> rest = SPECIES.indexInRange(0, n);
        FloatVector v = FloatVector.fromMemorySegment(SPECIES, Ram.ALL, x, ORDER, rest);
        WideFloats.narrow(FN.apply(WideFloats.widen(v))).intoMemorySegment(Ram.ALL, out, ORDER, rest);
    }
}
