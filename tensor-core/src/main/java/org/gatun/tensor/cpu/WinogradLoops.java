package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link Winograd} on the Vector API, a tile in each lane. They write whole vectors: results have room for one more behind
 * their end, and rows are written in the order in which they lie, so that the next overwrites what is too much.
 */
final class WinogradLoops {
    /** Floats that a loop may read or write behind the end of what it is asked for. */
    static final int SLACK = 2 * FloatVector.SPECIES_PREFERRED.length();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The elements with even and with odd numbers of two vectors, and the first and second half of two alternating. */
    private static final VectorShuffle<Float> EVEN = ofTwo(i -> 2 * i);

    private static final VectorShuffle<Float> ODD = ofTwo(i -> 2 * i + 1);
    private static final VectorShuffle<Float> LOW = ofTwo(i -> i / 2 + i % 2 * LANES);
    private static final VectorShuffle<Float> HIGH = ofTwo(i -> (LANES + i) / 2 + i % 2 * LANES);

    private WinogradLoops() {}

    /** A shuffle of two vectors by positions in their concatenation; those in the second one count from minus the length on. */
    private static VectorShuffle<Float> ofTwo(IntUnaryOperator position) {
        return VectorShuffle.fromOp(SPECIES, i -> {
            int p = position.applyAsInt(i);
            return p < LANES ? p : p - 2 * LANES;
        });
    }

