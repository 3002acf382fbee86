package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;

/** The loops that fold F64 elements in plain Java; a template for {@link KernelTemplate}. */
final class ScalarF64FoldLoop implements FoldKernel {
    /** A function of two elements. */
    @FunctionalInterface
    interface Fn {
        double apply(double a, double b);
    }

    private static final long SIZE = Double.BYTES;
    private static final Fn FN = KernelTemplate.data(MethodHandles.lookup(), Fn.class);

    @Override
    public void row(long in, long n, long out) {
        Ram.putDouble(out, fold(in, n));
    }

    private static double fold(long in, long n) {
        if (n <= BLOCK) {
            return block(in, (int) n);
        }
        long left = FoldKernel.split(n, BLOCK);
        return FN.apply(fold(in, left), fold(in + SIZE * left, n - left));
    }

    /** Eight running folds, so that an operation does not wait for the one before, and rounding errors stay small. */
    private static double block(long in, int n) {
        if (n < 8) {
            return few(in, n);
        }
        double a = Ram.getDouble(in);
        double b = Ram.getDouble(in + SIZE);
        double c = Ram.getDouble(in + 2 * SIZE);
        double d = Ram.getDouble(in + 3 * SIZE);
        double e = Ram.getDouble(in + 4 * SIZE);
        double f = Ram.getDouble(in + 5 * SIZE);
        double g = Ram.getDouble(in + 6 * SIZE);
        double h = Ram.getDouble(in + 7 * SIZE);
        int i = 8;
        for (; i <= n - 8; i += 8) {
            long at = in + SIZE * i;
            a = FN.apply(a, Ram.getDouble(at));
            b = FN.apply(b, Ram.getDouble(at + SIZE));
            c = FN.apply(c, Ram.getDouble(at + 2 * SIZE));
            d = FN.apply(d, Ram.getDouble(at + 3 * SIZE));
            e = FN.apply(e, Ram.getDouble(at + 4 * SIZE));
            f = FN.apply(f, Ram.getDouble(at + 5 * SIZE));
            g = FN.apply(g, Ram.getDouble(at + 6 * SIZE));
            h = FN.apply(h, Ram.getDouble(at + 7 * SIZE));
        }
        double folded = FN.apply(FN.apply(FN.apply(a, b), FN.apply(c, d)), FN.apply(FN.apply(e, f), FN.apply(g, h)));
        return i < n ? FN.apply(folded, few(in + SIZE * i, n - i)) : folded;
    }

    private static double few(long in, int n) {
        double x = Ram.getDouble(in);
        for (int i = 1; i < n; i++) {
            x = FN.apply(x, Ram.getDouble(in + SIZE * i));
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
                Ram.putDouble(to, FN.apply(Ram.getDouble(to), Ram.getDouble(row + SIZE * j)));
            }
        }
    }
}
