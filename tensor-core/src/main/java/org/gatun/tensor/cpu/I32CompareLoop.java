package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops that compare two I32 operands; a template for {@link KernelTemplate}. */
final class I32CompareLoop implements BinaryKernel {
    private static final I32Comparison FN = KernelTemplate.data(MethodHandles.lookup(), I32Comparison.class);
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
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
            vectors(a + 4 * done, b + 4 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Integer> rest = SPECIES.indexInRange(0, count);
            long bits =
                    FN.apply(load(a + 4 * done, rest), load(b + 4 * done, rest)).toLong();
            BoolBytes.put(out + done, bits, count);
            done += count;
        }
    }

    private static void vectors(long a, long b, long out, int n) {
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(load(a + 4L * i), load(b + 4L * i)), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(load(a + 4L * (i + k)), load(b + 4L * (i + k))).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    @Override
    public void applyScalarRight(long a, long b, long out, long n) {
        int value = Ram.getInt(b);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarRight(a + 4 * done, value, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Integer> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(load(a + 4 * done, rest), IntVector.broadcast(SPECIES, value))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarRight(long a, int b, long out, int n) {
        IntVector right = IntVector.broadcast(SPECIES, b);
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(load(a + 4L * i), right), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(load(a + 4L * (i + k)), right).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    @Override
    public void applyScalarLeft(long a, long b, long out, long n) {
        int value = Ram.getInt(a);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarLeft(value, b + 4 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Integer> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(IntVector.broadcast(SPECIES, value), load(b + 4 * done, rest))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarLeft(int a, long b, long out, int n) {
        IntVector left = IntVector.broadcast(SPECIES, a);
        if (LANES >= MaskBytes.FEWEST_LANES) {
            for (int i = 0; i < n; i += LANES) {
                MASKS.put(FN.apply(left, load(b + 4L * i)), out + i);
            }
            return;
        }
        for (int i = 0; i < n; i += TURN) {
            long bits = 0;
            for (int k = 0; k < TURN; k += LANES) {
                bits |= FN.apply(left, load(b + 4L * (i + k))).toLong() << k;
            }
            BoolBytes.put8(out + i, bits);
        }
    }

    private static IntVector load(long address) {
        return IntVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static IntVector load(long address, VectorMask<Integer> mask) {
        return IntVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
