package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongToDoubleFunction;

/** The loop of {@code y[t] = a[t] * y[t - 1] + b[t]} in double precision; a template for {@link KernelTemplate}. */
final class RecurrenceLoop implements AlongAxis.Body {
    /** How to read and write an element at an address, its size, and whether to run from the last element to the first. */
    record Of(LongToDoubleFunction reader, FloatingScanLoop.Writer writer, int bytes, boolean reverse) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongToDoubleFunction IN = DATA.reader();
    private static final FloatingScanLoop.Writer OUT = DATA.writer();
    private static final long SIZE = DATA.bytes();

    @Override
    public void run(long[] in, long n, long out) {
        long start = DATA.reverse() ? SIZE * (n - 1) : 0;
        long step = DATA.reverse() ? -SIZE : SIZE;
        long a = in[0] + start;
        long b = in[1] + start;
        long to = out + start;
        double y = IN.applyAsDouble(b);
        OUT.put(to, y);
        for (long i = 1; i < n; i++) {
            y = IN.applyAsDouble(a + step * i) * y + IN.applyAsDouble(b + step * i);
            OUT.put(to + step * i, y);
        }
    }
}
