package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transposing loops on vectors of 256 bits: squares of 8 x 8 or 4 x 4 words, transposed in registers by exchanging quarters, then
 * the quarters of these. The edges go word by word.
 */
final class VectorTransposeLoops implements TransposeLoops {

    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** To exchange lanes at a distance of 1, 2 and 4, and which of each pair is the upper one. */
    private static final VectorShuffle<Integer> SWAP1 = VectorShuffle.fromOp(INTS, i -> i ^ 1);

    private static final VectorShuffle<Integer> SWAP2 = VectorShuffle.fromOp(INTS, i -> i ^ 2);
    private static final VectorShuffle<Integer> SWAP4 = VectorShuffle.fromOp(INTS, i -> i ^ 4);
    private static final VectorMask<Integer> UPPER1 = VectorMask.fromLong(INTS, 0b1010_1010);
    private static final VectorMask<Integer> UPPER2 = VectorMask.fromLong(INTS, 0b1100_1100);
    private static final VectorMask<Integer> UPPER4 = VectorMask.fromLong(INTS, 0b1111_0000);

    private static final VectorShuffle<Long> LONG_SWAP1 = VectorShuffle.fromOp(LONGS, i -> i ^ 1);
    private static final VectorShuffle<Long> LONG_SWAP2 = VectorShuffle.fromOp(LONGS, i -> i ^ 2);
    private static final VectorMask<Long> LONG_UPPER1 = VectorMask.fromLong(LONGS, 0b1010);
    private static final VectorMask<Long> LONG_UPPER2 = VectorMask.fromLong(LONGS, 0b1100);

    @Override
    public void ints(long from, long fromStep, long to, long toStep, int rows, int columns) {
        int wholeRows = rows & -8;
        int wholeColumns = columns & -8;
        for (int i = 0; i < wholeRows; i += 8) {
            eightRows(from + i * fromStep, fromStep, to + 4L * i, toStep, wholeColumns);
            for (int j = wholeColumns; j < columns; j++) {
                column(from + i * fromStep + 4L * j, fromStep, to + j * toStep + 4L * i, 8);
            }
        }
        for (int i = wholeRows; i < rows; i++) {
            ScalarTransposeLoops.row(from + i * fromStep, to + 4L * i, toStep, columns);
        }
    }

    private static void eightRows(long from, long fromStep, long to, long toStep, int columns) {
        for (int j = 0; j < columns; j += 8) {
            square(from + 4L * j, fromStep, to + j * toStep, toStep);
        }
    }

    private static void column(long from, long fromStep, long to, int rows) {
        for (int i = 0; i < rows; i++) {
            Ram.putInt(to + 4L * i, Ram.getInt(from + i * fromStep));
        }
    }

    /** In one method, with no vector passed on: a call that isn't inlined would put each of them on the heap. */
    private static void square(long from, long fromStep, long to, long toStep) {
        IntVector r0 = load(from);
        IntVector r1 = load(from + fromStep);
        IntVector r2 = load(from + 2 * fromStep);
        IntVector r3 = load(from + 3 * fromStep);
        IntVector r4 = load(from + 4 * fromStep);
        IntVector r5 = load(from + 5 * fromStep);
        IntVector r6 = load(from + 6 * fromStep);
        IntVector r7 = load(from + 7 * fromStep);
        IntVector a0 = r0.blend(r4.rearrange(SWAP4), UPPER4);
        IntVector a4 = r0.rearrange(SWAP4).blend(r4, UPPER4);
        IntVector a1 = r1.blend(r5.rearrange(SWAP4), UPPER4);
        IntVector a5 = r1.rearrange(SWAP4).blend(r5, UPPER4);
        IntVector a2 = r2.blend(r6.rearrange(SWAP4), UPPER4);
        IntVector a6 = r2.rearrange(SWAP4).blend(r6, UPPER4);
        IntVector a3 = r3.blend(r7.rearrange(SWAP4), UPPER4);
        IntVector a7 = r3.rearrange(SWAP4).blend(r7, UPPER4);
        r0 = a0.blend(a2.rearrange(SWAP2), UPPER2);
        r2 = a0.rearrange(SWAP2).blend(a2, UPPER2);
        r1 = a1.blend(a3.rearrange(SWAP2), UPPER2);
        r3 = a1.rearrange(SWAP2).blend(a3, UPPER2);
        r4 = a4.blend(a6.rearrange(SWAP2), UPPER2);
        r6 = a4.rearrange(SWAP2).blend(a6, UPPER2);
        r5 = a5.blend(a7.rearrange(SWAP2), UPPER2);
        r7 = a5.rearrange(SWAP2).blend(a7, UPPER2);
        store(r0.blend(r1.rearrange(SWAP1), UPPER1), to);
        store(r0.rearrange(SWAP1).blend(r1, UPPER1), to + toStep);
        store(r2.blend(r3.rearrange(SWAP1), UPPER1), to + 2 * toStep);
        store(r2.rearrange(SWAP1).blend(r3, UPPER1), to + 3 * toStep);
        store(r4.blend(r5.rearrange(SWAP1), UPPER1), to + 4 * toStep);
        store(r4.rearrange(SWAP1).blend(r5, UPPER1), to + 5 * toStep);
        store(r6.blend(r7.rearrange(SWAP1), UPPER1), to + 6 * toStep);
        store(r6.rearrange(SWAP1).blend(r7, UPPER1), to + 7 * toStep);
    }

