package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops of two I32 operands; a template for {@link KernelTemplate}. */
final class I32BinaryLoop implements BinaryKernel {
    private static final I32Binary FN = KernelTemplate.data(MethodHandles.lookup(), I32Binary.class);
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long a, long b, long out, long n) {
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectors(a + 4 * done, b + 4 * done, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            tail(a + 4 * done, b + 4 * done, out + 4 * done, (int) (n - done));
        }
    }

    private static void vectors(long a, long b, long out, int n) {
        for (int i = 0; i < n; i += LANES) {
            FN.apply(load(a + 4L * i), load(b + 4L * i)).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    private static void tail(long a, long b, long out, int n) {
        VectorMask<Integer> rest = SPECIES.indexInRange(0, n);
        FN.apply(load(a, rest), load(b, rest)).intoMemorySegment(Ram.ALL, out, ORDER, rest);
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        int scalar = Ram.getInt(b);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarRight(a + 4 * done, scalar, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Integer> rest = SPECIES.indexInRange(0, (int) (n - done));
            FN.apply(load(a + 4 * done, rest), IntVector.broadcast(SPECIES, scalar))
                    .intoMemorySegment(Ram.ALL, out + 4 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarRight(long a, int b, long out, int n) {
        IntVector right = IntVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FN.apply(load(a + 4L * i), right).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        int scalar = Ram.getInt(a);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarLeft(scalar, b + 4 * done, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Integer> rest = SPECIES.indexInRange(0, (int) (n - done));
            FN.apply(IntVector.broadcast(SPECIES, scalar), load(b + 4 * done, rest))
                    .intoMemorySegment(Ram.ALL, out + 4 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarLeft(int a, long b, long out, int n) {
        IntVector left = IntVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LANES) {
            FN.apply(left, load(b + 4L * i)).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    private static IntVector load(long address) {
        return IntVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static IntVector load(long address, VectorMask<Integer> mask) {
        return IntVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
