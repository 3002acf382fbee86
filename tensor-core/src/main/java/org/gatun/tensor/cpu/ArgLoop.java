package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongUnaryOperator;

/** The loops that find the element with the largest key; a template for {@link KernelTemplate}. */
final class ArgLoop implements ArgKernel {
    /** The key of the element at an address, and the size of elements. */
    record Of(LongUnaryOperator key, int bytes) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongUnaryOperator KEY = DATA.key();
    private static final long SIZE = DATA.bytes();

    @Override
    public long key(long at) {
        return KEY.applyAsLong(at);
    }

    @Override
    public long row(long in, long n) {
        long best = KEY.applyAsLong(in);
        long place = 0;
        for (long i = 1; i < n; i++) {
            long key = KEY.applyAsLong(in + SIZE * i);
            if (key > best) {
                best = key;
                place = i;
            }
        }
        return place;
    }

    @Override
    public void columns(long in, long rows, long stride, int width, long out) {
        long[] best = new long[width];
        for (int j = 0; j < width; j++) {
            best[j] = KEY.applyAsLong(in + SIZE * j);
            Ram.putLong(out + 8L * j, 0);
        }
        for (long i = 1; i < rows; i++) {
            row(in + i * stride, i, best, out);
        }
    }

    private static void row(long in, long i, long[] best, long out) {
        for (int j = 0; j < best.length; j++) {
            long key = KEY.applyAsLong(in + SIZE * j);
            if (key > best[j]) {
                best[j] = key;
                Ram.putLong(out + 8L * j, i);
            }
        }
    }
}
