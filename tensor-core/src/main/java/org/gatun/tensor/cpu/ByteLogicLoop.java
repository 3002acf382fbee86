package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.util.function.LongBinaryOperator;

/**
 * Logic on arrays of bytes, eight at a time in the bits of a {@code long}: AND, OR and XOR know no boundaries between elements;
 * a template for {@link KernelTemplate}.
 */
final class ByteLogicLoop implements BinaryKernel {
    private static final LongBinaryOperator FN = KernelTemplate.data(MethodHandles.lookup(), LongBinaryOperator.class);
    private static final long ONES = 0x0101010101010101L;

    @Override
    public void apply(long a, long b, long out, long n) {
        long i = 0;
        for (; i + 8 <= n; i += 8) {
            Ram.putLong(out + i, FN.applyAsLong(Ram.getLong(a + i), Ram.getLong(b + i)));
        }
        for (; i < n; i++) {
            Ram.putByte(out + i, (byte) FN.applyAsLong(Ram.getByte(a + i), Ram.getByte(b + i)));
        }
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        long right = Ram.getU8(b) * ONES;
        long i = 0;
        for (; i + 8 <= n; i += 8) {
            Ram.putLong(out + i, FN.applyAsLong(Ram.getLong(a + i), right));
        }
        for (; i < n; i++) {
            Ram.putByte(out + i, (byte) FN.applyAsLong(Ram.getByte(a + i), right));
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        applyScalarRight(b, a, out, n);
    }
}
