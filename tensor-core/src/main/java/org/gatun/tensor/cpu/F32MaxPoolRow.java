package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** A row of whole windows of {@link MaxPoolLoop}, one or two elements apart, on the Vector API: a window in each lane. */
final class F32MaxPoolRow {
    /** The largest distance between windows. */
    static final int MOST_STRIDE = 2;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The even elements of two vectors. */
    private static final VectorShuffle<Float> EVEN =
            VectorShuffle.fromOp(FLOATS, i -> 2 * i < LANES ? 2 * i : 2 * i - 2 * LANES);

    private F32MaxPoolRow() {}

    /**
     * Writes the largest element of each window and its index.
     *
     * @param from the address of the first window's first tap
     * @param index that tap's index
     * @param down rows of taps
     * @param across columns of taps
     * @param rowTaps elements from one row of taps to the next
     * @param dilation elements from one tap of a row to the next
     * @param stride elements from one window to the next, 1 or 2
     * @param n the number of windows
     */
    static void run(
            long from,
            long index,
            int down,
            int across,
            long rowTaps,
            int dilation,
            int stride,
            int n,
            long values,
            long indices) {
        for (int j = 0; j < n; j += LANES) {
            long at = from + 4L * stride * j;
            FloatVector best = load(at, stride, n - j);
            IntVector place = IntVector.zero(INTS);
            for (int y = 0; y < down; y++) {
                for (int x = 0; x < across; x++) {
                    long tap = y * rowTaps + (long) x * dilation;
                    FloatVector v = load(at + 4 * tap, stride, n - j);
                    // Larger, or the first that is not a number.
                    VectorMask<Float> better =
                            v.compare(VectorOperators.LE, best).not().and(best.compare(VectorOperators.EQ, best));
                    best = best.blend(v, better);
                    place = place.blend((int) tap, better.cast(INTS));
                }
            }
            best.intoMemorySegment(Ram.ALL, values + 4L * j, ORDER, FLOATS.indexInRange(j, n));
            IntVector all = place.addIndex(stride).add((int) (index + (long) stride * j));
            LongVector low = (LongVector) all.convertShape(VectorOperators.I2L, LONGS, 0);
            LongVector high = (LongVector) all.convertShape(VectorOperators.I2L, LONGS, 1);
            low.intoMemorySegment(Ram.ALL, indices + 8L * j, ORDER, LONGS.indexInRange(j, n));
            int second = j + LANES / 2;
            high.intoMemorySegment(Ram.ALL, indices + 8L * second, ORDER, LONGS.indexInRange(second, n));
        }
    }

    /** The taps of at most so many windows at one place. */
    private static FloatVector load(long at, int stride, int windows) {
        int elements = stride * (windows - 1) + 1;
        FloatVector first = FloatVector.fromMemorySegment(FLOATS, Ram.ALL, at, ORDER, FLOATS.indexInRange(0, elements));
        if (stride == 1) {
            return first;
        }
        FloatVector second = FloatVector.fromMemorySegment(
                FLOATS, Ram.ALL, at + 4L * LANES, ORDER, FLOATS.indexInRange(LANES, elements));
        return first.rearrange(EVEN, second);
    }
}
