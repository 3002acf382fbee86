package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops that find the largest or smallest of F32 elements on the Vector API: of a row the extremum first, then the first element that
 * equals it; of columns, a vector of them at a time. A template for {@link KernelTemplate}.
 */
final class F32ArgLoop implements ArgKernel {
    /** Makes one of all lanes. */
    @FunctionalInterface
    interface Reduction {
        float apply(FloatVector v);
    }

    /**
     * The function.
     *
     * @param extremum the better of two, NaN if either is
     * @param notBetter whether an element is no better than another, and neither is NaN
     * @param reduced the best lane of a vector, NaN if one is
     * @param worst what is no better than any
     * @param keys the loops by keys, for single elements
     */
    record Of(F32Binary extremum, F32Comparison notBetter, Reduction reduced, float worst, ArgKernel keys) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final F32Binary EXTREMUM = DATA.extremum();
    private static final F32Comparison NOT_BETTER = DATA.notBetter();
    private static final Reduction REDUCED = DATA.reduced();
    private static final ArgKernel KEYS = DATA.keys();
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int STEP = 4 * LANES;
    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public long key(long at) {
        return KEYS.key(at);
    }

    @Override
    public long row(long in, long n) {
        return n < STEP ? KEYS.row(in, n) : place(in, (int) n, extremum(in, (int) n));
    }

    private static float extremum(long in, int n) {
        // Made afresh: a vector from a static field would keep the loop's vector on the heap.
        FloatVector a = FloatVector.broadcast(SPECIES, DATA.worst());
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i <= n - STEP; i += STEP) {
            long at = in + 4L * i;
            a = EXTREMUM.apply(a, load(at));
            b = EXTREMUM.apply(b, load(at + VECTOR));
            c = EXTREMUM.apply(c, load(at + 2 * VECTOR));
            d = EXTREMUM.apply(d, load(at + 3 * VECTOR));
        }
        FloatVector all = EXTREMUM.apply(EXTREMUM.apply(a, b), EXTREMUM.apply(c, d));
        for (; i < n; i += LANES) {
            // The last vector may overlap the one before.
            all = EXTREMUM.apply(all, load(in + 4L * Math.min(i, n - LANES)));
        }
        return REDUCED.apply(all);
    }

    /** The first element that equals {@code best}, or is NaN if that is: there is one. */
    private static int place(long in, int n, float best) {
        boolean nan = Float.isNaN(best);
        for (int i = 0; ; i += LANES) {
            int at = Math.min(i, n - LANES);
            FloatVector v = load(in + 4L * at);
            VectorMask<Float> found = nan ? v.compare(VectorOperators.NE, v) : v.compare(VectorOperators.EQ, best);
            if (found.anyTrue()) {
                return at + found.firstTrue();
            }
        }
    }

    @Override
    public void columns(long in, long rows, long stride, int width, long out) {
        int j = 0;
        for (; j <= width - LANES; j += LANES) {
            vector(in + 4L * j, (int) rows, stride, out + 8L * j);
        }
        if (j < width) {
            KEYS.columns(in + 4L * j, rows, stride, width - j, out + 8L * j);
        }
    }

    private static void vector(long in, int rows, long stride, long out) {
        FloatVector best = load(in);
        IntVector places = IntVector.zero(INTS);
        for (int i = 1; i < rows; i++) {
            FloatVector v = load(in + i * stride);
            // A NaN is better than what is none.
            VectorMask<Float> better = NOT_BETTER
                    .apply(v, best)
                    .or(best.compare(VectorOperators.NE, best))
                    .not();
            best = best.blend(v, better);
            places = places.blend(i, better.cast(INTS));
        }
        places.convertShape(VectorOperators.I2L, LONGS, 0).reinterpretAsLongs().intoMemorySegment(Ram.ALL, out, ORDER);
        places.convertShape(VectorOperators.I2L, LONGS, 1)
                .reinterpretAsLongs()
                .intoMemorySegment(Ram.ALL, out + LONGS.vectorByteSize(), ORDER);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }
}
