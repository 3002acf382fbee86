package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/**
 * The loops over a row with the Vector API. Sums are made lane by lane over blocks, and of blocks in double precision. A template for
 * {@link KernelTemplate#outOfLine}.
 */
final class F32RowNorm implements RowNormLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Elements that are summed lane by lane. */
    private static final int BLOCK = 1024;

    private static final BinaryKernel MUL = ElementwiseKernels.binary(BinaryFn.MUL, DType.F32);
    private static final BinaryKernel ADD = ElementwiseKernels.binary(BinaryFn.ADD, DType.F32);

    @Override
    public void forward(
            boolean centred, double epsilon, long x, int n, long weight, long bias, long y, long statistics) {
        float shift = centred ? (float) (sum(x, n) / n) : 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            sum += centred ? sumOfDifferences(x + 4L * i, count, shift) : 0;
            squares += sumOfSquares(x + 4L * i, count, shift);
        }
        float offset = centred ? (float) (sum / n) : 0;
        double variance = Math.max(0, squares / n - (sum / n) * (sum / n));
        float scale = (float) (1 / Math.sqrt((Double.isNaN(squares) ? squares : variance) + epsilon));
        Ram.putFloat(statistics, shift);
        Ram.putFloat(statistics + 4, offset);
        Ram.putFloat(statistics + 8, scale);
        if (weight != 0 && bias != 0) {
            affine(x, n, shift, offset, scale, weight, bias, y);
            return;
        }
        normalise(x, n, shift, offset, scale, y);
        if (weight != 0) {
            MUL.apply(y, weight, y, n);
        }
        if (bias != 0) {
            ADD.apply(y, bias, y, n);
        }
    }

    private static double sum(long x, int n) {
        double sum = 0;
        for (int i = 0; i < n; i += BLOCK) {
            sum += sumOfDifferences(x + 4L * i, Math.min(BLOCK, n - i), 0);
        }
        return sum;
    }

    private static float sumOfDifferences(long x, int n, float shift) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector sum = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            sum = sum.add(load(x + 4L * i).sub(by));
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            sum = sum.add(load(x + 4L * i, rest).sub(by), rest);
        }
        return LaneSums.of(sum);
    }

    private static float sumOfSquares(long x, int n, float shift) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector sum = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector d = load(x + 4L * i).sub(by);
            sum = d.fma(d, sum);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            FloatVector d = load(x + 4L * i, rest).sub(by);
            sum = sum.add(d.mul(d), rest);
        }
        return LaneSums.of(sum);
    }

    private static void normalise(long x, int n, float shift, float offset, float scale, long y) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector and = FloatVector.broadcast(SPECIES, offset);
        FloatVector times = FloatVector.broadcast(SPECIES, scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i).sub(by).sub(and).mul(times).intoMemorySegment(Ram.ALL, y + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(x + 4L * i, rest).sub(by).sub(and).mul(times).intoMemorySegment(Ram.ALL, y + 4L * i, ORDER, rest);
        }
    }

    private static void affine(long x, int n, float shift, float offset, float scale, long weight, long bias, long y) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector and = FloatVector.broadcast(SPECIES, offset);
        FloatVector times = FloatVector.broadcast(SPECIES, scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i)
                    .sub(by)
                    .sub(and)
                    .mul(times)
                    .fma(load(weight + 4L * i), load(bias + 4L * i))
                    .intoMemorySegment(Ram.ALL, y + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(x + 4L * i, rest)
                    .sub(by)
                    .sub(and)
                    .mul(times)
                    .fma(load(weight + 4L * i, rest), load(bias + 4L * i, rest))
                    .intoMemorySegment(Ram.ALL, y + 4L * i, ORDER, rest);
        }
    }

    @Override
    public void gradient(boolean centred, long x, long g, int n, long weight, long statistics, long out) {
        float shift = Ram.getFloat(statistics);
        float offset = Ram.getFloat(statistics + 4);
        float scale = Ram.getFloat(statistics + 8);
        double sum = 0;
        double products = 0;
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            long w = weight == 0 ? 0 : weight + 4L * i;
            sum += centred ? sumOfProducts(g + 4L * i, w, count) : 0;
            products += sumOfProducts(x + 4L * i, g + 4L * i, w, count, shift, offset);
        }
        float mean = (float) (sum / n);
        float along = (float) (products * scale / n);
        write(x, g, n, weight, shift, offset, scale, mean, along, out);
    }

    /** The sum of {@code g weight}. */
    private static float sumOfProducts(long g, long weight, int n) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> in = SPECIES.indexInRange(i, n);
            FloatVector h = load(g + 4L * i, in);
            sum = sum.add(weight == 0 ? h : h.mul(load(weight + 4L * i, in)));
        }
        return LaneSums.of(sum);
    }

    /** The sum of {@code g weight (x - shift - offset)}. */
    private static float sumOfProducts(long x, long g, long weight, int n, float shift, float offset) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector and = FloatVector.broadcast(SPECIES, offset);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> in = SPECIES.indexInRange(i, n);
            FloatVector h = load(g + 4L * i, in);
            if (weight != 0) {
                h = h.mul(load(weight + 4L * i, in));
            }
            sum = sum.add(load(x + 4L * i, in).sub(by).sub(and).mul(h), in);
        }
        return LaneSums.of(sum);
    }

    private static void write(
            long x,
            long g,
            int n,
            long weight,
            float shift,
            float offset,
            float scale,
            float mean,
            float along,
            long out) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector and = FloatVector.broadcast(SPECIES, offset);
        FloatVector times = FloatVector.broadcast(SPECIES, scale);
        FloatVector less = FloatVector.broadcast(SPECIES, mean);
        FloatVector part = FloatVector.broadcast(SPECIES, along);
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> in = SPECIES.indexInRange(i, n);
            FloatVector h = load(g + 4L * i, in);
            if (weight != 0) {
                h = h.mul(load(weight + 4L * i, in));
            }
            FloatVector y = load(x + 4L * i, in).sub(by).sub(and).mul(times);
            h.sub(less).sub(y.mul(part)).mul(times).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER, in);
        }
    }

    @Override
    public void toWeight(long x, long g, int n, long statistics, long sums) {
        FloatVector by = FloatVector.broadcast(SPECIES, Ram.getFloat(statistics));
        FloatVector and = FloatVector.broadcast(SPECIES, Ram.getFloat(statistics + 4));
        FloatVector times = FloatVector.broadcast(SPECIES, Ram.getFloat(statistics + 8));
        for (int i = 0; i < n; i += LANES) {
            VectorMask<Float> in = SPECIES.indexInRange(i, n);
            load(x + 4L * i, in)
                    .sub(by)
                    .sub(and)
                    .mul(times)
                    .fma(load(g + 4L * i, in), load(sums + 4L * i, in))
                    .intoMemorySegment(Ram.ALL, sums + 4L * i, ORDER, in);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