    private static IntVector load(long address) {
        return IntVector.fromMemorySegment(INTS, Ram.ALL, address, ORDER);
    }

    private static void store(IntVector vector, long address) {
        vector.intoMemorySegment(Ram.ALL, address, ORDER);
    }

    @Override
    public void longs(long from, long fromStep, long to, long toStep, int rows, int columns) {
        int wholeRows = rows & -4;
        int wholeColumns = columns & -4;
        for (int i = 0; i < wholeRows; i += 4) {
            fourLongRows(from + i * fromStep, fromStep, to + 8L * i, toStep, wholeColumns);
            for (int j = wholeColumns; j < columns; j++) {
                longColumn(from + i * fromStep + 8L * j, fromStep, to + j * toStep + 8L * i, 4);
            }
        }
        for (int i = wholeRows; i < rows; i++) {
            ScalarTransposeLoops.longRow(from + i * fromStep, to + 8L * i, toStep, columns);
        }
    }

    private static void fourLongRows(long from, long fromStep, long to, long toStep, int columns) {
        for (int j = 0; j < columns; j += 4) {
            longSquare(from + 8L * j, fromStep, to + j * toStep, toStep);
        }
    }

    private static void longColumn(long from, long fromStep, long to, int rows) {
        for (int i = 0; i < rows; i++) {
            Ram.putLong(to + 8L * i, Ram.getLong(from + i * fromStep));
        }
    }

    private static void longSquare(long from, long fromStep, long to, long toStep) {
        LongVector r0 = loadLongs(from);
        LongVector r1 = loadLongs(from + fromStep);
        LongVector r2 = loadLongs(from + 2 * fromStep);
        LongVector r3 = loadLongs(from + 3 * fromStep);
        LongVector a0 = r0.blend(r2.rearrange(LONG_SWAP2), LONG_UPPER2);
        LongVector a2 = r0.rearrange(LONG_SWAP2).blend(r2, LONG_UPPER2);
        LongVector a1 = r1.blend(r3.rearrange(LONG_SWAP2), LONG_UPPER2);
        LongVector a3 = r1.rearrange(LONG_SWAP2).blend(r3, LONG_UPPER2);
        storeLongs(a0.blend(a1.rearrange(LONG_SWAP1), LONG_UPPER1), to);
        storeLongs(a0.rearrange(LONG_SWAP1).blend(a1, LONG_UPPER1), to + toStep);
        storeLongs(a2.blend(a3.rearrange(LONG_SWAP1), LONG_UPPER1), to + 2 * toStep);
        storeLongs(a2.rearrange(LONG_SWAP1).blend(a3, LONG_UPPER1), to + 3 * toStep);
    }

    private static LongVector loadLongs(long address) {
        return LongVector.fromMemorySegment(LONGS, Ram.ALL, address, ORDER);
    }

    private static void storeLongs(LongVector vector, long address) {
        vector.intoMemorySegment(Ram.ALL, address, ORDER);
    }
}
