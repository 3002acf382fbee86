package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.cpu.math.F32Exp;

/**
 * {@link AttentionRows} of F32 with the Vector API: a loop has one exponential, more are more than the JIT compiler inlines. A template
 * for {@link KernelTemplate#outOfLine}.
 */
final class F32AttentionRows implements AttentionRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public double max(long x, int n) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            max = max.max(load(x + 4L * i));
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            max = max.max(load(x + 4L * i, rest).blend(Float.NEGATIVE_INFINITY, rest.not()));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    @Override
    public double powers(long x, int n, double shift) {
        int whole = SPECIES.loopBound(n);
        double sum = powersOfVectors(x, whole, (float) shift);
        return whole == n ? sum : sum + lastPowers(x + 4L * whole, n - whole, (float) shift);
    }

    private static float powersOfVectors(long x, int n, float shift) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            FloatVector e = F32Exp.expOfNegative(load(x + 4L * i).sub(by));
            e.intoMemorySegment(Ram.ALL, x + 4L * i, ORDER);
            sum = sum.add(e);
        }
        return LaneSums.of(sum);
    }

    private static float lastPowers(long x, int n, float shift) {
        VectorMask<Float> rest = SPECIES.indexInRange(0, n);
        FloatVector e = F32Exp.expOfNegative(load(x, rest).sub(shift));
        e.intoMemorySegment(Ram.ALL, x, ORDER, rest);
        return LaneSums.of(FloatVector.zero(SPECIES).blend(e, rest));
    }

    @Override
    public void flow(long scores, long g, int n, double shift, double log, double delta) {
        int whole = SPECIES.loopBound(n);
        flowOfVectors(scores, g, whole, (float) shift, (float) log, (float) delta);
        if (whole < n) {
            lastFlow(scores + 4L * whole, g + 4L * whole, n - whole, (float) shift, (float) log, (float) delta);
        }
    }

    private static void flowOfVectors(long scores, long g, int n, float shift, float log, float delta) {
        FloatVector by = FloatVector.broadcast(SPECIES, shift);
        FloatVector and = FloatVector.broadcast(SPECIES, log);
        FloatVector less = FloatVector.broadcast(SPECIES, delta);
        for (int i = 0; i < n; i += LANES) {
            FloatVector p = F32Exp.expOfNegative(load(scores + 4L * i).sub(by).sub(and));
            p.intoMemorySegment(Ram.ALL, scores + 4L * i, ORDER);
            load(g + 4L * i).sub(less).mul(p).intoMemorySegment(Ram.ALL, g + 4L * i, ORDER);
        }
    }

    private static void lastFlow(long scores, long g, int n, float shift, float log, float delta) {
        VectorMask<Float> rest = SPECIES.indexInRange(0, n);
        FloatVector p = F32Exp.expOfNegative(load(scores, rest).sub(shift).sub(log));
        p.intoMemorySegment(Ram.ALL, scores, ORDER, rest);
        load(g, rest).sub(delta).mul(p).intoMemorySegment(Ram.ALL, g, ORDER, rest);
    }

    @Override
    public void scale(long x, int n, double factor, long out) {
        FloatVector by = FloatVector.broadcast(SPECIES, (float) factor);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i).mul(by).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(x + 4L * i, rest).mul(by).intoMemorySegment(Ram.ALL, out + 4L * i, ORDER, rest);
        }
    }

    @Override
    public void divide(long x, int n, double divisor) {
        FloatVector by = FloatVector.broadcast(SPECIES, (float) divisor);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            load(x + 4L * i).div(by).intoMemorySegment(Ram.ALL, x + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, n);
            load(x + 4L * i, rest).div(by).intoMemorySegment(Ram.ALL, x + 4L * i, ORDER, rest);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
