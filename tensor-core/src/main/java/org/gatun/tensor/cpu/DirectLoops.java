package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link DirectConvolution} on the Vector API: sums of shifted rows, and sums of products of rows, four vectors at a
 * time, which hides an addition's latency.
 */
final class DirectLoops {
    /** Floats that a loop may read or write behind the end of what it is asked for. */
    static final int SLACK = 4 * FloatVector.SPECIES_PREFERRED.length();

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** The sums of products that are kept apart until the end: as many as a vector has lanes. */
    static final int LANES = SPECIES.length();

    /** Elements whose products are summed before they are added to the sum of all: errors grow with the longest chain of additions. */
    private static final int SUMMED = 64 * LANES;

    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

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
            FloatVector a = FloatVector.zero(SPECIES);
            FloatVector b = FloatVector.zero(SPECIES);
            FloatVector c = FloatVector.zero(SPECIES);
            FloatVector d = FloatVector.zero(SPECIES);
            for (int q = 0; q < depth; q++) {
                long at = x + 4L * i + Ram.getLong(offsets + 8L * q);
                FloatVector w = broadcast(weights + 4L * q);
                a = load(at).fma(w, a);
                b = load(at + VECTOR).fma(w, b);
                c = load(at + 2 * VECTOR).fma(w, c);
                d = load(at + 3 * VECTOR).fma(w, d);
            }
            long to = out + 4L * i;
            store(a, b, to);
            store(c, d, to + 2 * VECTOR);
        }
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
}
