package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;

/** The element by element loop of two operands; a template for {@link KernelTemplate}. */
final class ScalarBinaryLoop implements BinaryKernel {
    private static final ScalarBinary.Of DATA = KernelTemplate.data(MethodHandles.lookup(), ScalarBinary.Of.class);
    private static final ScalarBinary FN = DATA.fn();
    private static final long IN = DATA.inBytes();
    private static final long OUT = DATA.outBytes();

    @Override
    public void apply(long a, long b, long out, long n) {
        for (long i = 0; i < n; i++) {
            FN.apply(a + IN * i, b + IN * i, out + OUT * i);
        }
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        for (long i = 0; i < n; i++) {
            FN.apply(a + IN * i, b, out + OUT * i);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        for (long i = 0; i < n; i++) {
            FN.apply(a, b + IN * i, out + OUT * i);
        }
    }
}
