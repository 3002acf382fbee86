package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops that compare two F64 operands; a template for {@link KernelTemplate}. */
final class F64CompareLoop implements BinaryKernel {
    private static final F64Comparison FN = KernelTemplate.data(MethodHandles.lookup(), F64Comparison.class);
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Elements per turn: whole vectors, and whole groups of eight truth values. */
    private static final int TURN = Math.max(8, LANES);

    private static final MaskBytes MASKS = MaskBytes.of(LANES);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void apply(long a, long b, long out, long n) {
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectors(a + 8 * done, b + 8 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Double> rest = SPECIES.indexInRange(0, count);
            long bits =
                    FN.apply(load(a + 8 * done, rest), load(b + 8 * done, rest)).toLong();
            BoolBytes.put(out + done, bits, count);
            done += count;
        }
    }

    private static void vectors(long a, long b, long out, int n) {
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(load(a + 8L * i), load(b + 8L * i)), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(load(a + 8L * (i + k)), load(b + 8L * (i + k))).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        double value = Ram.getDouble(b);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarRight(a + 8 * done, value, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Double> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(load(a + 8 * done, rest), DoubleVector.broadcast(SPECIES, value))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarRight(long a, double b, long out, int n) {
        DoubleVector right = DoubleVector.broadcast(SPECIES, b);
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(load(a + 8L * i), right), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(load(a + 8L * (i + k)), right).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        double value = Ram.getDouble(a);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarLeft(value, b + 8 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Double> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(DoubleVector.broadcast(SPECIES, value), load(b + 8 * done, rest))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarLeft(double a, long b, long out, int n) {
        DoubleVector left = DoubleVector.broadcast(SPECIES, a);
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(left, load(b + 8L * i)), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(left, load(b + 8L * (i + k))).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    private static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static DoubleVector load(long address, VectorMask<Double> mask) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
