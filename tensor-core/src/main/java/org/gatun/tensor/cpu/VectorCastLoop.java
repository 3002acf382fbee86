package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;

/** The vector loop of a conversion; a template for {@link KernelTemplate}. */
final class VectorCastLoop implements UnaryKernel {
    @SuppressWarnings("unchecked") // Which dtypes it converts the class data knows alone.
    private static final VectorCasts.Of<Object, Object> CAST =
            KernelTemplate.data(MethodHandles.lookup(), VectorCasts.Of.class);

    private static final ScalarUnary REST = CAST.rest();
    private static final int LANES = CAST.in().length();
    private static final long IN = CAST.in().elementSize() / 8;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long OUT = CAST.out().elementSize() / 8;

    @Override
    public void apply(long x, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(x + IN * done, out + OUT * done, count);
            done += count;
        }
        for (; done < n; done++) {
            REST.apply(x + IN * done, out + OUT * done);
        }
    }

    private static void vectors(long x, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            CAST.in()
                    .fromMemorySegment(Ram.ALL, x + IN * i, ORDER)
                    .convertShape(CAST.conversion(), CAST.out(), 0)
                    .intoMemorySegment(Ram.ALL, out + OUT * i, ORDER);
        }
    }
}
