package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** The loops that fold integers, in 64 bits; a template for {@link KernelTemplate}. */
final class IntegerFoldLoop implements FoldKernel {
    /** Writes an element. */
    @FunctionalInterface
    interface Writer {
        void put(long address, long value);
    }

    /** The function, how to read and write an element at an address, and its size. */
    record Of(LongBinaryOperator fn, LongUnaryOperator reader, Writer writer, int bytes) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final LongBinaryOperator FN = DATA.fn();
    private static final LongUnaryOperator IN = DATA.reader();
    private static final Writer OUT = DATA.writer();
    private static final long SIZE = DATA.bytes();

    @Override
    public void row(long in, long n, long out) {
        long folded = IN.applyAsLong(in);
        long done = 1;
        while (done < n) {
            int count = (int) Math.min(n - done, 1 << 20);
            folded = FN.applyAsLong(folded, fold(in + SIZE * done, count));
            done += count;
        }
        OUT.put(out, folded);
    }

    /** Four running folds, so that an operation does not wait for the one before. */
    private static long fold(long in, int n) {
        long a = IN.applyAsLong(in);
        int i = 1;
        if (n >= 4) {
            long b = IN.applyAsLong(in + SIZE);
            long c = IN.applyAsLong(in + 2 * SIZE);
            long d = IN.applyAsLong(in + 3 * SIZE);
            for (i = 4; i <= n - 4; i += 4) {
                long at = in + SIZE * i;
                a = FN.applyAsLong(a, IN.applyAsLong(at));
                b = FN.applyAsLong(b, IN.applyAsLong(at + SIZE));
                c = FN.applyAsLong(c, IN.applyAsLong(at + 2 * SIZE));
                d = FN.applyAsLong(d, IN.applyAsLong(at + 3 * SIZE));
            }
            a = FN.applyAsLong(FN.applyAsLong(a, b), FN.applyAsLong(c, d));
        }
        for (; i < n; i++) {
            a = FN.applyAsLong(a, IN.applyAsLong(in + SIZE * i));
        }
        return a;
    }

    @Override
    public void columns(long in, int rows, long stride, int width, long out) {
        Ram.copy(in, out, SIZE * width);
        for (int r = 1; r < rows; r++) {
            long row = in + r * stride;
            for (int j = 0; j < width; j++) {
                long to = out + SIZE * j;
                OUT.put(to, FN.applyAsLong(IN.applyAsLong(to), IN.applyAsLong(row + SIZE * j)));
            }
        }
    }
}
