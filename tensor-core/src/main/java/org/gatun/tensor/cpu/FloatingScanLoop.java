package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongToDoubleFunction;

/** The loops of running folds in double precision, whatever the dtype of the elements; a template for {@link KernelTemplate}. */
final class FloatingScanLoop implements ScanKernel {
    /** Writes an element. */
    @FunctionalInterface
    interface Writer {
        void put(long address, double value);
    }

    /** The function and its identity, how to read and write an element at an address, and its size. */
    record Of(DoubleBinaryOperator fn, double identity, LongToDoubleFunction reader, Writer writer, int bytes) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final DoubleBinaryOperator FN = DATA.fn();
    private static final double IDENTITY = DATA.identity();
    private static final LongToDoubleFunction IN = DATA.reader();
    private static final Writer OUT = DATA.writer();
    private static final long SIZE = DATA.bytes();

    @Override
    public void row(long in, long out, long n, long step) {
        double running = IDENTITY;
        for (long i = 0; i < n; i++) {
            running = FN.applyAsDouble(running, IN.applyAsDouble(in + step * i));
            OUT.put(out + step * i, running);
        }
    }

    /** Four rows at a time: a sum waits for the one before it, but not for those of other rows. */
    @Override
    public void rows(long in, long out, long n, long step, long rowStep, long rows) {
        long r = 0;
        for (; r <= rows - 4; r += 4) {
            four(in + r * rowStep, out + r * rowStep, n, step, rowStep);
        }
        for (; r < rows; r++) {
            row(in + r * rowStep, out + r * rowStep, n, step);
        }
    }

    private static void four(long in, long out, long n, long step, long rowStep) {
        double a = IDENTITY;
        double b = IDENTITY;
        double c = IDENTITY;
        double d = IDENTITY;
        long toOut = out - in;
        for (long i = 0; i < n; i++) {
            long at = in + step * i;
            a = FN.applyAsDouble(a, IN.applyAsDouble(at));
            OUT.put(at + toOut, a);
            at += rowStep;
            b = FN.applyAsDouble(b, IN.applyAsDouble(at));
            OUT.put(at + toOut, b);
            at += rowStep;
            c = FN.applyAsDouble(c, IN.applyAsDouble(at));
            OUT.put(at + toOut, c);
            at += rowStep;
            d = FN.applyAsDouble(d, IN.applyAsDouble(at));
            OUT.put(at + toOut, d);
        }
    }

    @Override
    public void columns(long in, long out, long rows, long stride, int width) {
        double[] running = new double[width];
        Arrays.fill(running, IDENTITY);
        for (long i = 0; i < rows; i++) {
            next(in + stride * i, out + stride * i, running);
        }
    }

    private static void next(long in, long out, double[] running) {
        for (int j = 0; j < running.length; j++) {
            running[j] = FN.applyAsDouble(running[j], IN.applyAsDouble(in + SIZE * j));
            OUT.put(out + SIZE * j, running[j]);
        }
    }
}
