package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.cpu.math.F32Exp;

/** {@link RowSoftmax} of F32 with the Vector API. A template for {@link KernelTemplate#outOfLine}. */
final class F32RowSoftmax implements RowSoftmax {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    // Loops start from vectors made afresh: one from a static field would keep the loop's vector on the heap.
    private static final FloatVector LOWEST = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);

    // Two exponentials in one method are more than the JIT compiler inlines.
    private static final OutOfLine.RowSum EXPONENTIALS = OutOfLine.rowSum(F32RowSoftmax::exponentials);
    private static final OutOfLine.RowSum LAST_EXPONENTIALS = OutOfLine.rowSum(F32RowSoftmax::lastExponentials);
    private static final OutOfLine.RowSum SUM = OutOfLine.rowSum(F32RowSoftmax::sumOfBlock);
    private static final OutOfLine.RowSum LAST_SUM = OutOfLine.rowSum(F32RowSoftmax::lastSum);

    /** Elements whose exponentials are summed lane by lane before they join the sum of the row, in double precision. */
    private static final int BLOCK = 4096;

    @Override
    public void softmax(long x, long n, long out) {
        if (n <= LANES) {
            softmaxOfVector(x, (int) n, out);
            return;
        }
        float max = max(x, n);
        float divisor = (float) sum(x, n, max, out, EXPONENTIALS, LAST_EXPONENTIALS);
        for (long done = 0; done < n; done += BLOCK) {
            divide(out + 4 * done, (int) Math.min(BLOCK, n - done), divisor);
        }
    }

    private static void softmaxOfVector(long x, int n, long out) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, n);
        FloatVector v = load(x, mask);
        FloatVector e = F32Exp.expOfNegative(v.sub(v.reduceLanes(VectorOperators.MAX)));
        e.div(LaneSums.of(e)).intoMemorySegment(Ram.ALL, out, ORDER, mask);
    }

    @Override
    public void logSoftmax(long x, long n, long out) {
        if (n <= LANES) {
            logSoftmaxOfVector(x, (int) n, out);
            return;
        }
        float max = max(x, n);
        float log = (float) Math.log(sumOfExponentials(x, n, max));
        for (long done = 0; done < n; done += BLOCK) {
            subtract(x + 4 * done, (int) Math.min(BLOCK, n - done), max, log, out + 4 * done);
        }
    }

    private static void logSoftmaxOfVector(long x, int n, long out) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, n);
        FloatVector v = load(x, mask);
        FloatVector shifted = v.sub(v.reduceLanes(VectorOperators.MAX));
        float log = (float) Math.log(LaneSums.of(F32Exp.expOfNegative(shifted)));
        shifted.sub(log).intoMemorySegment(Ram.ALL, out, ORDER, mask);
    }

    @Override
    public void logSumExp(long x, long n, long out) {
        if (n <= LANES) {
            logSumExpOfVector(x, (int) n, out);
            return;
        }
        float max = max(x, n);
        float shift = Float.isInfinite(max) ? 0 : max;
        double sum = max == Float.POSITIVE_INFINITY ? max : sumOfExponentials(x, n, shift);
        Ram.putFloat(out, shift);
        Ram.putFloat(out + 4, (float) Math.log(sum));
    }

    private static void logSumExpOfVector(long x, int n, long out) {
        FloatVector v = load(x, SPECIES.indexInRange(0, n));
        float max = v.reduceLanes(VectorOperators.MAX);
        float shift = Float.isInfinite(max) ? 0 : max;
        float sum = max == Float.POSITIVE_INFINITY ? max : LaneSums.of(F32Exp.expOfNegative(v.sub(shift)));
        Ram.putFloat(out, shift);
        Ram.putFloat(out + 4, (float) Math.log(sum));
    }

    private static double sumOfExponentials(long x, long n, float shift) {
        return sum(x, n, shift, 0, SUM, LAST_SUM);
    }

    /** The sum over a row, by a loop for whole vectors and one for what remains. */
    private static double sum(long x, long n, float shift, long out, OutOfLine.RowSum vectors, OutOfLine.RowSum last) {
        double sum = 0;
        long whole = n - n % LANES;
        for (long done = 0; done < whole; done += BLOCK) {
            sum += vectors.of(x + 4 * done, (int) Math.min(BLOCK, whole - done), shift, out + 4 * done);
        }
        return whole < n ? sum + last.of(x + 4 * whole, (int) (n - whole), shift, out + 4 * whole) : sum;
    }

    private static float max(long x, long n) {
        float max = Float.NEGATIVE_INFINITY;
        for (long done = 0; done < n; done += BLOCK) {
            max = Math.max(max, maxOfBlock(x + 4 * done, (int) Math.min(BLOCK, n - done)));
        }
        return max;
    }

    private static float maxOfBlock(long x, int n) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            max = max.max(load(x + 4L * i));
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            max = max.max(load(x + 4L * i, rest));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** Writes {@code e^(x - shift)} of whole vectors and returns the sum. */
    private static float exponentials(long x, int n, float shift, long out) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            FloatVector e = F32Exp.expOfNegative(load(x + 4L * i).sub(shift));
            e.intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
            sum = sum.add(e);
        }
        return LaneSums.of(sum);
    }

    /** The same of less than a vector. */
    private static float lastExponentials(long x, int n, float shift, long out) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, n);
        FloatVector e = F32Exp.expOfNegative(load(x, mask).sub(shift));
        e.intoMemorySegment(Ram.ALL, out, ORDER, mask);
        return LaneSums.of(e);
    }

    /** The sum of {@code e^(x - shift)} of whole vectors. */
    private static float sumOfBlock(long x, int n, float shift, long none) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            sum = sum.add(F32Exp.expOfNegative(load(x + 4L * i).sub(shift)));
        }
        return LaneSums.of(sum);
    }

    /** The same of less than a vector. */
    private static float lastSum(long x, int n, float shift, long none) {
        return LaneSums.of(
                F32Exp.expOfNegative(load(x, SPECIES.indexInRange(0, n)).sub(shift)));
    }

    private static void divide(long out, int n, float divisor) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(out + 4L * i).div(divisor).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(out + 4L * i, rest).div(divisor).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER, rest);
        }
    }

    private static void subtract(long x, int n, float max, float log, long out) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i).sub(max).sub(log).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(x + 4L * i, rest).sub(max).sub(log).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER, rest);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    /** The elements under the mask, and -inf, which adds nothing to a sum of exponentials, in the other lanes. */
    private static FloatVector load(long address, VectorMask<Float> mask) {
        return LOWEST.blend(FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask), mask);
    }
}
