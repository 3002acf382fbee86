package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;

/** The loop that finds the place of the largest key so far, of equal ones the last; a template for {@link KernelTemplate}. */
final class RunningExtremumLoop implements AlongAxis.Body {
    /** The key of the element at an address, and its size. */
    record Of(LongUnaryOperator key, int bytes) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongUnaryOperator KEY = DATA.key();
    private static final long SIZE = DATA.bytes();

    @Override
    public void run(long[] in, long n, long out) {
        long best = Long.MIN_VALUE;
        long place = 0;
        for (long i = 0; i < n; i++) {
            long key = KEY.applyAsLong(in[0] + SIZE * i);
            if (key >= best) {
                best = key;
                place = i;
            }
            Ram.putLong(out + 8 * i, place);
        }
    }
}
