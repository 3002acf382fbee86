package org.gatun.tensor.cpu;

import java.util.function.LongUnaryOperator;
import org.gatun.tensor.DType;

/**
 * The loops of max pooling over contiguous planes.
 *
 * @param dtype the dtype of the image: any but the narrow floating ones
 * @param image the image, planes of height x width
 * @param values where the largest elements go, planes of one for each window
 * @param indices where their indices go, as I64
 * @param height rows of the image
 * @param width columns of the image
 * @param rows the windows along the height
 * @param columns the windows along the width
 * @param dilationH rows between taps
 * @param dilationW columns between taps
 */
record MaxPoolLoop(
        DType dtype,
        long image,
        long values,
        long indices,
        long height,
        long width,
        PoolWindows rows,
        PoolWindows columns,
        int dilationH,
        int dilationW) {

    /** Does the result's rows {@code begin} to {@code end}, counted over all planes. */
    void rows(long begin, long end) {
        int down = rows.count();
        int across = columns.count();
        for (long r = begin; r < end; r++) {
            long plane = image + r / down * height * width * dtype.bytes();
            int i = (int) (r % down);
            long to = values + r * across * dtype.bytes();
            long toIndex = indices + r * across * 8;
            switch (WideType.of(dtype)) {
                case F32 -> floatRow(plane, i, to, toIndex);
                case F64 -> doubles(plane, i, to, toIndex);
                case I64, I32, U8, BOOL -> integers(plane, i, to, toIndex);
            }
        }
    }

    /** Whole windows on vectors, the others one by one. */
    private void floatRow(long plane, int i, long to, long toIndex) {
        int begin = columns.wholeBegin();
        int end = columns.wholeEnd();
        if (!VectorSupport.ENABLED
                || columns.stride() > F32MaxPoolRow.MOST_STRIDE
                || begin == end
                || rows.taps(i) == 0
                || height * width > Integer.MAX_VALUE) {
            floats(plane, i, 0, columns.count(), to, toIndex);
            return;
        }
        floats(plane, i, 0, begin, to, toIndex);
        long index = rows.first(i) * width + columns.first(begin);
        F32MaxPoolRow.run(
                plane + 4 * index,
                index,
                rows.taps(i),
                columns.taps(begin),
                dilationH * width,
                dilationW,
                columns.stride(),
                end - begin,
                to + 4L * begin,
                toIndex + 8L * begin);
        floats(plane, i, end, columns.count(), to, toIndex);
    }

    /**
     * Without branches, which would be mispredicted: a tap is a whole number whose upper half orders the values, and whose lower half lets
     * the first of equal ones win.
     */
    private void floats(long plane, int i, int begin, int end, long to, long toIndex) {
        long top = (long) rows.first(i) * width;
        int down = rows.taps(i);
        long step = (long) dilationH * width;
        for (int j = begin; j < end; j++) {
            int across = columns.taps(j);
            if (across == 0 || down == 0) {
                Ram.putFloat(to + 4L * j, Float.NEGATIVE_INFINITY);
                Ram.putLong(toIndex + 8L * j, 0);
                continue;
            }
            long start = top + columns.first(j);
            int tap = Integer.MAX_VALUE;
            long best = Long.MIN_VALUE;
            for (int y = 0; y < down; y++) {
                long at = plane + 4 * (start + y * step);
                for (int x = 0; x < across; x++, at += 4L * dilationW) {
                    best = Math.max(best, key(Ram.getFloat(at)) << 32 | tap--);
                }
            }
            int taken = Integer.MAX_VALUE - (int) best;
            int y = down == 1 ? 0 : taken / across;
            long index = start + y * step + (long) (taken - y * across) * dilationW;
            Ram.putFloat(to + 4L * j, Ram.getFloat(plane + 4 * index));
            Ram.putLong(toIndex + 8L * j, index);
        }
    }

    /** The order of floats as that of whole numbers: both zeros are the same, and all NaNs, above infinity. */
    private static long key(float value) {
        int bits = Float.floatToIntBits(value + 0.0f);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    private void doubles(long plane, int i, long to, long toIndex) {
        int top = rows.first(i);
        int down = rows.taps(i);
        for (int j = 0; j < columns.count(); j++) {
            int across = columns.taps(j);
            long start = (long) top * width + columns.first(j);
            double best = Double.NEGATIVE_INFINITY;
            long bestIndex = across == 0 || down == 0 ? 0 : start;
            for (int y = 0; y < down; y++) {
                long at = start + (long) y * dilationH * width;
                for (int x = 0; x < across; x++, at += dilationW) {
                    double value = Ram.getDouble(plane + 8 * at);
                    if (value > best || (Double.isNaN(value) && !Double.isNaN(best))) {
                        best = value;
                        bestIndex = at;
                    }
                }
            }
            Ram.putDouble(to + 8L * j, best);
            Ram.putLong(toIndex + 8L * j, bestIndex);
        }
    }

    private void integers(long plane, int i, long to, long toIndex) {
        int bytes = dtype.bytes();
        LongUnaryOperator element = OrderKeys.ascending(dtype); // an integer is its own key
        long least = least();
        int top = rows.first(i);
        int down = rows.taps(i);
        for (int j = 0; j < columns.count(); j++) {
            int across = columns.taps(j);
            long start = (long) top * width + columns.first(j);
            long best = least;
            long bestIndex = across == 0 || down == 0 ? 0 : start;
            for (int y = 0; y < down; y++) {
                long at = start + (long) y * dilationH * width;
                for (int x = 0; x < across; x++, at += dilationW) {
                    long value = element.applyAsLong(plane + at * bytes);
                    if (value > best) {
                        best = value;
                        bestIndex = at;
                    }
                }
            }
            put(to + (long) j * bytes, best);
            Ram.putLong(toIndex + 8L * j, bestIndex);
        }
    }

    private long least() {
        boolean signed = dtype != DType.U8 && dtype != DType.BOOL;
        return signed ? -1L << (8 * dtype.bytes() - 1) : 0;
    }

    private void put(long address, long value) {
        switch (Word.of(dtype)) {
            case LONG -> Ram.putLong(address, value);
            case INT -> Ram.putInt(address, (int) value);
            case SHORT -> Ram.putShort(address, (short) value);
            case BYTE -> Ram.putByte(address, (byte) value);
        }
    }
}
