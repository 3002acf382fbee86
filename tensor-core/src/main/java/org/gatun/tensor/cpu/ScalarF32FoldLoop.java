package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;

/** The loops that fold F32 elements in plain Java; a template for {@link KernelTemplate}. */
final class ScalarF32FoldLoop implements FoldKernel {
    /** A function of two elements. */
    @FunctionalInterface
    interface Fn {
        float apply(float a, float b);
    }

    private static final long SIZE = Float.BYTES;
    private static final Fn FN = KernelTemplate.data(MethodHandles.lookup(), Fn.class);

    @Override
    public void row(long in, long n, long out) {
        Ram.putFloat(out, fold(in, n));
    }

    private static float fold(long in, long n) {
        if (n <= BLOCK) {
            return block(in, (int) n);
        }
        long left = FoldKernel.split(n, BLOCK);
        return FN.apply(fold(in, left), fold(in + SIZE * left, n - left));
    }

    /** Eight running folds, so that an operation does not wait for the one before, and rounding errors stay small. */
    private static float block(long in, int n) {
        if (n < 8) {
            return few(in, n);
        }
        float a = Ram.getFloat(in);
        float b = Ram.getFloat(in + SIZE);
        float c = Ram.getFloat(in + 2 * SIZE);
        float d = Ram.getFloat(in + 3 * SIZE);
        float e = Ram.getFloat(in + 4 * SIZE);
        float f = Ram.getFloat(in + 5 * SIZE);
        float g = Ram.getFloat(in + 6 * SIZE);
        float h = Ram.getFloat(in + 7 * SIZE);
        int i = 8;
        for (; i <= n - 8; i += 8) {
            long at = in + SIZE * i;
            a = FN.apply(a, Ram.getFloat(at));
            b = FN.apply(b, Ram.getFloat(at + SIZE));
            c = FN.apply(c, Ram.getFloat(at + 2 * SIZE));
            d = FN.apply(d, Ram.getFloat(at + 3 * SIZE));
            e = FN.apply(e, Ram.getFloat(at + 4 * SIZE));
            f = FN.apply(f, Ram.getFloat(at + 5 * SIZE));
            g = FN.apply(g, Ram.getFloat(at + 6 * SIZE));
            h = FN.apply(h, Ram.getFloat(at + 7 * SIZE));
        }
        float folded = FN.apply(FN.apply(FN.apply(a, b), FN.apply(c, d)), FN.apply(FN.apply(e, f), FN.apply(g, h)));
        return i < n ? FN.apply(folded, few(in + SIZE * i, n - i)) : folded;
    }

    private static float few(long in, int n) {
        float x = Ram.getFloat(in);
        for (int i = 1; i < n; i++) {
            x = FN.apply(x, Ram.getFloat(in + SIZE * i));
        }
        return x;
    }

    @Override
    public void columns(long in, int rows, long stride, int width, long out) {
        Ram.copy(in, out, SIZE * width);
        for (int r = 1; r < rows; r++) {
            long row = in + r * stride;
            for (int j = 0; j < width; j++) {
                long to = out + SIZE * j;
                Ram.putFloat(to, FN.apply(Ram.getFloat(to), Ram.getFloat(row + SIZE * j)));
            }
        }
    }
}
