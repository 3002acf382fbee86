package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;

/** The element by element loop of one operand; a template for {@link KernelTemplate}. */
final class ScalarUnaryLoop implements UnaryKernel {
    private static final ScalarUnary.Of DATA = KernelTemplate.data(MethodHandles.lookup(), ScalarUnary.Of.class);
    private static final ScalarUnary FN = DATA.fn();
    private static final long IN = DATA.inBytes();
    private static final long OUT = DATA.outBytes();

    @Override
    public void apply(long x, long out, long n) {
        for (long i = 0; i < n; i++) {
            FN.apply(x + IN * i, out + OUT * i);
        }
    }
}
