package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongToDoubleFunction;

/** The loop of {@code log(sum(e^x))} of all elements so far, in double precision; a template for {@link KernelTemplate}. */
final class RunningLogSumExpLoop implements AlongAxis.Body {
    /** How to read and write an element at an address, and its size. */
    record Of(LongToDoubleFunction reader, FloatingScanLoop.Writer writer, int bytes) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongToDoubleFunction IN = DATA.reader();
    private static final FloatingScanLoop.Writer OUT = DATA.writer();
    private static final long SIZE = DATA.bytes();

    @Override
    public void run(long[] in, long n, long out) {
        double y = Double.NEGATIVE_INFINITY;
        for (long i = 0; i < n; i++) {
            y = add(y, IN.applyAsDouble(in[0] + SIZE * i));
            OUT.put(out + SIZE * i, y);
        }
    }

    /** {@code log(e^a + e^b)}. */
    private static double add(double a, double b) {
        double larger = Math.max(a, b);
        // Equal infinities have no difference to add.
        return Double.isInfinite(larger) ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }
}
