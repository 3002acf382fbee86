package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The row loops on the Vector API: whole vectors, then one masked, with the mask made once for all rows. */
final class VectorRowLoops implements RowLoops {

    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

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
    public void addFloats(long from, long fromStep, long to, long toStep, int length, int count) {
        int whole = FLOATS.loopBound(length);
        VectorMask<Float> rest = FLOATS.indexInRange(whole, length);
        for (int i = 0; i < count; i++) {
            long source = from + i * fromStep;
            long target = to + i * toStep;
            for (int j = 0; j < whole; j += FLOATS.length()) {
                FloatVector.fromMemorySegment(FLOATS, Ram.ALL, target + 4L * j, ORDER)
                        .add(FloatVector.fromMemorySegment(FLOATS, Ram.ALL, source + 4L * j, ORDER))
                        .intoMemorySegment(Ram.ALL, target + 4L * j, ORDER);
            }
            if (whole < length) {
                FloatVector.fromMemorySegment(FLOATS, Ram.ALL, target + 4L * whole, ORDER, rest)
                        .add(FloatVector.fromMemorySegment(FLOATS, Ram.ALL, source + 4L * whole, ORDER, rest))
                        .intoMemorySegment(Ram.ALL, target + 4L * whole, ORDER, rest);
            }
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