    /** Splits {@code count} rows of 2 n floats into those with even and with odd numbers. Steps are in bytes. */
    static void split(long from, long fromStep, long even, long odd, long toStep, int n, int count) {
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = i * toStep;
            for (int j = 0; j < n; j += LANES) {
                FloatVector a = load(source + 8L * j);
                FloatVector b = load(source + 8L * j + 4L * LANES);
                a.rearrange(EVEN, b).intoMemorySegment(Ram.ALL, even + target + 4L * j, ORDER);
                a.rearrange(ODD, b).intoMemorySegment(Ram.ALL, odd + target + 4L * j, ORDER);
            }
        }
    }

    /**
     * One row of {@code B' d B}, the transform of a 4 x 4 piece d of an image: with {@code t = a + sign b} the four sums {@code t0 - t2,
     * t1 + t2, t2 - t1, t1 - t3}.
     *
     * @param a the first of four arrays, {@code step} bytes apart
     * @param b as {@code a}
     * @param out where the first of four results goes, {@code outStep} bytes apart
     * @param n the number of tiles
     */
    static void image(long a, long b, long step, float sign, long out, long outStep, int n) {
        FloatVector s = FloatVector.broadcast(SPECIES, sign);
        for (int i = 0; i < n; i += LANES) {
            long at = a + 4L * i;
            long bt = b + 4L * i;
            FloatVector t0 = load(bt).mul(s).add(load(at));
            FloatVector t1 = load(bt + step).mul(s).add(load(at + step));
            FloatVector t2 = load(bt + 2 * step).mul(s).add(load(at + 2 * step));
            FloatVector t3 = load(bt + 3 * step).mul(s).add(load(at + 3 * step));
            long to = out + 4L * i;
            t0.sub(t2).intoMemorySegment(Ram.ALL, to, ORDER);
            t1.add(t2).intoMemorySegment(Ram.ALL, to + outStep, ORDER);
            t2.sub(t1).intoMemorySegment(Ram.ALL, to + 2 * outStep, ORDER);
            t1.sub(t3).intoMemorySegment(Ram.ALL, to + 3 * outStep, ORDER);
        }
    }

    /**
     * One row of {@code A g A'}, the transform of a 2 x 2 piece g of cotangents: with {@code r = first a + second b} the four sums {@code
     * r0, r0 + r1, r0 - r1, -r1}.
     *
     * @param a the first of two arrays, {@code step} bytes apart
     * @param b as {@code a}
     * @param out where the first of four results goes, {@code outStep} bytes apart
     * @param n the number of tiles
     */
    static void cotangent(long a, long b, long step, float first, float second, long out, long outStep, int n) {
        FloatVector f = FloatVector.broadcast(SPECIES, first);
        FloatVector s = FloatVector.broadcast(SPECIES, second);
        for (int i = 0; i < n; i += LANES) {
            long at = a + 4L * i;
            long bt = b + 4L * i;
            FloatVector r0 = load(at).mul(f).add(load(bt).mul(s));
            FloatVector r1 = load(at + step).mul(f).add(load(bt + step).mul(s));
            long to = out + 4L * i;
            r0.intoMemorySegment(Ram.ALL, to, ORDER);
            r0.add(r1).intoMemorySegment(Ram.ALL, to + outStep, ORDER);
            r0.sub(r1).intoMemorySegment(Ram.ALL, to + 2 * outStep, ORDER);
            r1.neg().intoMemorySegment(Ram.ALL, to + 3 * outStep, ORDER);
        }
    }

    /**
     * One row of {@code A' m A}, two results of each tile: with {@code z = a + sign (b + c)} the sums {@code z0 + z1 + z2} and {@code z1 - z2
     * - z3}, one after the other.
     *
     * @param a the first of four arrays, {@code step} bytes apart
     * @param b as {@code a}
     * @param c as {@code a}
     * @param out where two n floats go
     * @param n the number of tiles
     */
    static void result(long a, long b, long c, long step, float sign, long out, int n) {
        FloatVector s = FloatVector.broadcast(SPECIES, sign);
        for (int i = 0; i < n; i += LANES) {
            FloatVector z1 = row(a + step, b + step, c + step, s, 4L * i);
            FloatVector z2 = row(a + 2 * step, b + 2 * step, c + 2 * step, s, 4L * i);
            FloatVector y0 = row(a, b, c, s, 4L * i).add(z1).add(z2);
            FloatVector y1 = z1.sub(z2).sub(row(a + 3 * step, b + 3 * step, c + 3 * step, s, 4L * i));
            y0.rearrange(LOW, y1).intoMemorySegment(Ram.ALL, out + 8L * i, ORDER);
            y0.rearrange(HIGH, y1).intoMemorySegment(Ram.ALL, out + 8L * i + 4L * LANES, ORDER);
        }
    }

    private static FloatVector row(long a, long b, long c, FloatVector sign, long at) {
        return load(b + at).add(load(c + at)).mul(sign).add(load(a + at));
    }

    /** Copies {@code count} rows of {@code n} floats and returns whether all are finite. Steps are in bytes. */
    static boolean copyFinite(long from, long fromStep, long to, long toStep, int n, int count) {
        int whole = SPECIES.loopBound(n);
        VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
        FloatVector zero = FloatVector.zero(SPECIES);
        // Zero as long as all are finite, otherwise NaN.
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += LANES) {
                FloatVector x = load(source + 4L * j);
                sum = sum.add(x.mul(zero));
                x.intoMemorySegment(Ram.ALL, target + 4L * j, ORDER);
            }
            if (whole < n) {
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, Ram.ALL, source + 4L * whole, ORDER, rest);
                sum = sum.add(x.mul(zero));
                x.intoMemorySegment(Ram.ALL, target + 4L * whole, ORDER, rest);
            }
        }
        return !sum.compare(VectorOperators.NE, zero).anyTrue();
    }

    /** {@code G w} for rows w of three: the four rows {@code w0, (w0 + w1 + w2) / 2, (w0 - w1 + w2) / 2, w2}, steps in bytes. */
    static void spread(long in, long step, long out, long outStep, int n) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector w0 = load(in + 4L * i);
            FloatVector w1 = load(in + step + 4L * i);
            FloatVector w2 = load(in + 2 * step + 4L * i);
            FloatVector sum = w0.add(w2);
            long to = out + 4L * i;
            w0.intoMemorySegment(Ram.ALL, to, ORDER);
            sum.add(w1).mul(half).intoMemorySegment(Ram.ALL, to + outStep, ORDER);
            sum.sub(w1).mul(half).intoMemorySegment(Ram.ALL, to + 2 * outStep, ORDER);
            w2.intoMemorySegment(Ram.ALL, to + 3 * outStep, ORDER);
        }
    }

    /** {@code G' s}, the transpose of {@link #spread}: of four rows the three {@code s0 + (s1 + s2) / 2, (s1 - s2) / 2, (s1 + s2) / 2 + s3}. */
    static void gather(long in, long step, long out, long outStep, int n) {
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector s1 = load(in + step + 4L * i);
            FloatVector s2 = load(in + 2 * step + 4L * i);
            FloatVector sum = s1.add(s2).mul(half);
            long to = out + 4L * i;
            load(in + 4L * i).add(sum).intoMemorySegment(Ram.ALL, to, ORDER);
            s1.sub(s2).mul(half).intoMemorySegment(Ram.ALL, to + outStep, ORDER);
            load(in + 3 * step + 4L * i).add(sum).intoMemorySegment(Ram.ALL, to + 2 * outStep, ORDER);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }
}
