package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops that compare two F32 operands; a template for {@link KernelTemplate}. */
final class F32CompareLoop implements BinaryKernel {
    private static final F32Comparison FN = KernelTemplate.data(MethodHandles.lookup(), F32Comparison.class);
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
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
            VectorMask<Float> rest = SPECIES.indexInRange(0, count);
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
        float value = Ram.getFloat(b);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarRight(a + 4 * done, value, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Float> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(load(a + 4 * done, rest), FloatVector.broadcast(SPECIES, value))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarRight(long a, float b, long out, int n) {
        FloatVector right = FloatVector.broadcast(SPECIES, b);
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
        float value = Ram.getFloat(a);
        long done = 0;
        while (n - done >= TURN) {
            int count = Blocks.wholeVectors(n - done, TURN);
            vectorsScalarLeft(value, b + 4 * done, out + done, count);
            done += count;
        }
        while (done < n) {
            int count = (int) Math.min(LANES, n - done);
            VectorMask<Float> rest = SPECIES.indexInRange(0, count);
            BoolBytes.put(
                    out + done,
                    FN.apply(FloatVector.broadcast(SPECIES, value), load(b + 4 * done, rest))
                            .toLong(),
                    count);
            done += count;
        }
    }

    private static void vectorsScalarLeft(float a, long b, long out, int n) {
        FloatVector left = FloatVector.broadcast(SPECIES, a);
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

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
