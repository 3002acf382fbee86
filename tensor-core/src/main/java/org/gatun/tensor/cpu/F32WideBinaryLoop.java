package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops of two F32 operands that are computed in double precision; a template for {@link KernelTemplate}. */
final class F32WideBinaryLoop implements BinaryKernel {
    private static final F64Binary FN = KernelTemplate.data(MethodHandles.lookup(), F64Binary.class);
    private static final VectorSpecies<Float> SPECIES = WideFloats.SPECIES;
    private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
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
            apply(load(a + 4L * i), load(b + 4L * i)).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    private static void tail(long a, long b, long out, int n) {
        VectorMask<Float> rest = SPECIES.indexInRange(0, n);
        apply(load(a, rest), loadRight(b, rest)).intoMemorySegment(Ram.ALL, out, ORDER, rest);
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        float scalar = Ram.getFloat(b);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarRight(a + 4 * done, scalar, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(0, (int) (n - done));
            apply(load(a + 4 * done, rest), DoubleVector.broadcast(WIDE, scalar))
                    .intoMemorySegment(Ram.ALL, out + 4 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarRight(long a, float b, long out, int n) {
        DoubleVector right = DoubleVector.broadcast(WIDE, b);
        for (int i = 0; i < n; i += LANES) {
            apply(load(a + 4L * i), right).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        float scalar = Ram.getFloat(a);
        long done = 0;
        while (n - done >= LANES) {
            int count = Blocks.wholeVectors(n - done, LANES);
            vectorsScalarLeft(scalar, b + 4 * done, out + 4 * done, count);
            done += count;
        }
        if (done < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(0, (int) (n - done));
            apply(DoubleVector.broadcast(WIDE, scalar), loadRight(b + 4 * done, rest))
                    .intoMemorySegment(Ram.ALL, out + 4 * done, ORDER, rest);
        }
    }

    private static void vectorsScalarLeft(float a, long b, long out, int n) {
        DoubleVector left = DoubleVector.broadcast(WIDE, a);
        for (int i = 0; i < n; i += LANES) {
            apply(left, load(b + 4L * i)).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
    }

    private static FloatVector apply(DoubleVector a, DoubleVector b) {
        return WideFloats.narrow(FN.apply(a, b));
    }

    private static DoubleVector load(long address) {
        return WideFloats.widen(FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER));
    }

    private static DoubleVector load(long address, VectorMask<Float> mask) {
        return WideFloats.widen(FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask));
    }

    /** With 1 beyond the end: where 0 is divided by 0 there, functions would go lane by lane or find a divisor of 0. */
    private static DoubleVector loadRight(long address, VectorMask<Float> mask) {
        FloatVector b = FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
        return WideFloats.widen(b.blend(1, mask.not()));
    }
}
