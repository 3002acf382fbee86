package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/**
 * The loops of {@link DirectConvolution} on the Vector API: sums of shifted rows, four vectors of one row of weights or three of four rows at
 * a time, and sums of products of rows, four at a time: an addition need not wait for the one before.
 */
final class DirectLoops {
    /** Floats that a loop may read or write behind the end of what it is asked for. */
    static final int SLACK = 4 * FloatVector.SPECIES_PREFERRED.length();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** The sums of products that are kept apart until the end: as many as a vector has lanes. */
    static final int LANES = SPECIES.length();

    /** Elements whose products are summed before they are added to the sum of all: errors grow with the longest chain of additions. */
    private static final int SUMMED = 64 * LANES;

    /** Terms that are summed before they join the sum of all, for the same reason. */
    private static final int CHAIN = 32;

    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final BinaryKernel ADD = ElementwiseKernels.binary(BinaryFn.ADD, DType.F32);

    private DirectLoops() {}

    /**
     * n sums: element i is the sum over q of {@code weights[q] x[offsets[q] + i]}.
     *
     * @param x where row 0 begins
     * @param offsets bytes from there to the row of each term, as longs
     * @param depth the number of terms
     * @param weights a float for each term
     * @param out where the sums go
     */
    static void sums(long x, long offsets, int depth, long weights, long out, int n) {
        for (int i = 0; i < n; i += 4 * LANES) {
            FloatVector allA = FloatVector.zero(SPECIES);
            FloatVector allB = FloatVector.zero(SPECIES);
            FloatVector allC = FloatVector.zero(SPECIES);
            FloatVector allD = FloatVector.zero(SPECIES);
            for (int begin = 0; begin < depth; begin += CHAIN) {
                int end = Math.min(depth, begin + CHAIN);
                FloatVector a = FloatVector.zero(SPECIES);
                FloatVector b = FloatVector.zero(SPECIES);
                FloatVector c = FloatVector.zero(SPECIES);
                FloatVector d = FloatVector.zero(SPECIES);
                for (int q = begin; q < end; q++) {
                    long at = x + 4L * i + Ram.getLong(offsets + 8L * q);
                    FloatVector w = broadcast(weights + 4L * q);
                    a = load(at).fma(w, a);
                    b = load(at + VECTOR).fma(w, b);
                    c = load(at + 2 * VECTOR).fma(w, c);
                    d = load(at + 3 * VECTOR).fma(w, d);
                }
                allA = allA.add(a);
                allB = allB.add(b);
                allC = allC.add(c);
                allD = allD.add(d);
            }
            long to = out + 4L * i;
            store(allA, allB, to);
            store(allC, allD, to + 2 * VECTOR);
        }
    }

    /** Bytes of a row for n sums and what the loops write behind them. */
    static long rowBytes(long n) {
        return Math.ceilDiv(Float.BYTES * (n + SLACK), 64L) * 64;
    }

    /** The rows that sums of so many results and terms are made in. */
    static long sumRows(long results, long depth) {
        if (results == 1) {
            return 1;
        }
        return depth <= CHAIN ? 4 : 8;
    }

    /**
     * As {@link #sums} for four rows of weights at once, which share what is read of x.
     *
     * @param weights four floats for each term
     * @param out where the first row's sums go, with room for {@link #sumRows} rows, the last of them for sums of a chain
     * @param outStep {@link #rowBytes bytes} from there to the next row's
     */
    static void fourSums(long x, long offsets, int depth, long weights, long out, long outStep, int n) {
        // Without terms, the sums are zeros.
        for (int begin = 0; begin == 0 || begin < depth; begin += CHAIN) {
            int terms = Math.min(CHAIN, depth - begin);
            long to = begin == 0 ? out : out + 4 * outStep;
            for (int i = 0; i < n; i += 3 * LANES) {
                twelveVectors(x + 4L * i, offsets + 8L * begin, terms, weights + 16L * begin, to + 4L * i, outStep);
            }
            if (begin > 0) {
                // In a loop of its own: with it, the one above would be more than the JIT compiler inlines. All four
                // rows at once, with what lies behind each, which nobody reads.
                ADD.apply(out, to, out, 4 * outStep / Float.BYTES);
            }
        }
    }

