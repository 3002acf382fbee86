package org.gatun.tensor.cpu;

import java.nio.ByteOrder;

/** The transposing loops in plain Java. */
final class ScalarTransposeLoops implements TransposeLoops {

    private static final long LOW = 0xFFFF_FFFFL;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    @Override
    public void ints(long from, long fromStep, long to, long toStep, int rows, int columns) {
        int i = 0;
        if (LITTLE_ENDIAN) {
            for (; i + 4 <= rows; i += 4) {
                fourRows(from + i * fromStep, fromStep, to + 4L * i, toStep, columns);
            }
        }
        for (; i < rows; i++) {
            row(from + i * fromStep, to + 4L * i, toStep, columns);
        }
    }

    /** Reads and writes pairs of words: half as many accesses. */
    private static void fourRows(long from, long fromStep, long to, long toStep, int columns) {
        int pairs = columns & -2;
        for (int j = 0; j < pairs; j += 2) {
            long source = from + 4L * j;
            long target = to + j * toStep;
            long a = Ram.getLong(source);
            long b = Ram.getLong(source + fromStep);
            long c = Ram.getLong(source + 2 * fromStep);
            long d = Ram.getLong(source + 3 * fromStep);
            Ram.putLong(target, (a & LOW) | (b << 32));
            Ram.putLong(target + 8, (c & LOW) | (d << 32));
            Ram.putLong(target + toStep, (a >>> 32) | (b & ~LOW));
            Ram.putLong(target + toStep + 8, (c >>> 32) | (d & ~LOW));
        }
        if (pairs < columns) {
            for (int i = 0; i < 4; i++) {
                Ram.putInt(to + pairs * toStep + 4L * i, Ram.getInt(from + i * fromStep + 4L * pairs));
            }
        }
    }

    /** One row of four-byte words to a column. */
    static void row(long from, long to, long toStep, int columns) {
        for (int j = 0; j < columns; j++) {
            Ram.putInt(to + j * toStep, Ram.getInt(from + 4L * j));
        }
    }

    @Override
    public void longs(long from, long fromStep, long to, long toStep, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            longRow(from + i * fromStep, to + 8L * i, toStep, columns);
        }
    }

    /** One row of eight-byte words to a column. */
    static void longRow(long from, long to, long toStep, int columns) {
        for (int j = 0; j < columns; j++) {
            Ram.putLong(to + j * toStep, Ram.getLong(from + 8L * j));
        }
    }
}
