package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ChannelLoops} of F32 on the Vector API: whole vectors, then one masked, with the mask made once for all pieces. A template for
 * {@link KernelTemplate#outOfLine}.
 */
final class F32ChannelLoops implements ChannelLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public double sum(long x, long step, int n, int count) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i++) {
            long at = x + i * step;
            long end = at + 4L * whole;
            for (; at < end - VECTOR; at += 2 * VECTOR) {
                a = a.add(load(at));
                b = b.add(load(at + VECTOR));
            }
            if (at < end) {
                a = a.add(load(at));
            }
            if (whole < n) {
                b = b.add(load(end, rest));
            }
        }
        return LaneSums.of(a.add(b));
    }

    @Override
    public void moments(long x, long step, int n, int count, double shift, double[] sums) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector s = FloatVector.broadcast(SPECIES, (float) shift);
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector squares = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i++) {
            long at = x + i * step;
            long end = at + 4L * whole;
            for (; at < end; at += VECTOR) {
                FloatVector d = load(at).sub(s);
                sum = sum.add(d);
                squares = squares.add(d.mul(d));
            }
            if (whole < n) {
                FloatVector d = difference(end, s, rest);
                sum = sum.add(d);
                squares = squares.add(d.mul(d));
            }
        }
        sums[0] += LaneSums.of(sum);
        sums[1] += LaneSums.of(squares);
    }

    @Override
    public void products(long g, long x, long step, int n, int count, double shift, double[] sums) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector s = FloatVector.broadcast(SPECIES, (float) shift);
        FloatVector sum = FloatVector.zero(SPECIES);
        FloatVector products = FloatVector.zero(SPECIES);
        long toX = x - g;
        for (int i = 0; i < count; i++) {
            long at = g + i * step;
            long end = at + 4L * whole;
            for (; at < end; at += VECTOR) {
                FloatVector v = load(at);
                sum = sum.add(v);
                products = products.add(v.mul(load(at + toX).sub(s)));
            }
            if (whole < n) {
                FloatVector v = load(end, rest);
                sum = sum.add(v);
                products = products.add(v.mul(difference(end + toX, s, rest)));
            }
        }
        sums[0] += LaneSums.of(sum);
        sums[1] += LaneSums.of(products);
    }

    @Override
    public void affine(long x, long out, long step, int n, int count, double shift, double factor, double term) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector s = FloatVector.broadcast(SPECIES, (float) shift);
        FloatVector f = FloatVector.broadcast(SPECIES, (float) factor);
        FloatVector t = FloatVector.broadcast(SPECIES, (float) term);
        long toOut = out - x;
        for (int i = 0; i < count; i++) {
            long at = x + i * step;
            long end = at + 4L * whole;
            for (; at < end; at += VECTOR) {
                store(load(at).sub(s).mul(f).add(t), at + toOut);
            }
            if (whole < n) {
                store(load(end, rest).sub(s).mul(f).add(t), end + toOut, rest);
            }
        }
    }

    @Override
    public void combine(
            long g,
            long x,
            long out,
            long step,
            int n,
            int count,
            double shift,
            double factor,
            double slope,
            double term) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector s = FloatVector.broadcast(SPECIES, (float) shift);
        FloatVector f = FloatVector.broadcast(SPECIES, (float) factor);
        FloatVector l = FloatVector.broadcast(SPECIES, (float) slope);
        FloatVector t = FloatVector.broadcast(SPECIES, (float) term);
        long toX = x - g;
        long toOut = out - g;
        for (int i = 0; i < count; i++) {
            long at = g + i * step;
            long end = at + 4L * whole;
            for (; at < end; at += VECTOR) {
                FloatVector d = load(at + toX).sub(s).mul(l).add(t);
                store(load(at).mul(f).add(d), at + toOut);
            }
            if (whole < n) {
                FloatVector d = load(end + toX, rest).sub(s).mul(l).add(t);
                store(load(end, rest).mul(f).add(d), end + toOut, rest);
            }
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> lanes) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, lanes);
    }

    /** The elements less the shift in some lanes, and zeros in the others. */
    private static FloatVector difference(long address, FloatVector shift, VectorMask<Float> lanes) {
        return FloatVector.zero(SPECIES).blend(load(address, lanes).sub(shift), lanes);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Ram.ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address, VectorMask<Float> lanes) {
        v.intoMemorySegment(Ram.ALL, address, ORDER, lanes);
    }
}
