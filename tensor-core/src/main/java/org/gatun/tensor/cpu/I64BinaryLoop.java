package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops of two I64 operands; a template for {@link KernelTemplate}. */
final class I64BinaryLoop implements BinaryKernel {
    private static final I64Binary FN = KernelTemplate.data(MethodHandles.lookup(), I64Binary.class);
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long a, long b, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(a + 8 * done, b + 8 * done, out + 8 * done, count);
            done += count;
        }
        if (done < n) {
            tail(a + 8 * done, b + 8 * done, out + 8 * done, (int) (n - done));
        }
    }

    private static void vectors(long a, long b, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            FN.apply(load(a + 8L * i), load(b + 8L * i)).intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
        }
    }

    private static void tail(long a, long b, long out, int n) {
        VectorMask<Long> rest = SPECIES.indexInRange(0, n);
        FN.apply(load(a, rest), loadRight(b, rest)).intoMemorySegment(Ram.ALL, out, ORDER, rest);
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        long scalar = Ram.getLong(b);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarRight(a + 8 * done, scalar, out + 8 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Long> rest = SPECIES.indexInRange(0, (int) (n - done));
            FN.apply(load(a + 8 * done, rest), LongVector.broadcast(SPECIES, scalar))
                    .intoMemorySegment(Ram.ALL, out + 8 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarRight(long a, long b, long out, int n) {
        LongVector right = LongVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FN.apply(load(a + 8L * i), right).intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        long scalar = Ram.getLong(a);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarLeft(scalar, b + 8 * done, out + 8 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Long> rest = SPECIES.indexInRange(0, (int) (n - done));
            FN.apply(LongVector.broadcast(SPECIES, scalar), loadRight(b + 8 * done, rest))
                    .intoMemorySegment(Ram.ALL, out + 8 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarLeft(long a, long b, long out, int n) {
        LongVector left = LongVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LANES) {
            FN.apply(left, load(b + 8L * i)).intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
        }
    }

    private static LongVector load(long address) {
        return LongVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static LongVector load(long address, VectorMask<Long> mask) {
        return LongVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }

    /** With 1 beyond the end: where 0 is divided by 0 there, functions would go lane by lane or find a divisor of 0. */
    private static LongVector loadRight(long address, VectorMask<Long> mask) {
        return load(address, mask).blend(1, mask.not());
    }
}
