package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;

/** The loop that reads keys; a template for {@link KernelTemplate}. */
final class KeyLoop implements KeyReader {
    /**
     * How to read the signed key of an element, the size of elements, and what bits to flip to make it an unsigned key in as many
     * bytes, in ascending or descending order.
     */
    record Of(LongUnaryOperator key, int bytes, long flip) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongUnaryOperator KEY = DATA.key();
    private static final long SIZE = DATA.bytes();
    private static final long FLIP = DATA.flip();
    private static final long MASK = -1L >>> (Long.SIZE - 8 * SIZE);

    @Override
    public void read(long in, long n, long keys) {
        for (long i = 0; i < n; i++) {
            Ram.putLong(keys + 8 * i, (KEY.applyAsLong(in + SIZE * i) ^ FLIP) & MASK);
        }
    }
}
