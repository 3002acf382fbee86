package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.function.LongBinaryOperator;

/** The loops of running folds of I64; a template for {@link KernelTemplate}. */
final class LongScanLoop implements ScanKernel {
    /** The function and its identity. */
    record Of(LongBinaryOperator fn, long identity) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongBinaryOperator FN = DATA.fn();
    private static final long IDENTITY = DATA.identity();

    @Override
    public void row(long in, long out, long n, long step) {
        long running = IDENTITY;
        for (long i = 0; i < n; i++) {
            running = FN.applyAsLong(running, Ram.getLong(in + step * i));
            Ram.putLong(out + step * i, running);
        }
    }

    @Override
    public void columns(long in, long out, long rows, long stride, int width) {
        long[] running = new long[width];
        Arrays.fill(running, IDENTITY);
        for (long i = 0; i < rows; i++) {
            next(in + stride * i, out + stride * i, running);
        }
    }

    private static void next(long in, long out, long[] running) {
        for (int j = 0; j < running.length; j++) {
            running[j] = FN.applyAsLong(running[j], Ram.getLong(in + 8L * j));
            Ram.putLong(out + 8L * j, running[j]);
        }
    }
}
