package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The row loops on the Vector API: whole vectors, then one masked, with the mask made once for all rows. A template for
 * {@link KernelTemplate#outOfLine}.
 */
final class VectorRowLoops implements RowLoops {

    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The even elements of two vectors; the elements of the first and of the second half of one, each twice. */
    private static final VectorShuffle<Integer> EVEN =
            VectorShuffle.fromOp(INTS, i -> 2 * i < INTS.length() ? 2 * i : 2 * i - 2 * INTS.length());

    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(FLOATS, i -> i / 2);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(FLOATS, i -> FLOATS.length() / 2 + i / 2);
    private static final IntVector LANES = IntVector.zero(INTS).addIndex(1);
    private static final VectorMask<Float> EVEN_LANES = VectorMask.fromLong(FLOATS, 0x5555555555555555L);

    @Override
    public void copyWords(long from, long fromStep, long to, long toStep, int length, int count) {
        int whole = INTS.loopBound(length);
        VectorMask<Integer> rest = INTS.indexInRange(whole, length);
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += INTS.length()) {
                IntVector.fromMemorySegment(INTS, Ram.ALL, source + 4L * j, ORDER)
                        .intoMemorySegment(Ram.ALL, target + 4L * j, ORDER);
            }
            if (whole < length) {
                IntVector.fromMemorySegment(INTS, Ram.ALL, source + 4L * whole, ORDER, rest)
                        .intoMemorySegment(Ram.ALL, target + 4L * whole, ORDER, rest);
            }
        }
    }

    @Override
    public void copyEveryOther(long from, long fromStep, long to, long toStep, int length, int count) {
        int lanes = INTS.length();
        // Not to the last element: what follows it may not be there.
        int whole = INTS.loopBound(length - 1);
        int words = 2 * (length - whole) - 1;
        VectorMask<Integer> first = INTS.indexInRange(0, words);
        VectorMask<Integer> second = INTS.indexInRange(lanes, words);
        VectorMask<Integer> rest = INTS.indexInRange(whole, length);
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += lanes) {
                IntVector a = IntVector.fromMemorySegment(INTS, Ram.ALL, source + 8L * j, ORDER);
                IntVector b = IntVector.fromMemorySegment(INTS, Ram.ALL, source + 8L * j + 4L * lanes, ORDER);
                a.rearrange(EVEN, b).intoMemorySegment(Ram.ALL, target + 4L * j, ORDER);
            }
            IntVector a = IntVector.fromMemorySegment(INTS, Ram.ALL, source + 8L * whole, ORDER, first);
            IntVector b = IntVector.fromMemorySegment(INTS, Ram.ALL, source + 8L * whole + 4L * lanes, ORDER, second);
            a.rearrange(EVEN, b).intoMemorySegment(Ram.ALL, target + 4L * whole, ORDER, rest);
        }
    }

    @Override
    public void addToEveryOther(long from, long fromStep, long to, long toStep, int length, int count) {
        int lanes = FLOATS.length();
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < length; j += lanes) {
                VectorMask<Float> in = FLOATS.indexInRange(j, length);
                FloatVector x = FloatVector.fromMemorySegment(FLOATS, Ram.ALL, source + 4L * j, ORDER, in);
                long at = target + 8L * j;
                int elements = 2 * (length - j);
                addEven(x.rearrange(LOW), at, FLOATS.indexInRange(0, elements).and(EVEN_LANES));
                addEven(
                        x.rearrange(HIGH),
                        at + 4L * lanes,
                        FLOATS.indexInRange(lanes, elements).and(EVEN_LANES));
            }
        }
    }

    private static void addEven(FloatVector x, long at, VectorMask<Float> lanes) {
        FloatVector.fromMemorySegment(FLOATS, Ram.ALL, at, ORDER, lanes)
                .add(x)
                .intoMemorySegment(Ram.ALL, at, ORDER, lanes);
    }

    /**
     * Without masks: the next row's load would wait for a masked store to reach the cache, for it could be of the same bytes.
     */
    @Override
    public void addFloats(long from, long fromStep, long to, long toStep, int length, int count) {
        int whole = FLOATS.loopBound(length);
        int rest = length - whole;
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += FLOATS.length()) {
                addFloats(FLOATS, source + 4L * j, target + 4L * j);
            }
            if (rest > 0) {
                addRest(source + 4L * whole, target + 4L * whole, rest);
            }
        }
    }

    private static void addRest(long source, long target, int length) {
        int j = 0;
        if (FLOATS.length() > 8 && length >= 8) {
            addFloats(FloatVector.SPECIES_256, source, target);
            j = 8;
        }
        if (FLOATS.length() > 4 && length - j >= 4) {
            addFloats(FloatVector.SPECIES_128, source + 4L * j, target + 4L * j);
            j += 4;
        }
        for (; j < length; j++) {
            long at = target + 4L * j;
            Ram.putFloat(at, Ram.getFloat(at) + Ram.getFloat(source + 4L * j));
        }
    }

    private static void addFloats(VectorSpecies<Float> species, long source, long target) {
        FloatVector.fromMemorySegment(species, Ram.ALL, target, ORDER)
                .add(FloatVector.fromMemorySegment(species, Ram.ALL, source, ORDER))
                .intoMemorySegment(Ram.ALL, target, ORDER);
    }

    @Override
    public void addWindows(long to, int width, long from, int rows, Taps taps) {
        int columns = taps.columns();
        for (int j = 0; j < width; j += FLOATS.length()) {
            VectorMask<Float> in = FLOATS.indexInRange(j, width);
            FloatVector sum = FloatVector.fromMemorySegment(FLOATS, Ram.ALL, to + 4L * j, ORDER, in);
            for (int r = 0; r < rows; r++) {
                long row = from + r * taps.rowStep();
                for (int c = 0; c < columns; c++) {
                    int o = j + taps.shift() - c * taps.dilation();
                    // Unsigned, so that what is before the first window is beyond the last too.
                    VectorMask<Float> windows = LANES.add(o)
                            .compare(VectorOperators.ULT, taps.outWidth())
                            .cast(FLOATS);
                    long at = row + c * taps.columnStep() + 4L * o;
                    sum = sum.add(FloatVector.fromMemorySegment(FLOATS, Ram.ALL, at, ORDER, windows));
                }
            }
            sum.intoMemorySegment(Ram.ALL, to + 4L * j, ORDER, in);
        }
    }

    @Override
    public void addDoubles(long from, long fromStep, long to, long toStep, int length, int count) {
        int whole = DOUBLES.loopBound(length);
        VectorMask<Double> rest = DOUBLES.indexInRange(whole, length);
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += DOUBLES.length()) {
                DoubleVector.fromMemorySegment(DOUBLES, Ram.ALL, target + 8L * j, ORDER)
                        .add(DoubleVector.fromMemorySegment(DOUBLES, Ram.ALL, source + 8L * j, ORDER))
                        .intoMemorySegment(Ram.ALL, target + 8L * j, ORDER);
            }
            if (whole < length) {
                DoubleVector.fromMemorySegment(DOUBLES, Ram.ALL, target + 8L * whole, ORDER, rest)
                        .add(DoubleVector.fromMemorySegment(DOUBLES, Ram.ALL, source + 8L * whole, ORDER, rest))
                        .intoMemorySegment(Ram.ALL, target + 8L * whole, ORDER, rest);
            }
        }
    }
}
