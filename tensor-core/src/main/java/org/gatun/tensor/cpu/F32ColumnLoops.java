package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link ChannelColumns} over {@code count} rows of {@code n} floats, {@code step} bytes apart, with a float for each column:
 * whole vectors, then one masked.
 */
final class F32ColumnLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private F32ColumnLoops() {}

    /** Adds the columns' sums to {@code sums}. */
    static void sum(long x, long step, int count, int n, long sums) {
        long whole = 4L * SPECIES.loopBound(n);
        VectorMask<Float> rest = rest(n);
        for (int r = 0; r < count; r++) {
            long row = x + r * step;
            for (long i = 0; i < whole; i += VECTOR) {
                store(load(sums + i).add(load(row + i)), sums + i);
            }
            if (whole < 4L * n) {
                store(load(sums + whole, rest).add(load(row + whole, rest)), sums + whole, rest);
            }
        }
    }

    /** Adds the sums of {@code x - shift} and of its square. */
    static void moments(long x, long step, int count, int n, long shift, long sums, long squares) {
        long whole = 4L * SPECIES.loopBound(n);
        VectorMask<Float> rest = rest(n);
        for (int r = 0; r < count; r++) {
            long row = x + r * step;
            for (long i = 0; i < whole; i += VECTOR) {
                FloatVector d = load(row + i).sub(load(shift + i));
                store(load(sums + i).add(d), sums + i);
                store(load(squares + i).add(d.mul(d)), squares + i);
            }
            if (whole < 4L * n) {
                FloatVector d = load(row + whole, rest).sub(load(shift + whole, rest));
                store(load(sums + whole, rest).add(d), sums + whole, rest);
                store(load(squares + whole, rest).add(d.mul(d)), squares + whole, rest);
            }
        }
    }

    /** Adds the sums of g and of {@code g (x - shift)}; an x lies {@code toX} bytes from its g. */
    static void products(long g, long toX, long step, int count, int n, long shift, long sums, long products) {
        long whole = 4L * SPECIES.loopBound(n);
        VectorMask<Float> rest = rest(n);
        for (int r = 0; r < count; r++) {
            long row = g + r * step;
            for (long i = 0; i < whole; i += VECTOR) {
                FloatVector v = load(row + i);
                FloatVector d = load(row + toX + i).sub(load(shift + i));
                store(load(sums + i).add(v), sums + i);
                store(load(products + i).add(v.mul(d)), products + i);
            }
            if (whole < 4L * n) {
                FloatVector v = load(row + whole, rest);
                FloatVector d = load(row + toX + whole, rest).sub(load(shift + whole, rest));
                store(load(sums + whole, rest).add(v), sums + whole, rest);
                store(load(products + whole, rest).add(v.mul(d)), products + whole, rest);
            }
        }
    }

    /** Writes {@code (x - shift) factor + term}. */
    static void affine(long x, long out, long step, int count, int n, long shift, long factor, long term) {
        long whole = 4L * SPECIES.loopBound(n);
        VectorMask<Float> rest = rest(n);
        for (int r = 0; r < count; r++) {
            long row = x + r * step;
            long to = out + r * step;
            for (long i = 0; i < whole; i += VECTOR) {
                FloatVector d = load(row + i).sub(load(shift + i));
                store(d.mul(load(factor + i)).add(load(term + i)), to + i);
            }
            if (whole < 4L * n) {
                FloatVector d = load(row + whole, rest).sub(load(shift + whole, rest));
                store(d.mul(load(factor + whole, rest)).add(load(term + whole, rest)), to + whole, rest);
            }
        }
    }

    /** Writes {@code g factor + (x - shift) slope + term}; an x lies {@code toX} bytes from its g. */
    static void combine(
            long g, long toX, long out, long step, int count, int n, long shift, long factor, long slope, long term) {
        long whole = 4L * SPECIES.loopBound(n);
        VectorMask<Float> rest = rest(n);
        for (int r = 0; r < count; r++) {
            long row = g + r * step;
            long to = out + r * step;
            for (long i = 0; i < whole; i += VECTOR) {
                FloatVector d = load(row + toX + i)
                        .sub(load(shift + i))
                        .mul(load(slope + i))
                        .add(load(term + i));
                store(load(row + i).mul(load(factor + i)).add(d), to + i);
            }
            if (whole < 4L * n) {
                FloatVector d = load(row + toX + whole, rest)
                        .sub(load(shift + whole, rest))
                        .mul(load(slope + whole, rest))
                        .add(load(term + whole, rest));
                store(load(row + whole, rest).mul(load(factor + whole, rest)).add(d), to + whole, rest);
            }
        }
    }

    private static VectorMask<Float> rest(int n) {
        return SPECIES.indexInRange(SPECIES.loopBound(n), n);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> lanes) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, lanes);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Ram.ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address, VectorMask<Float> lanes) {
        v.intoMemorySegment(Ram.ALL, address, ORDER, lanes);
    }
}