    /** One chain of {@link #fourSums} for three vectors of each row. */
    private static void twelveVectors(long x, long offsets, int terms, long weights, long out, long outStep) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector b2 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector c2 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector d1 = FloatVector.zero(SPECIES);
        FloatVector d2 = FloatVector.zero(SPECIES);
        for (int q = 0; q < terms; q++) {
            long at = x + Ram.getLong(offsets + 8L * q);
            FloatVector x0 = load(at);
            FloatVector x1 = load(at + VECTOR);
            FloatVector x2 = load(at + 2 * VECTOR);
            FloatVector a = broadcast(weights + 16L * q);
            a0 = x0.fma(a, a0);
            a1 = x1.fma(a, a1);
            a2 = x2.fma(a, a2);
            FloatVector b = broadcast(weights + 16L * q + 4);
            b0 = x0.fma(b, b0);
            b1 = x1.fma(b, b1);
            b2 = x2.fma(b, b2);
            FloatVector c = broadcast(weights + 16L * q + 8);
            c0 = x0.fma(c, c0);
            c1 = x1.fma(c, c1);
            c2 = x2.fma(c, c2);
            FloatVector d = broadcast(weights + 16L * q + 12);
            d0 = x0.fma(d, d0);
            d1 = x1.fma(d, d1);
            d2 = x2.fma(d, d2);
        }
        store(a0, a1, a2, out);
        store(b0, b1, b2, out + outStep);
        store(c0, c1, c2, out + 2 * outStep);
        store(d0, d1, d2, out + 3 * outStep);
    }

    /**
     * Writes four vectors of products of a row g with four rows of x, over several images: lane by lane, {@code sums[s] = sum g[i]
     * x[s][i]}. The row g ends in zeros up to a whole vector.
     *
     * @param gImage bytes from an image to the next in g
     * @param xImage bytes from an image to the next in x
     */
    static void products(
            long g, long x0, long x1, long x2, long x3, int n, int images, long gImage, long xImage, long sums) {
        FloatVector allA = FloatVector.zero(SPECIES);
        FloatVector allB = FloatVector.zero(SPECIES);
        FloatVector allC = FloatVector.zero(SPECIES);
        FloatVector allD = FloatVector.zero(SPECIES);
        for (int image = 0; image < images; image++) {
            for (int begin = 0; begin < n; begin += SUMMED) {
                int end = Math.min(n, begin + SUMMED);
                long from = g + image * gImage;
                long shift = image * xImage;
                FloatVector a = FloatVector.zero(SPECIES);
                FloatVector b = FloatVector.zero(SPECIES);
                FloatVector c = FloatVector.zero(SPECIES);
                FloatVector d = FloatVector.zero(SPECIES);
                for (int i = begin; i < end; i += LANES) {
                    long at = shift + 4L * i;
                    FloatVector v = load(from + 4L * i);
                    a = load(x0 + at).fma(v, a);
                    b = load(x1 + at).fma(v, b);
                    c = load(x2 + at).fma(v, c);
                    d = load(x3 + at).fma(v, d);
                }
                allA = allA.add(a);
                allB = allB.add(b);
                allC = allC.add(c);
                allD = allD.add(d);
            }
        }
        store(allA, allB, sums);
        store(allC, allD, sums + 2 * VECTOR);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector broadcast(long address) {
        return FloatVector.broadcast(SPECIES, Ram.getFloat(address));
    }

    private static void store(FloatVector first, FloatVector second, long address) {
        first.intoMemorySegment(Ram.ALL, address, ORDER);
        second.intoMemorySegment(Ram.ALL, address + VECTOR, ORDER);
    }

    private static void store(FloatVector first, FloatVector second, FloatVector third, long address) {
        store(first, second, address);
        third.intoMemorySegment(Ram.ALL, address + 2 * VECTOR, ORDER);
    }
}
