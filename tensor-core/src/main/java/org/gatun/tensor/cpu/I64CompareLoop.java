package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops that compare two I64 operands; a template for {@link KernelTemplate}. */
final class I64CompareLoop implements BinaryKernel {
    private static final I64Comparison FN = KernelTemplate.data(MethodHandles.lookup(), I64Comparison.class);
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
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
            VectorMask<Long> rest = SPECIES.indexInRange(0, count);
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
        long value = Ram.getLong(b);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarRight(a + 8 * done, value, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Long> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(load(a + 8 * done, rest), LongVector.broadcast(SPECIES, value))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarRight(long a, long b, long out, int n) {
        LongVector right = LongVector.broadcast(SPECIES, b);
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
        long value = Ram.getLong(a);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarLeft(value, b + 8 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Long> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(LongVector.broadcast(SPECIES, value), load(b + 8 * done, rest))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarLeft(long a, long b, long out, int n) {
        LongVector left = LongVector.broadcast(SPECIES, a);
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

    private static LongVector load(long address) {
        return LongVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static LongVector load(long address, VectorMask<Long> mask) {
        return LongVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
